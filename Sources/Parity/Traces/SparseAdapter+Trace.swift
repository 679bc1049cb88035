// SparseAdapter's scores and masks.
import Adapters
import Settings
import Storage

extension SparseAdapter: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try trace.pair(["keep": .number(trace.number("keep"))])
  }

  func compareSetUp(_ comparison: inout TraceComparison) throws {
    let trace = comparison.trace
    if let weights = trace.meta.summary?.weights, let dropped = trace.meta.summary?.dropped {
      let (kept, idle) = (keptParameters, idleParameters)
      comparison.report.compareExactly("dropped", "count", [kept + idle, idle], with: [weights, dropped])
    }
    for (name, kept, scores) in pruning {
      comparison.report.compareExactly("mask", name, kept, with: try trace.expected.integers("mask.\(name)").map { $0 != 0 })
      comparison.report.compare(
        "score", name, scores, with: try trace.expected.floats("score.\(name)"), within: comparison.tolerance("grad"))
    }
  }
}
