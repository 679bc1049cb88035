// SoRA's gates.
import Adapters
import Settings

extension SoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try trace.pair([
      "eta": .number(trace.number("eta")), "xi": .number(trace.number("xi")), "dead_zone": .flag(trace.flag("dead_zone")),
    ])
  }

  func compare(after step: AdapterTrace.Step, _ number: Int, _ comparison: inout TraceComparison) {
    let expected = AdapterTrace.plain(step.zeroGates)
    for (name, gates) in gates {
      guard let zeros = expected[name] else { continue }
      comparison.report.compareExactly("zero_gates", "\(name), step \(number)", gates.map { $0 == 0 ? 1 : 0 }, with: zeros)
    }
  }
}
