// AFLoRA (Liu et al. 2024, arXiv 2403.13269): y = W x + s_b ⊙ B (s_d ⊙ A x) (Eq. 1), with projection matrices A, B of the layer's own.
// The vectors always learn. Matrices of the layer types in `adaptive` learn until they are frozen, one after the other, by a score of
// their gradients (Eq. 2 to 4) along a cubic schedule (Eq. 5); the others stay as drawn. Where the paper is silent: Kaiming-uniform as
// in VeRA, s_d = 0.1 and s_b = 0, freezing is for good, ties go by the order of modules. Ours, not the paper's: orders of freezing other
// than by the score (`FreezingOrder`), and ranks that change linearly with depth, as PRILoRA's do (the paper leaves adaptive ranks to the
// future).
import Layers
import Settings
import Tensors

/// Adaptive freezing of low-rank adaptation.
package final class AFLoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "aflora", label: "AFLoRA", source: "Liu et al. 2024, AFLoRA: Adaptive Freezing of Low Rank Adaptation",
    options: [
      OptionSchema(
        "rank", .integer(1...4096), default: .integer(4), excludes: ["rank_first", "rank_last"],
        "r, the rank of the projection matrices"),
      OptionSchema(
        "rank_first", .integer(1...4096), excludes: ["rank"],
        "the rank in the first layer, from where ranks change linearly to rank_last (ours)"),
      OptionSchema("rank_last", .integer(1...4096), excludes: ["rank"], "the rank in the last layer"),
      OptionSchema("d_initial", .number(-10...10), default: .number(0.1), "where the vectors s_d start"),
      OptionSchema(
        "trainability", .choice(["adaptive", "trainable", "frozen"]), default: .text("adaptive"),
        "whether projection matrices freeze along the schedule, always learn, or never do"),
      OptionSchema(
        "adaptive", .names(LayerType.allCases.map(\.rawValue), patterns: false), default: .texts([LayerType.feedForward.rawValue]),
        "the layer types whose projection matrices learn"),
      OptionSchema("together", .flag, default: .flag(false), "freeze A and B of a module as one"),
      OptionSchema(
        "score", .choice(Sensitivity.allCases.map(\.rawValue)), default: .text(Sensitivity.gradient.rawValue),
        "the sensitivity: |g|, |p g| or |g / p|"),
      OptionSchema(
        "order", .choice(FreezingOrder.allCases.map(\.rawValue)), default: .text(FreezingOrder.score.rawValue),
        "which matrices freeze first: those of the lowest score; or, ours, of the lowest score in units of the scale that each was drawn "
          + "with, at random, or every B before any A"),
      OptionSchema("beta1", .number(0...1), default: .number(0.85), "averaging factor of the sensitivity (Eq. 2)"),
      OptionSchema("beta2", .number(0...1), default: .number(0.95), "averaging factor of its spread (Eq. 3)"),
      OptionSchema("initial_epochs", .number(0...100_000), default: .number(1), "t_i: no freezing before"),
      OptionSchema(
        "final_fraction", .number(0...1), default: .number(0.7), excludes: ["final_epochs"],
        "t_f as a share of all steps: all is frozen then"),
      OptionSchema("final_epochs", .number(0...100_000), excludes: ["final_fraction"], "t_f in epochs"),
      Targets.option(default: ["all-linear"]),
    ])
  package static let benchmarkOptions: [String: OptionValue] = ["initial_epochs": .number(0.2), "final_fraction": .number(0.3)]

  /// One of the projection matrices that may learn.
  private struct Matrix {
    let parameter: Parameter
    let layer: Int
    let module: String
    /// Whether it is a B, beside an A.
    let isB: Bool
    /// What its score is multiplied by in the order of freezing.
    let factor: Double
    var averages: SensitivityAverages?
    var score = 0.0
    /// The number of updates done when it froze; -1 while it learns.
    var frozenAt: Int64 = -1
  }

  package var form: AdaptedForm { .lowRank(isStabilized: false) }
  package private(set) var parameters: [Parameter] = []
  let settings: Freezing
  private let order: FreezingOrder
  private var matrices: [Matrix] = []
  /// Indices into `matrices` that freeze as one.
  private let units: [[Int]]
  /// A lot for each unit, where they freeze at random.
  private let lots: [Float]
  /// The rank of each layer, where layers differ.
  private let layerRanks: [Int]?
  private let projections: [Projection]
  private let layers: Int
  private var scores: [Double] = []
  /// The share of units that was to be frozen after each update so far (Eq. 5).
  package private(set) var fractions: [Double] = []

  package convenience init(_ options: MethodOptions, on host: MethodHost) throws {
    try self.init(options, on: host, freezing: Freezing(options, host.schedule))
  }

  /// With a schedule given in steps.
  ///
  /// - Throws: `AdapterError` where the options make no sense on this model.
  package init(_ options: MethodOptions, on host: MethodHost, freezing: Freezing) throws {
    settings = freezing
    let learningTypes = try options.text("trainability") == "frozen" ? [] : try options.texts("adaptive")
    layers = (host.projections.map(\.layer).max() ?? -1) + 1
    layerRanks = try RankDistribution.linear(options, method: Self.description, depth: layers)
    let rank = options.has("rank") ? try options.integer("rank") : 0
    order = FreezingOrder(rawValue: try options.text("order")) ?? .score
    projections = try Targets.projections(options, method: Self.description, on: host)
    var matrices: [Matrix] = []
    for projection in projections {
      let rank = layerRanks?[projection.layer] ?? rank
      let (input, output, path) = (projection.linear.inputSize, projection.linear.outputSize, projection.path)
      let a = host.parameter("\(path).aflora_A", host.kaimingReLU("\(path).aflora_A", shape: [rank, input]), decays: true)
      let b = host.parameter("\(path).aflora_B", host.kaimingReLU("\(path).aflora_B", shape: [output, rank]), decays: true)
      let d = host.vector(
        "\(path).aflora_d", .filled(Float(try options.number("d_initial")), shape: [rank], on: host.backend))
      let outer = host.vector("\(path).aflora_b", .zeros([output], on: host.backend))
      let learns = learningTypes.contains(projection.role.layerType.rawValue)
      for (matrix, side) in [(a, "A"), (b, "B")] {
        matrix.isTrainable = learns
        guard learns else { continue }
        let factor = order.factor(freezing.sensitivity, variance: MethodHost.kaimingReLUVariance(shape: matrix.shape))
        matrices.append(
          Matrix(
            parameter: matrix, layer: projection.layer, module: "\(projection.role.rawValue) \(side)", isB: side == "B",
            factor: factor))
      }
      projection.adapter = LowRankAdapter(
        a: a.tensor, b: b.tensor, inner: d.tensor, outer: outer.tensor, scale: 1, dropoutRate: 0)
      parameters += [a, d, b, outer]
    }
    // A and B of a module stand side by side
    let width = try options.flag("together") ? 2 : 1
    units = stride(from: 0, to: matrices.count, by: width).map { Array($0..<$0 + width) }
    self.matrices = matrices
    lots = order.lots(units.count, seed: host.seed, on: host.backend)
    guard order != .bFirst || width == 1 else {
      throw AdapterError.badOption(
        method: Self.description.id, option: "order", found: "b-first beside 'together: true'",
        expected: "another order, or A and B of a module that freeze each by itself")
    }
    let trainability = try options.text("trainability")
    freezes = trainability == "adaptive"
    guard !matrices.isEmpty || trainability == "frozen" else {
      throw AdapterError.badOption(
        method: Self.description.id, option: "adaptive", found: "[\(learningTypes.joined(separator: ", "))]",
        expected: "a layer type that is among the targets, or 'trainability: frozen'")
    }
    guard !freezes || freezing.initialSteps + freezing.finalSteps < freezing.totalSteps else {
      throw AdapterError.badOption(
        method: Self.description.id, option: options.has("final_epochs") ? "final_epochs" : "final_fraction",
        found: "\(freezing.finalSteps) of the run's \(freezing.totalSteps) steps",
        expected: "fewer than the first \(freezing.initialSteps) steps without freezing leave, "
          + "\(max(0, freezing.totalSteps - freezing.initialSteps))")
    }
  }

  /// Whether matrices freeze along the schedule.
  let freezes: Bool
  /// The entries of each unit that still learns.
  var unitSizes: [Int] {
    units.filter { matrices[$0[0]].frozenAt < 0 }.map { $0.reduce(0) { $0 + matrices[$1].parameter.count } }
  }

  /// Scores every matrix that still learns, from the gradient before clipping (Eq. 2 to 4).
  package func afterGradients(step: Int) {
    let learning = matrices.indices.filter { matrices[$0].frozenAt < 0 && matrices[$0].parameter.gradient != nil }
    guard let first = learning.first else { return }
    let sums = Scalars(learning.count, on: matrices[first].parameter.tensor.backend)
    for (place, index) in learning.enumerated() {
      let parameter = matrices[index].parameter
      guard let gradient = parameter.gradient else { continue }
      let averages = matrices[index].averages ?? SensitivityAverages(of: parameter)
      averages.update(
        settings.sensitivity, gradient: gradient, weight: parameter.tensor, beta1: settings.beta1, beta2: settings.beta2)
      sums.add(.sumInOrder, of: averages.products, at: place)
      matrices[index].averages = averages
    }
    for (index, sum) in zip(learning, sums.values) { matrices[index].score = sum / Double(matrices[index].parameter.count) }
  }

  /// Freezes the matrices that are first in the order until `floor(r(t) · units)` are frozen (Eq. 5).
  package func afterUpdate(_ update: FinishedUpdate) {
    let fraction = freezes ? settings.fraction(update.count) : 0
    fractions.append(fraction)
    scores += matrices.map(\.score)
    let open = units.indices.filter { matrices[units[$0][0]].frozenAt < 0 }
    let wanted = freezes ? settings.frozenUnits(units.count, after: update.count) - (units.count - open.count) : 0
    guard wanted > 0 else { return }
    let ranked = open.map(key).sorted()
    for index in ranked.prefix(wanted).flatMap({ units[$0.place] }) { freeze(index, at: Int64(update.count)) }
  }

  /// Where a unit stands in the order of freezing.
  private func key(_ place: Int) -> FreezingOrder.Key {
    let unit = units[place]
    let score = unit.reduce(0) { $0 + matrices[$1].score * matrices[$1].factor } / Double(unit.count)
    return switch order {
    case .score, .scaledScore: FreezingOrder.Key(score: score, place: place)
    case .random: FreezingOrder.Key(rank: lots[place], score: 0, place: place)
    case .bFirst: FreezingOrder.Key(rank: matrices[unit[0]].isB ? 0 : 1, score: score, place: place)
    }
  }

  /// From here on no gradient is computed for the matrix, and all that was kept for it goes.
  private func freeze(_ index: Int, at updates: Int64) {
    matrices[index].frozenAt = updates
    matrices[index].averages = nil
    matrices[index].parameter.isTrainable = false
  }

  /// Names of the matrices that started trainable, with the update after which each froze (`nil`: it still learns).
  package var frozenAt: [(name: String, updates: Int?)] {
    matrices.map { ($0.parameter.name, $0.frozenAt < 0 ? nil : Int($0.frozenAt)) }
  }

  /// The scores after the latest step, by matrix name.
  package var latestScores: [(name: String, score: Double)] { matrices.map { ($0.parameter.name, $0.score) } }

  /// The vectors, and the matrices that learned until they froze; the others are as the seed gave them.
  package var keptParameters: Int {
    let learned = Set(matrices.map { ObjectIdentifier($0.parameter) })
    return parameters.filter { $0.shape.count == 1 || learned.contains(ObjectIdentifier($0)) }.reduce(0) { $0 + $1.count }
  }

  package var diagnostics: [Diagnostic] {
    guard !matrices.isEmpty else { return ranks }
    let names = matrices.map(\.parameter.name)
    let modules = matrices.reduce(into: [String]()) { if !$0.contains($1.module) { $0.append($1.module) } }
    var iterations = [Int64](repeating: -1, count: layers * modules.count)
    for matrix in matrices {
      guard let column = modules.firstIndex(of: matrix.module) else { continue }
      iterations[matrix.layer * modules.count + column] = matrix.frozenAt
    }
    return [
      Diagnostic(
        "freezing/score", shape: [scores.count / names.count, names.count], .numbers(scores), dimensions: ["step", "matrix"],
        names: ["matrix": names]),
      Diagnostic("freezing/fraction", shape: [fractions.count], .numbers(fractions), dimensions: ["step"]),
      Diagnostic(
        "freezing/iteration", shape: [layers, modules.count], .integers(iterations), dimensions: ["layer", "module"],
        names: ["module": modules]),
    ] + ranks
  }

  /// The rank of each layer's modules, where layers differ.
  private var ranks: [Diagnostic] {
    guard let layerRanks else { return [] }
    return [.byLayer("ranks/value", projections, integers: projections.map { Int64(layerRanks[$0.layer]) }, absent: 0)]
  }

  package var state: [Diagnostic] {
    var saved = [
      Diagnostic("scores", shape: [scores.count], .numbers(scores), dimensions: ["entry"]),
      Diagnostic("fractions", shape: [fractions.count], .numbers(fractions), dimensions: ["step"]),
      Diagnostic("score", shape: [matrices.count], .numbers(matrices.map(\.score)), dimensions: ["matrix"]),
      Diagnostic("frozen_at", shape: [matrices.count], .integers(matrices.map(\.frozenAt)), dimensions: ["matrix"]),
    ]
    for matrix in matrices {
      guard let averages = matrix.averages else { continue }
      for (kind, tensor) in [("mean", averages.mean), ("spread", averages.spread)] {
        saved.append(.values(of: tensor, at: "\(kind)/\(matrix.parameter.name)"))
      }
    }
    return saved
  }

  package func restore(_ state: [Diagnostic]) throws {
    let saved = try SavedState(state)
    fractions = try saved.numbers("fractions")
    scores = try saved.numbers("scores", fractions.count * matrices.count)
    let (score, frozen) = (try saved.numbers("score", matrices.count), try saved.integers("frozen_at", matrices.count))
    for index in matrices.indices {
      matrices[index].score = score[index]
      if frozen[index] >= 0 {
        freeze(index, at: frozen[index])
        continue
      }
      let parameter = matrices[index].parameter, name = parameter.name
      guard saved.contains("mean/\(name)") else { continue }
      let tensor = { (kind: String) in
        try saved.tensor("\(kind)/\(name)", shape: parameter.shape, on: parameter.tensor.backend)
      }
      matrices[index].averages = SensitivityAverages(mean: try tensor("mean"), spread: try tensor("spread"))
    }
  }
}

