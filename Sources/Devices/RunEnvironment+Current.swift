// This machine, as records name it.
import CPUBackend
import Foundation
import Records

extension RunEnvironment {
  /// This machine, with so many threads a run.
  ///
  /// - Throws: `BackendError` where its library of products cannot be used.
  package static func current(threads: Int) throws -> RunEnvironment {
    let blas = try BLAS.current()
    return RunEnvironment(
      blasCore: blas.core, blasCoreReason: blas.reason.rawValue, blasVersion: blas.version,
      blasConfiguration: blas.configuration, threads: threads, processor: processor,
      operatingSystem: ProcessInfo.processInfo.operatingSystemVersionString)
  }

  private static let processor: String = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }()
}
