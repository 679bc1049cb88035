// PiSSA (Meng et al. 2024, arXiv 2404.02948): LoRA that starts from what is largest in the weight. With W = Σ σᵢ uᵢ vᵢᵀ, its r largest
// components make B A · alpha / rank, B = U √S, A = √S Vᵀ (Eqs. 2 and 3; divided by √(alpha / rank) each, as in the peft library), and
// what is left is frozen in W's place, W_res = W − (alpha / rank) B A (Eq. 4). So nothing but roundings changes at first, and A and B
// get gradients from the first update on. `iterations` asks for a fast, approximate decomposition, as the paper offers it for large
// matrices. A weight in bfloat16 becomes float32, since what is left of it has more digits; the library rounds it again. Weight decay,
// which the paper does without, would draw the principal components to zero.
import Layers
import Settings
import Tensors

/// Principal singular values and vectors adaptation.
package final class PiSSA: TuningMethod {
  package static let description = MethodSchema(
    id: "pissa", label: "PiSSA",
    source: "Meng et al. 2024, PiSSA: Principal Singular Values and Singular Vectors Adaptation of Large Language Models",
    options: [
      OptionSchema("rank", .integer(1...4096), default: .integer(8), "r, how many components learn"),
      OptionSchema(
        "alpha", .numberAbove(0, atMost: 65_536), default: .number(8),
        "the update is scaled by alpha / rank, which the paper has at 1"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      OptionSchema(
        "iterations", .integer(1...1000),
        "of an approximate decomposition, for large matrices; without it the decomposition is exact"),
      Targets.option(default: Targets.queryAndValue),
    ])
  package static let benchmarkOptions: [String: OptionValue] = ["iterations": .integer(4)]

  package var form: AdaptedForm { .principal(starts) }
  package let parameters: [Parameter]
  /// What the branches started from.
  private let starts: [PrincipalStart]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let rank = try options.integer("rank"), scale = try options.number("alpha") / Double(rank)
    let pairs = try LoRA.attach(options, scale: scale, method: Self.description, on: host)
    let iterations = options.has("iterations") ? try options.integer("iterations") : nil
    starts = try pairs.map { pair in
      let linear = pair.projection.linear, side = min(linear.inputSize, linear.outputSize)
      guard rank <= side else {
        throw AdapterError.badOption(
          method: Self.description.id, option: "rank", found: "\(rank)",
          expected: "at most \(side), the smaller side of \(pair.projection.path)")
      }
      Self.split(linear, into: pair, scale: scale, iterations: iterations, on: host)
      return PrincipalStart(path: pair.projection.path, a: pair.a.tensor.copied(), b: pair.b.tensor.copied())
    }
    parameters = pairs.flatMap { [$0.a, $0.b] }
  }

  /// Gives a pair the largest components of a weight, and leaves the weight the rest.
  private static func split(_ linear: Linear, into pair: LoRA.Pair, scale: Double, iterations: Int?, on host: MethodHost) {
    let weight = linear.weight.tensor, (rows, columns, rank) = (linear.outputSize, linear.inputSize, pair.a.shape[0])
    let found: SingularValueDecomposition
    if let iterations {
      let start = Tensor.normal(
        .initialization(seed: host.seed, name: "\(pair.projection.path).pissa"), deviation: 1, shape: [rank, min(rows, columns)],
        on: host.backend)
      found = SingularValueDecomposition(
        weight.values, rows: rows, columns: columns, count: rank, start: start.values, iterations: iterations)
    } else {
      found = SingularValueDecomposition(weight.values, rows: rows, columns: columns, count: rank)
    }
    let roots = found.values.map { ($0 / scale).squareRoot() }
    pair.a.tensor.assign(zip(roots, found.right).flatMap { root, vector in vector.map { Float(root * $0) } })
    pair.b.tensor.assign((0..<rows).flatMap { row in zip(roots, found.left).map { root, vector in Float(root * vector[row]) } })
    guard let product = pair.adapter.weightChange else { return }
    weight.assign(host.backend.withoutGradients { weight.subtracting(product) })
  }
}
