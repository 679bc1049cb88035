// This program, as records name it.
import Foundation
import Records

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
