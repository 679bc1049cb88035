// PRILoRA's ranks, masks and input norms.
import Adapters
import Settings
import Storage

extension PRILoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try [
      "rank_first": trace.integer("r_first"), "rank_last": trace.integer("r_last"), "alpha": .number(trace.number("alpha")),
      "beta": .number(trace.number("beta")), "prune_ratio": .number(trace.number("fraction")),
      "interval": trace.integer("interval"),
      "targets": trace.targets(),
    ]
  }

  func compareSetUp(_ comparison: inout TraceComparison) {
    let found = ranks.map { "\($0.module) \($0.rank)" }.sorted()
    let expected = (comparison.trace.meta.ranks ?? [:]).map { "\($0.key) \($0.value)" }.sorted()
    comparison.report.compareExactly("rank", "all", found, with: expected)
  }

  func compare(after step: AdapterTrace.Step, _ number: Int, _ comparison: inout TraceComparison) throws {
    for (module, kept, _, prunedAt) in latest {
      let name = "\(module), step \(number)"
      comparison.report.compareExactly("pruned", name, [prunedAt == number + 1], with: [step.pruned ?? false])
      guard step.pruned == true else { continue }
      let expected = try comparison.trace.expected.integers("mask.\(number + 1).\(module)").map { $0 != 0 }
      comparison.report.compareExactly("mask", name, kept ?? [], with: expected)
    }
  }

  func compareOutcome(_ comparison: inout TraceComparison) throws {
    for (module, _, norms, _) in latest {
      comparison.report.compare(
        "input_norm", module, norms ?? [], with: try comparison.trace.expected.floats("input_norm.\(module)"),
        within: comparison.tolerance("grad"))
    }
  }
}
