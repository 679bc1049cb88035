// SparseAdapter (He et al. 2022, arXiv 2210.04284) on LoRA: before training every entry is scored by SNIP, |w · ∂L/∂w| with the gradient
// summed over some training examples, and the lowest of all go for good. With LoRA's B = 0 all scores would be zero; so, as in the
// authors' program, A and B both start as N(0, 0.02²), and the change of the weights is not zero at first.
import Layers
import Settings
import Tensors

/// LoRA pruned once, at initialisation.
package final class SparseAdapter: TuningMethod {
  package static let description = MethodSchema(
    id: "sparseadapter", label: "SparseAdapter",
    source: "He et al. 2022, SparseAdapter: An Easy Approach for Improving the Parameter-Efficiency of Adapters",
    options: LoRA.options() + [
      OptionSchema("keep", .number(0...1), default: .number(0.5), "the share of entries that is kept"),
      OptionSchema(
        "score_rows", .integer(1...100_000), default: .integer(32), "training rows for each class that scores are taken from"),
    ])

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package let parameters: [Parameter]
  package let preliminary: Preliminary?
  private let projections: [Projection]
  private let keep: Double
  /// 1 for what is kept, 0 for what is gone; empty before the scores are there.
  private var masks: [Tensor] = []
  private var scores: [Tensor] = []

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let rank = try options.integer("rank")
    projections = try Targets.projections(options, method: Self.description, on: host)
    keep = try options.number("keep")
    preliminary = Preliminary(sample: .rowsPerClass(try options.integer("score_rows")), length: .epochs(0))
    let (scale, dropout) = (try options.number("alpha") / Double(rank), try options.number("dropout"))
    parameters = projections.flatMap { projection -> [Parameter] in
      let matrices = [("lora_A", [rank, projection.linear.inputSize]), ("lora_B", [projection.linear.outputSize, rank])].map {
        side, shape in
        let name = "\(projection.path).\(side)"
        return host.parameter(
          name, .normal(.initialization(seed: host.seed, name: name), deviation: 0.02, shape: shape, on: host.backend), decays: true
        )
      }
      projection.adapter = LowRankAdapter(
        a: matrices[0].tensor, b: matrices[1].tensor, scale: Float(scale), dropoutRate: Float(dropout))
      return matrices
    }
  }

  /// Scores every entry on the sample and drops the lowest `ceil((1 − keep) N)` of all.
  package func finishPreliminary(_ sample: any MeasuredSample) throws {
    try sample.addGradients()
    guard let backend = parameters.first?.tensor.backend else { return }
    scores = parameters.map { parameter in
      guard let gradient = parameter.gradient else { return .zeros(parameter.shape, on: backend) }
      return parameter.tensor.detached.multiplied(by: gradient).magnitudes
    }
    let pool = Tensor.joined(scores, on: backend)
    // of equal scores the first go, so that exactly as many are dropped as asked for
    let dropped = Int(((1 - keep) * Double(pool.count)).rounded(.up))
    let kept = pool.reshaped([1, pool.count]).keepingHighest(dropping: dropped)
    var start = 0
    setMasks(
      parameters.map { parameter in
        defer { start += parameter.count }
        return kept.part(from: start, shape: parameter.shape)
      }, dropped: dropped)
  }

  private func setMasks(_ masks: [Tensor], dropped: Int) {
    self.masks = masks
    for (parameter, mask) in zip(parameters, masks) { parameter.tensor.apply(mask: mask) }
    idleParameters = dropped
  }

  /// What is gone has no gradient: it takes no part in clipping and in the optimizer's moments.
  package func afterGradients(step: Int) {
    for (parameter, mask) in zip(parameters, masks) { parameter.gradient?.apply(mask: mask) }
  }

  package func afterUpdate(_ update: FinishedUpdate) {
    for (parameter, mask) in zip(parameters, masks) { parameter.tensor.apply(mask: mask) }
  }

  /// Masks and scores by name, once they are there.
  package var pruning: [(name: String, kept: [Bool], scores: [Float])] {
    masks.indices.map { (parameters[$0].name, masks[$0].values.map { $0 != 0 }, scores[$0].values) }
  }

  package private(set) var idleParameters = 0
  package var keptParameters: Int { parameters.reduce(0) { $0 + $1.count } - idleParameters }

  package var diagnostics: [Diagnostic] {
    masks.indices.flatMap { index in
      let (parameter, mask) = (parameters[index], masks[index])
      let dimensions = parameter.name.hasSuffix("A") ? ["rank", "input"] : ["output", "rank"]
      return [
        Diagnostic(
          "pruning/mask/\(parameter.name)", shape: parameter.shape, .integers(mask.values.map { Int64($0) }), dimensions: dimensions
        ),
        Diagnostic(
          "pruning/score/\(parameter.name)", shape: parameter.shape, .numbers(scores[index].values.map(Double.init)),
          dimensions: dimensions),
      ]
    }
  }

  package var state: [Diagnostic] {
    masks.indices.flatMap { index -> [Diagnostic] in
      let name = parameters[index].name
      return [.values(of: masks[index], at: "mask/\(name)"), .values(of: scores[index], at: "score/\(name)")]
    }
  }

  package func restore(_ state: [Diagnostic]) throws {
    guard !state.isEmpty else { return }
    let saved = try SavedState(state)
    scores = try parameters.map {
      try saved.tensor("score/\($0.name)", shape: $0.shape, on: $0.tensor.backend)
    }
    let masks = try parameters.map { parameter in
      let kept = try saved.numbers("mask/\(parameter.name)", parameter.count).map { $0 != 0 }
      return Tensor(kept.map { $0 ? 1 : 0 }, shape: parameter.shape, on: parameter.tensor.backend)
    }
    setMasks(masks, dropped: masks.reduce(0) { $0 + $1.values.count { $0 == 0 } })
  }
}
