// LoRA (Hu et al. 2021, arXiv 2106.09685): y = W x + (alpha / rank) B A dropout(x). A starts Kaiming-uniform as in the authors' code
// (the paper says Gaussian; every later library copies the code), B at zero.
import Layers
import Settings
import Tensors

/// Low-rank adaptation.
package final class LoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "lora", label: "LoRA", source: "Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models",
    options: options())

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let scale = try options.number("alpha") / Double(try options.integer("rank"))
    parameters = try Self.attach(options, scale: scale, method: Self.description, on: host).flatMap { [$0.a, $0.b] }
  }

  /// The matrices of one layer: `A: [rank, in]`, `B: [out, rank]`.
  struct Pair {
    let projection: Projection
    let a: Parameter
    let b: Parameter
    let adapter: LowRankAdapter

    /// The same matrices on another layer, with an adapter of its own, so that each layer can be measured.
    func shared(with projection: Projection) -> Pair {
      Pair(
        projection: projection, a: a, b: b,
        adapter: LowRankAdapter(a: a.tensor, b: b.tensor, scale: adapter.scale, dropoutRate: adapter.dropoutRate))
    }
  }

  /// The options that LoRA and its kin share.
  static func options(rank: Int = 8, alpha: Double = 16) -> [OptionSchema] {
    [
      OptionSchema("rank", .integer(1...4096), default: .integer(rank), "r, the rank of the update"),
      OptionSchema("alpha", .number(0...65_536), default: .number(alpha), "the update is scaled by alpha / rank"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      Targets.option(default: Targets.queryAndValue),
    ]
  }

  /// Puts a pair on every target.
  static func attach(
    _ options: MethodOptions, scale: Double, method: MethodSchema, on host: MethodHost
  ) throws -> [Pair] {
    try Targets.projections(options, method: method, on: host).map { projection in
      let pair = pair(
        projection, rank: try options.integer("rank"), scale: scale, dropout: try options.number("dropout"), suffix: ".weight",
        on: host)
      projection.adapter = pair.adapter
      return pair
    }
  }

  /// A fresh pair for a layer, not yet put on it. Its values are a function of the seed and of `name`, the layer's path by default;
  /// `suffix` is left out of it, so that methods that name their parameters otherwise start as LoRA does.
  static func pair(
    _ projection: Projection, named name: String? = nil, rank: Int, scale: Double, dropout: Double, suffix: String = "",
    on host: MethodHost
  ) -> Pair {
    let (input, output) = (projection.linear.inputSize, projection.linear.outputSize)
    let path = name ?? projection.path
    let a = host.parameter(
      "\(path).lora_A\(suffix)", host.kaimingLinear("\(path).lora_A.weight", shape: [rank, input]), decays: true)
    let b = host.parameter("\(path).lora_B\(suffix)", .zeros([output, rank], on: host.backend), decays: true)
    return Pair(
      projection: projection, a: a, b: b,
      adapter: LowRankAdapter(a: a.tensor, b: b.tensor, scale: Float(scale), dropoutRate: Float(dropout)))
  }
}
