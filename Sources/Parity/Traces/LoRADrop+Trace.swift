// LoRA-drop's importances, and the layers that they select.
import Adapters
import Foundation
import Settings
import Storage

extension LoRADrop: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try trace.pair(["threshold": .number(trace.number("threshold"))])
  }

  func compareSetUp(_ comparison: inout TraceComparison) throws {
    let trace = comparison.trace, tolerance = comparison.tolerance("grad")
    guard let summary = trace.meta.summary else { return }
    for (index, module) in modules.enumerated() {
      comparison.report.compare(
        "squared_norms", module, squaredNorms[index].map { Float($0) },
        with: try trace.expected.floats("squared_norms.\(module)"), within: tolerance)
      if let expected = summary.importance?[module] {
        let error = abs(importance[index] - expected)
        comparison.report.add("importance", module, error: error, allowed: 2 * tolerance.rel * expected)
      }
    }
    func chosen(_ choice: LayerSelection.Choice, _ choices: [LayerSelection.Choice]) -> [String] {
      zip(modules, choices).filter { $1 == choice }.map(\.0).sorted()
    }
    comparison.report.compareExactly("selection", "own", chosen(.own, selection), with: (summary.own ?? []).sorted())
    comparison.report.compareExactly("selection", "shared", chosen(.shared, selection), with: (summary.shared ?? []).sorted())
    for (variant, name, choice) in [
      (LayerSelection.Variant.inverse, "inverse_own", LayerSelection.Choice.own), (.inverse, "inverse_shared", .shared),
      (.top, "top_k_own", .own),
    ] {
      guard let expected = summary.variants?[name] else { continue }
      comparison.report.compareExactly("selection", name, chosen(choice, choices(variant)), with: expected.sorted())
    }
  }
}
