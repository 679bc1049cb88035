// SoRA (Ding et al. 2023, arXiv 2311.11696): y = W x + (alpha / rank) B (g ⊙ A dropout(x)), gates g with an L1 term in the loss and a
// soft threshold after each update. The threshold that the authors ship zeroes everything below 2ξ, since its third statement sees
// values that are already shrunk; `dead_zone` keeps that for comparison, the default is the operator of the paper (Eq. 8). Gates start
// as N(0, 1), as in their code, and decay, as all vectors, only where the recipe says so; there they have an AdamW of their own, whose ε
// `gate_epsilon` gives. Their schedule of growing ξ, which trains on with each, is not offered.
import Layers
import Settings
import Tensors

/// Sparse low-rank adaptation.
package final class SoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "sora", label: "SoRA", source: "Ding et al. 2023, Sparse Low-rank Adaptation of Pre-trained Language Models",
    options: [
      OptionSchema("rank", .integer(1...4096), default: .integer(8), "the rank at the start, one gate each"),
      OptionSchema("alpha", .number(0...65_536), default: .number(16), "the update is scaled by alpha / rank"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      OptionSchema("eta", .number(0...1000), default: .number(0), "η, the weight of the mean |g| in the loss"),
      OptionSchema("xi", .number(0...100), default: .number(3e-4), "ξ, by how much every update shrinks |g|"),
      OptionSchema(
        "gate_epsilon", .numberAbove(0, atMost: 1),
        "ε of the gates' own AdamW, 1e-6 in the authors' program; else the recipe's epsilon"),
      OptionSchema("dead_zone", .flag, default: .flag(false), "zero all |g| < 2ξ, as the authors' program does"),
      Targets.option(default: ["all-linear"]),
    ])

  private struct Layer {
    let projection: Projection
    let a: Parameter, b: Parameter, gate: Parameter
  }

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]
  private let layers: [Layer]
  private let eta: Float, xi: Float, hasDeadZone: Bool
  private let rank: Int
  private var open: [Int64] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let rank = try options.integer("rank")
    (eta, xi, hasDeadZone) = (Float(try options.number("eta")), Float(try options.number("xi")), try options.flag("dead_zone"))
    self.rank = rank
    layers = try Targets.projections(options, method: Self.description, on: host).map { projection in
      let (input, output, path) = (projection.linear.inputSize, projection.linear.outputSize, projection.path)
      let a = host.parameter("\(path).sora_A", host.kaimingLinear("\(path).sora_A", shape: [rank, input]), decays: true)
      let b = host.parameter("\(path).sora_B", .zeros([output, rank], on: host.backend), decays: true)
      let gate = host.vector(
        "\(path).sora_gate",
        .normal(.initialization(seed: host.seed, name: "\(path).sora_gate"), deviation: 1, shape: [rank], on: host.backend))
      if options.has("gate_epsilon") { gate.epsilon = try options.number("gate_epsilon") }
      projection.adapter = LowRankAdapter(
        a: a.tensor, b: b.tensor, inner: gate.tensor, scale: Float(try options.number("alpha") / Double(rank)),
        dropoutRate: Float(try options.number("dropout")))
      return Layer(projection: projection, a: a, b: b, gate: gate)
    }
    parameters = layers.flatMap { [$0.a, $0.gate, $0.b] }
  }

  package func additionalLoss() -> Tensor? {
    guard eta > 0 else { return nil }
    let sums = layers.map { $0.gate.tensor.absoluteSum() }
    return sums.dropFirst().reduce(sums[0]) { $0.adding($1) }.scaled(by: eta / Float(rank * layers.count))
  }

  /// The proximal step: `g ← sign(g) max(|g| − ξ, 0)`.
  package func afterUpdate(_ update: FinishedUpdate) {
    guard let backend = layers.first?.gate.tensor.backend else { return }
    let counts = Scalars(layers.count, on: backend)
    backend.withoutGradients {
      for (place, layer) in layers.enumerated() {
        let gates = layer.gate.tensor, sizes = gates.magnitudes
        var shrunk = gates.subtracting(gates.signs.scaled(by: xi)).selected(where: sizes.exceeding(xi))
        if hasDeadZone { shrunk = shrunk.selected(where: sizes.exceeding(2 * xi, orEquals: true)) }
        gates.assign(shrunk)
        counts.add(.sum, of: shrunk.magnitudes.exceeding(0), at: place)
      }
    }
    open += counts.values.map { Int64($0) }
  }

  /// The gates by name.
  package var gates: [(name: String, values: [Float])] { layers.map { ($0.gate.name, $0.gate.tensor.values) } }

  package var keptParameters: Int {
    layers.reduce(0) { sum, layer in
      sum + layer.gate.tensor.values.count { $0 != 0 } * (layer.a.shape[1] + layer.b.shape[0])
    }
  }

  package var diagnostics: [Diagnostic] {
    let paths = layers.map(\.projection.path)
    return [
      Diagnostic(
        "gates/open", shape: [open.count / layers.count, layers.count], .integers(open), dimensions: ["step", "module"],
        names: ["module": paths]),
      Diagnostic(
        "gates/value", shape: [layers.count, rank], .numbers(layers.flatMap { $0.gate.tensor.values.map(Double.init) }),
        dimensions: ["module", "gate"], names: ["module": paths]),
    ]
  }

  package var state: [Diagnostic] { [Diagnostic("open", shape: [open.count], .integers(open), dimensions: ["entry"])] }

  package func restore(_ state: [Diagnostic]) throws {
    open = try SavedState(state).integers("open")
    guard open.count % layers.count == 0 else { throw AdapterError.state("open", "is no whole number of steps") }
  }
}
