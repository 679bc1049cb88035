// This machine, as records name it.
import Foundation
import Records

extension RunEnvironment {
  /// This machine, with so many threads a run.
  package static func current(threads: Int) -> RunEnvironment {
    RunEnvironment(
      threads: threads, processor: processor, operatingSystem: ProcessInfo.processInfo.operatingSystemVersionString)
  }

  private static let processor: String = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }()
}
