// What only some methods decide or measure: scores, masks, ranks, gates, selections, freezing.
import Adapters
import Interchange

extension TraceComparison {
  /// What the method found before training proper.
  mutating func compareSetUp() throws {
    switch stepper.method {
    case let method as LoRADrop: try compare(method)
    case let method as SparseAdapter: try compare(method)
    case let method as PRILoRA:
      let found = method.ranks.map { "\($0.module) \($0.rank)" }.sorted()
      report.compareExactly("rank", "all", found, with: (trace.meta.ranks ?? [:]).map { "\($0.key) \($0.value)" }.sorted())
    default: break
    }
  }

  /// What the method decided after one update.
  mutating func compareMethod(after step: AdapterTrace.Step, _ number: Int) throws {
    switch stepper.method {
    case let method as AFLoRA: compare(method, with: step, number)
    case let method as AdaLoRA: compare(method, with: step, number)
    case let method as SoRA: compare(method, with: step, number)
    case let method as PRILoRA: try compare(method, with: step, number)
    default: break
    }
  }

  /// What stands at the end.
  mutating func compareOutcome() throws {
    switch stepper.method {
    case let method as AFLoRA:
      guard let expected = trace.meta.frozenAt else { break }
      let found = method.frozenAt.map { "\($0.name) \($0.updates ?? -1)" }.sorted()
      report.compareExactly("frozen_at", "all", found, with: expected.map { "\($0.key) \($0.value)" }.sorted())
    case let method as PRILoRA:
      for (module, _, norms, _) in method.latest {
        report.compare(
          "input_norm", module, norms ?? [], with: try trace.expected.floats("input_norm.\(module)"), within: tolerance("grad"))
      }
    default: break
    }
  }

  /// A score is a product of two averages of gradients: twice their relative error.
  private func scoreTolerance(_ expected: Double) -> Double { 4 * tolerance("grad").rel * abs(expected) + 1e-18 }

  private mutating func compare(_ method: AFLoRA, with step: AdapterTrace.Step, _ number: Int) {
    let name = "step \(number)"
    if let fraction = step.fraction, let found = method.fractions.last {
      report.add("fraction", name, error: abs(fraction - found), allowed: 1e-12)
    }
    if let expected = step.newlyFrozen {
      let found = method.frozenAt.filter { $0.updates == number + 1 }.map(\.name)
      report.compareExactly("newly_frozen", name, found.sorted(), with: expected.sorted())
    }
    for (matrix, score) in method.latestScores {
      guard let expected = step.scores?[matrix]?.values.first else { continue }
      report.add("freezing_score", "\(matrix), \(name)", error: abs(score - expected), allowed: scoreTolerance(expected))
    }
  }

  private mutating func compare(_ method: AdaLoRA, with step: AdapterTrace.Step, _ number: Int) {
    let name = "step \(number)", allocation = method.allocation
    if let budget = step.budget { report.compareExactly("budget", name, [allocation.budget], with: [budget]) }
    let patterns = plain(step.rankPattern ?? [:])
    for (module, kept) in allocation.kept {
      guard let expected = patterns[module] else { continue }
      report.compareExactly("rank_pattern", "\(module), \(name)", kept.map { $0 ? 1 : 0 }, with: expected)
    }
    let scores = plain(step.scores ?? [:])
    for (module, found) in allocation.scores {
      for (index, expected) in (scores[module] ?? []).enumerated() {
        let error = index < found.count ? abs(found[index] - expected) : .infinity
        report.add("triplet_score", "\(module), \(name)", error: error, allowed: scoreTolerance(expected))
      }
    }
  }

  private mutating func compare(_ method: SoRA, with step: AdapterTrace.Step, _ number: Int) {
    let expected = plain(step.zeroGates ?? [:])
    for (name, gates) in method.gates {
      guard let zeros = expected[name] else { continue }
      report.compareExactly("zero_gates", "\(name), step \(number)", gates.map { $0 == 0 ? 1 : 0 }, with: zeros)
    }
  }

  private mutating func compare(_ method: PRILoRA, with step: AdapterTrace.Step, _ number: Int) throws {
    for (module, kept, _, prunedAt) in method.latest {
      report.compareExactly("pruned", "\(module), step \(number)", [prunedAt == number + 1], with: [step.pruned ?? false])
      guard step.pruned == true else { continue }
      let expected = try trace.expected.integers("mask.\(number + 1).\(module)").map { $0 != 0 }
      report.compareExactly("mask", "\(module), step \(number)", kept ?? [], with: expected)
    }
  }

  private mutating func compare(_ method: SparseAdapter) throws {
    if let weights = trace.meta.summary?.weights, let dropped = trace.meta.summary?.dropped {
      let (kept, idle) = (method.keptParameters, method.idleParameters)
      report.compareExactly("dropped", "count", [kept + idle, idle], with: [weights, dropped])
    }
    for (name, kept, scores) in method.pruning {
      report.compareExactly("mask", name, kept, with: try trace.expected.integers("mask.\(name)").map { $0 != 0 })
      report.compare("score", name, scores, with: try trace.expected.floats("score.\(name)"), within: tolerance("grad"))
    }
  }

  private mutating func compare(_ method: LoRADrop) throws {
    guard let summary = trace.meta.summary else { return }
    for (index, module) in method.modules.enumerated() {
      report.compare(
        "squared_norms", module, method.squaredNorms[index].map { Float($0) },
        with: try trace.expected.floats("squared_norms.\(module)"), within: tolerance("grad"))
      if let expected = summary.importance?[module] {
        report.add(
          "importance", module, error: abs(method.importance[index] - expected), allowed: 2 * tolerance("grad").rel * expected)
      }
    }
    func modules(_ choice: LayerSelection.Choice, _ choices: [LayerSelection.Choice]) -> [String] {
      zip(method.modules, choices).filter { $1 == choice }.map(\.0).sorted()
    }
    report.compareExactly("selection", "own", modules(.own, method.selection), with: (summary.own ?? []).sorted())
    report.compareExactly("selection", "shared", modules(.shared, method.selection), with: (summary.shared ?? []).sorted())
    for (variant, name, choice) in [
      (LayerSelection.Variant.inverse, "inverse_own", LayerSelection.Choice.own), (.inverse, "inverse_shared", .shared),
      (.top, "top_k_own", .own),
    ] {
      guard let expected = summary.variants?[name] else { continue }
      report.compareExactly("selection", name, modules(choice, method.choices(variant)), with: expected.sorted())
    }
  }

  /// By plain name.
  private func plain(_ numbers: [String: TraceNumbers]) -> [String: [Double]] {
    Dictionary(numbers.map { (PEFTAdapterFolder.plainName($0.key), $0.value.values) }) { $1 }
  }
}
