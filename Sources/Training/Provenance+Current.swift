// This program and this machine, as records name them.
import Foundation
import Records
import Tensors

extension ProgramVersion {
  /// The version of this program.
  package static let number = "0.1.0"

  /// The version with the commit of the checkout in the current folder, where git can tell.
  package static let current: ProgramVersion = {
    let commit = git("rev-parse HEAD")
    let changes = git("status --porcelain --untracked-files=no")
    return ProgramVersion(version: number, commit: commit.isEmpty ? nil : commit, isModified: !changes.isEmpty)
  }()

  /// What a git command prints; empty where it fails. By `popen`, which needs no thread.
  private static func git(_ arguments: String) -> String {
    guard let pipe = popen("git \(arguments) 2>/dev/null </dev/null", "r") else { return "" }
    var bytes: [UInt8] = [], piece = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&piece, 1, piece.count, pipe), count > 0 { bytes += piece[..<count] }
    guard pclose(pipe) == 0 else { return "" }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

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
