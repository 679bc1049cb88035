// AFLoRA's scores, and which matrices froze when.
import Adapters
import Foundation
import Settings
import Tensors

extension AFLoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    guard case .texts(let adaptive)? = trace.meta.options["adaptive"] else {
      throw ParityError.reference(path: trace.folder.path, problem: "meta.json has no names for the option 'adaptive'")
    }
    return try [
      "rank": trace.integer("r"), "d_initial": .number(trace.number("d_initial")), "targets": trace.targets(),
      "adaptive": .texts(adaptive), "together": .flag(trace.flag("together")), "score": .text(sensitivity(trace).rawValue),
    ]
  }

  /// With the trace's schedule, which is in steps.
  static func attach(_ trace: AdapterTrace, to host: MethodHost) throws -> AFLoRA {
    try AFLoRA(
      MethodOptions(options(trace), for: description), on: host,
      freezing: Freezing(
        initialSteps: trace.steps("t_init"), finalSteps: trace.steps("t_final"), totalSteps: trace.steps("total"),
        beta1: Float(trace.number("beta1")), beta2: Float(trace.number("beta2")), sensitivity: sensitivity(trace)))
  }

  private static func sensitivity(_ trace: AdapterTrace) throws -> Sensitivity {
    guard let sensitivity = trace.meta.options["score"]?.text.flatMap(Sensitivity.init) else {
      throw ParityError.reference(path: trace.folder.path, problem: "meta.json has no sensitivity for the option 'score'")
    }
    return sensitivity
  }

  func compare(after step: AdapterTrace.Step, _ number: Int, _ comparison: inout TraceComparison) {
    let name = "step \(number)"
    if let fraction = step.fraction, let found = fractions.last {
      comparison.report.add("fraction", name, error: abs(fraction - found), allowed: 1e-12)
    }
    if let expected = step.newlyFrozen {
      let found = frozenAt.filter { $0.updates == number + 1 }.map(\.name)
      comparison.report.compareExactly("newly_frozen", name, found.sorted(), with: expected.sorted())
    }
    for (matrix, score) in latestScores {
      guard let expected = step.scores?[matrix]?.values.first else { continue }
      let allowed = comparison.scoreTolerance(expected)
      comparison.report.add("freezing_score", "\(matrix), \(name)", error: abs(score - expected), allowed: allowed)
    }
  }

  func compareOutcome(_ comparison: inout TraceComparison) {
    guard let expected = comparison.trace.meta.frozenAt else { return }
    let found = frozenAt.map { "\($0.name) \($0.updates ?? -1)" }.sorted()
    comparison.report.compareExactly("frozen_at", "all", found, with: expected.map { "\($0.key) \($0.value)" }.sorted())
  }
}