/// AFLoRA's freezing schedule in steps (Eq. 5) and the constants of its score.
package struct Freezing: Sendable, Equatable {
  /// t_i: before it nothing is frozen.
  package var initialSteps: Int
  /// t_f: in the last so many steps everything is.
  package var finalSteps: Int
  /// T, all updates of the run.
  package var totalSteps: Int
  /// Averaging factor of the sensitivity (Eq. 2).
  package var beta1: Float
  /// Averaging factor of its spread (Eq. 3).
  package var beta2: Float
  /// What is averaged (Eq. 2).
  package var sensitivity: Sensitivity

  /// Fixes t_i, t_f and T in updates, the decay of both averages, and what counts as sensitivity (AFLoRA, Eq. 2, 3 and 5).
  package init(initialSteps: Int, finalSteps: Int, totalSteps: Int, beta1: Float, beta2: Float, sensitivity: Sensitivity) {
    self.initialSteps = initialSteps
    self.finalSteps = finalSteps
    self.totalSteps = totalSteps
    self.beta1 = beta1
    self.beta2 = beta2
    self.sensitivity = sensitivity
  }

  init(_ options: MethodOptions, _ length: TrainingLength) throws {
    let final =
      options.has("final_epochs")
      ? try options.number("final_epochs") * Double(length.stepsPerEpoch)
      : try options.number("final_fraction") * Double(length.totalSteps)
    self.init(
      initialSteps: Int((try options.number("initial_epochs") * Double(length.stepsPerEpoch)).rounded()),
      finalSteps: Int(final.rounded()), totalSteps: length.totalSteps,
      beta1: Float(try options.number("beta1")), beta2: Float(try options.number("beta2")),
      sensitivity: Sensitivity(rawValue: try options.text("score")) ?? .gradient)
  }

  /// floor(r(t) · n), the number of `n` units that is frozen after `t` updates.
  package func frozenUnits(_ n: Int, after t: Int) -> Int { Int(fraction(t) * Double(n) + 1e-9) }

  /// r(t), the share of units that is frozen after `t` updates (Eq. 5).
  package func fraction(_ t: Int) -> Double {
    if t < initialSteps { return 0 }
    guard t < totalSteps - finalSteps else { return 1 }
    let rest = 1 - Double(t - initialSteps) / Double(totalSteps - initialSteps - finalSteps)
    return 1 - rest * rest * rest
  }
}
