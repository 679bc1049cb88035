// AdaLoRA (Zhang et al. 2023, arXiv 2303.10512): y = W x + alpha / (r₀ + 1e-5) · B (E ⊙ A dropout(x)), a singular-value form whose values E
// are pruned along a cubic budget by sensitivity and uncertainty. Where the paper and its code differ, this follows the code, as the
// peft library does: importance from the weights after an update and its clipped gradients; the regulariser unsquared and averaged over
// the matrices; the divisor always the first rank; no extra t_f in the budget; the schedule's first step is 0, since the authors' trainer
// asks for the budget before it counts the update.
import Layers
import Settings
import Tensors

/// Adaptive budget allocation.
package final class AdaLoRA: TuningMethod {
  package static let description = MethodSchema(
    id: "adalora", label: "AdaLoRA", source: "Zhang et al. 2023, Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning",
    options: [
      OptionSchema("initial_rank", .integer(1...4096), default: .integer(12), "r₀, the rank of every layer at the start"),
      OptionSchema(
        "target_rank", .integer(1...4096), default: .integer(8), "the average rank at the end; at most the initial"),
      OptionSchema("alpha", .number(0...65_536), default: .number(16), "the update is scaled by alpha / initial rank"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      OptionSchema(
        "orthogonality", .number(0...100), default: .number(0.5), "γ, the weight of the regulariser on A and B"),
      OptionSchema("beta1", .number(0...1), default: .number(0.85), "averaging factor of the sensitivity"),
      OptionSchema("beta2", .number(0...1), default: .number(0.85), "averaging factor of the uncertainty"),
      OptionSchema(
        "initial_fraction", .number(0...1), default: .number(0.1), excludes: ["initial_steps"],
        "t_i as a share of all steps: no pruning before"),
      OptionSchema("initial_steps", .integer(0...1_000_000_000), excludes: ["initial_fraction"], "t_i in steps"),
      OptionSchema(
        "final_fraction", .number(0...1), default: .number(0.3), excludes: ["final_steps"],
        "t_f as a share of all steps: the ranks are settled then"),
      OptionSchema("final_steps", .integer(0...1_000_000_000), excludes: ["final_fraction"], "t_f in steps"),
      OptionSchema(
        "interval", .integer(0...1_000_000), default: .integer(0), "ΔT, steps between prunings; 0: a hundredth of all steps"),
      Targets.option(default: ["all-linear"]),
    ])

  /// The triplets of one layer.
  private struct Layer {
    let projection: Projection
    /// `A: [r₀, in]`, `B: [out, r₀]`, `E: [r₀]`
    let a: Parameter, b: Parameter, e: Parameter
    /// Running sensitivity and uncertainty of A, B and E.
    var averages: [SensitivityAverages]
    /// Which triplets the latest pruning kept.
    var kept: [Bool]
    /// The importance of each triplet at the latest step that had one.
    var scores: [Double]

    var parameters: [Parameter] { [a, b, e] }
  }

  package var form: AdaptedForm { .singularValues }
  package let parameters: [Parameter]
  private let schedule: BudgetSchedule
  /// The number of the first update in the schedule.
  private let firstStep: Int
  private let beta1: Float, beta2: Float
  private let orthogonality: Float
  private let rank: Int
  private var layers: [Layer] = []
  private var budgets: [Int64] = []
  private var ranks: [Int64] = []

  package convenience init(_ options: MethodOptions, on host: MethodHost) throws {
    let total = host.schedule.totalSteps
    let steps = { (name: String) in
      options.has("\(name)_steps")
        ? try options.integer("\(name)_steps") : Int((try options.number("\(name)_fraction") * Double(total)).rounded())
    }
    let interval = try options.integer("interval")
    try self.init(
      options, on: host, initialSteps: steps("initial"), finalSteps: steps("final"),
      interval: interval > 0 ? interval : max(1, total / 100), totalSteps: total)
  }

  /// With a schedule given in steps.
  ///
  /// - Parameter firstStep: the number that the schedule gives the first update: 0 in the authors' program; users of the `peft` library
  ///   hand in their own count, which may begin at 1.
  /// - Throws: `AdapterError` where the options make no sense on this model.
  package init(
    _ options: MethodOptions, on host: MethodHost, initialSteps: Int, finalSteps: Int, interval: Int, totalSteps: Int,
    firstStep: Int = 0
  ) throws {
    self.firstStep = firstStep
    let (rank, target) = (try options.integer("initial_rank"), try options.integer("target_rank"))
    guard target <= rank else {
      throw AdapterError.badOption(
        method: Self.description.id, option: "target_rank", found: "\(target)", expected: "at most initial_rank, which is \(rank)")
    }
    guard initialSteps + finalSteps < totalSteps else {
      throw AdapterError.badOption(
        method: Self.description.id, option: options.has("final_steps") ? "final_steps" : "final_fraction",
        found: "\(finalSteps) of the run's \(totalSteps) steps",
        expected: "fewer than the first \(initialSteps) steps without pruning leave, \(max(0, totalSteps - initialSteps))")
    }
    (self.rank, beta1, beta2) = (rank, Float(try options.number("beta1")), Float(try options.number("beta2")))
    orthogonality = Float(try options.number("orthogonality"))
    for projection in try Targets.projections(options, method: Self.description, on: host) {
      let (input, output, path) = (projection.linear.inputSize, projection.linear.outputSize, projection.path)
      let normal = { (name: String, shape: [Int]) in
        Tensor.normal(.initialization(seed: host.seed, name: name), deviation: 0.02, shape: shape, on: host.backend)
      }
      let a = host.parameter("\(path).lora_A", normal("\(path).lora_A", [rank, input]), decays: true)
      let b = host.parameter("\(path).lora_B", normal("\(path).lora_B", [output, rank]), decays: true)
      let e = host.vector("\(path).lora_E", .zeros([rank], on: host.backend))
      projection.adapter = LowRankAdapter(
        a: a.tensor, b: b.tensor, inner: e.tensor, scale: Float(try options.number("alpha") / (Double(rank) + 1e-5)),
        dropoutRate: Float(try options.number("dropout")))
      layers.append(
        Layer(
          projection: projection, a: a, b: b, e: e,
          averages: [a, b, e].map { SensitivityAverages(of: $0) },
          kept: Array(repeating: true, count: rank), scores: Array(repeating: 0, count: rank)))
    }
    parameters = layers.flatMap(\.parameters)
    schedule = BudgetSchedule(
      initialBudget: rank * layers.count, targetBudget: target * layers.count, initialSteps: initialSteps, finalSteps: finalSteps,
      interval: interval, totalSteps: totalSteps)
  }

  /// γ times the mean distance of all A and B from orthonormal.
  package func additionalLoss() -> Tensor? {
    guard orthogonality > 0 else { return nil }
    let distances = layers.flatMap {
      [$0.a.tensor.orthogonalityDistance(ofRows: true), $0.b.tensor.orthogonalityDistance(ofRows: false)]
    }
    return distances.dropFirst().reduce(distances[0]) { $0.adding($1) }.scaled(by: orthogonality / Float(distances.count))
  }

  package func afterUpdate(_ update: FinishedUpdate) {
    let step = update.count - 1 + firstStep
    // without a last phase the ranks are settled by the last update
    let end = min(schedule.totalSteps - schedule.finalSteps, schedule.totalSteps - 1 + firstStep)
    if step < schedule.totalSteps - schedule.finalSteps { measure(gradientScale: update.gradientScale) }
    let budget = step < end ? schedule.budget(step) : schedule.targetBudget
    if step == end || (step < end && schedule.prunes(step)) {
      prune(to: budget)
    } else if step > end {
      applyMasks()
    }
    budgets.append(Int64(budget))
    ranks += layers.map { Int64($0.kept.count { $0 }) }
  }

  /// Importance of every triplet: its value's, plus the means over its row of A and its column of B.
  private func measure(gradientScale: Float) {
    var found: [Tensor] = []
    for layer in layers {
      for (parameter, averages) in zip(layer.parameters, layer.averages) {
        guard let gradient = parameter.gradient else { continue }
        averages.update(
          .weightGradient, gradient: gradientScale == 1 ? gradient : gradient.scaled(by: gradientScale), weight: parameter.tensor,
          beta1: beta1, beta2: beta2)
      }
      let (a, b, e) = (layer.averages[0], layer.averages[1], layer.averages[2])
      found += [e.products, a.mean.rowDots(a.spread), b.mean.columnDots(b.spread)]
    }
    let values = Tensor.read(found)
    for index in layers.indices {
      let (input, output) = (Double(layers[index].a.shape[1]), Double(layers[index].b.shape[0]))
      let (own, rows, columns) = (values[3 * index], values[3 * index + 1], values[3 * index + 2])
      layers[index].scores = (0..<rank).map { Double(own[$0]) + Double(rows[$0]) / input + Double(columns[$0]) / output }
    }
  }

  /// Zeroes the values of the triplets of least importance, until `budget` are left.
  private func prune(to budget: Int) {
    let dropped = schedule.initialBudget - budget
    guard dropped > 0 else { return }
    let threshold = layers.flatMap(\.scores).sorted()[dropped - 1]
    for index in layers.indices { layers[index].kept = layers[index].scores.map { $0 > threshold } }
    applyMasks()
  }

  private func applyMasks() {
    for layer in layers where layer.kept.contains(false) {
      let e = layer.e.tensor
      e.assign(e.selected(where: Tensor(layer.kept.map { $0 ? 1 : 0 }, shape: e.shape, on: e.backend)))
    }
  }

  /// The budget after the latest update, and which triplets are kept and how important each is, by name of E.
  package var allocation: (budget: Int?, kept: [(name: String, kept: [Bool])], scores: [(name: String, scores: [Double])]) {
    (
      budgets.last.map { Int($0) }, layers.map { ($0.e.name, $0.kept) }, layers.map { ($0.e.name, $0.scores) }
    )
  }

  package var keptParameters: Int {
    layers.reduce(0) { $0 + $1.kept.count { $0 } * ($1.a.shape[1] + $1.b.shape[0] + 1) }
  }

  package var diagnostics: [Diagnostic] {
    let paths = layers.map(\.projection.path)
    return [
      Diagnostic("ranks/budget", shape: [budgets.count], .integers(budgets), dimensions: ["step"]),
      Diagnostic(
        "ranks/kept", shape: [budgets.count, layers.count], .integers(ranks), dimensions: ["step", "module"],
        names: ["module": paths]),
      Diagnostic(
        "ranks/singular_value", shape: [layers.count, rank], .numbers(layers.flatMap { $0.e.tensor.values.map(Double.init) }),
        dimensions: ["module", "triplet"], names: ["module": paths]),
      Diagnostic(
        "ranks/importance", shape: [layers.count, rank], .numbers(layers.flatMap(\.scores)), dimensions: ["module", "triplet"],
        names: ["module": paths]),
    ]
  }

  package var state: [Diagnostic] {
    [
      Diagnostic("budgets", shape: [budgets.count], .integers(budgets), dimensions: ["step"]),
      Diagnostic("ranks", shape: [ranks.count], .integers(ranks), dimensions: ["entry"]),
      Diagnostic(
        "kept", shape: [layers.count * rank], .integers(layers.flatMap { $0.kept.map { $0 ? 1 : 0 } }), dimensions: ["triplet"]),
      Diagnostic("scores", shape: [layers.count * rank], .numbers(layers.flatMap(\.scores)), dimensions: ["triplet"]),
    ]
      + layers.flatMap { layer in
        zip(layer.parameters, layer.averages).flatMap { parameter, average in
          [.values(of: average.mean, at: "mean/\(parameter.name)"), .values(of: average.spread, at: "spread/\(parameter.name)")]
        }
      }
  }

  package func restore(_ state: [Diagnostic]) throws {
    let saved = try SavedState(state)
    budgets = try saved.integers("budgets")
    ranks = try saved.integers("ranks", budgets.count * layers.count)
    let (kept, scores) = (try saved.integers("kept", layers.count * rank), try saved.numbers("scores", layers.count * rank))
    for index in layers.indices {
      layers[index].kept = kept[index * rank..<(index + 1) * rank].map { $0 != 0 }
      layers[index].scores = Array(scores[index * rank..<(index + 1) * rank])
      layers[index].averages = try layers[index].parameters.map { parameter in
        let tensor = { (kind: String) in
          try saved.tensor("\(kind)/\(parameter.name)", shape: parameter.shape, on: parameter.tensor.backend)
        }
        return SensitivityAverages(mean: try tensor("mean"), spread: try tensor("spread"))
      }
    }
  }
}

/// AdaLoRA's budget of triplets over training, in steps.
package struct BudgetSchedule: Sendable, Equatable {
  /// b(0): all triplets.
  var initialBudget: Int
  /// b(T): the triplets that are left.
  var targetBudget: Int
  /// t_i: until then nothing is pruned.
  package var initialSteps: Int
  /// t_f: in the last so many steps the ranks are settled.
  package var finalSteps: Int
  /// ΔT, steps between prunings.
  package var interval: Int
  /// T, all updates of the run.
  package var totalSteps: Int

  /// The budget at step `t`: cubic between the two ends.
  package func budget(_ t: Int) -> Int {
    if t <= initialSteps { return initialBudget }
    guard t <= totalSteps - finalSteps else { return targetBudget }
    let rest = 1 - Double(t - initialSteps) / Double(totalSteps - finalSteps - initialSteps)
    return Int(Double(initialBudget - targetBudget) * (rest * rest * rest) + Double(targetBudget))
  }

  /// Whether triplets are pruned at step `t`, before the ranks are settled.
  func prunes(_ t: Int) -> Bool { t > initialSteps && t % interval == 0 }
}
