// AdaLoRA's budget, ranks and scores.
import Adapters
import Foundation
import Settings

extension AdaLoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try [
      "initial_rank": trace.integer("init_r"), "target_rank": trace.integer("target_r"), "alpha": .number(trace.number("alpha")),
      "orthogonality": .number(trace.number("orth_reg_weight")), "beta1": .number(trace.number("beta1")),
      "beta2": .number(trace.number("beta2")), "targets": trace.targets(),
    ]
  }

  /// With the trace's schedule, which is in steps from 1.
  static func attach(_ trace: AdapterTrace, to host: MethodHost) throws -> AdaLoRA {
    try AdaLoRA(
      MethodOptions(options(trace), for: description), on: host, initialSteps: trace.steps("tinit"),
      finalSteps: trace.steps("tfinal"), interval: max(1, trace.steps("deltaT")), totalSteps: trace.meta.train.steps, firstStep: 1)
  }

  func compare(after step: AdapterTrace.Step, _ number: Int, _ comparison: inout TraceComparison) {
    let name = "step \(number)", allocation = self.allocation
    if let budget = step.budget { comparison.report.compareExactly("budget", name, [allocation.budget], with: [budget]) }
    let patterns = AdapterTrace.plain(step.rankPattern)
    for (module, kept) in allocation.kept {
      guard let expected = patterns[module] else { continue }
      comparison.report.compareExactly("rank_pattern", "\(module), \(name)", kept.map { $0 ? 1 : 0 }, with: expected)
    }
    let scores = AdapterTrace.plain(step.scores)
    for (module, found) in allocation.scores {
      for (index, expected) in (scores[module] ?? []).enumerated() {
        let error = index < found.count ? abs(found[index] - expected) : .infinity
        let allowed = comparison.scoreTolerance(expected)
        comparison.report.add("triplet_score", "\(module), \(name)", error: error, allowed: allowed)
      }
    }
  }
}
