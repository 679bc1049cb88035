// What no single test can do: hundreds of thousands of damaged files before every reader, and runs killed and flipped at random.
import ArgumentParser
import Foundation
import TestSupport

/// `torture fuzz`, `torture kills`, `torture flips`, `torture slurm`; `make fuzz`, `make torture` and `make test-slurm` call them. No part of the program.
@main
struct Torture: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Damages files, kills runs and flips bits, and counts what came of it.",
    subcommands: [FuzzCommand.self, WorkCommand.self, KillsCommand.self, FlipsCommand.self, SlurmCommand.self])
}

/// A failure of the harness itself, in words.
struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// Where the program is, and how much of the machine is used.
struct PlaceOptions: ParsableArguments {
  @Option(help: "Projects at once.") var jobs = max(1, min(ProcessInfo.processInfo.activeProcessorCount, 8))
  @Option(help: "What stands for lowrank; by default the program that was built beside this one.") var program: String?

  /// - Throws: `Program.Missing`.
  var lowrank: URL { get throws { try program.map { URL(filePath: $0) } ?? Program.url } }
}

/// A folder of one call's own, gone with its last use. It is in memory where the system has such a place: every input is a file.
final class Scratch {
  let url: URL

  init() throws {
    let memory = "/dev/shm"
    if getenv("TMPDIR") == nil, access(memory, W_OK) == 0 { setenv("TMPDIR", memory, 1) }
    let home = FileManager.default.temporaryDirectory
    Self.sweep(home)
    url = home.appending(path: "\(Self.prefix)\(getpid())").standardizedFileURL
    try? FileManager.default.removeItem(at: url)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    // what the readers and their children put into the temporary folder goes away with this one
    setenv("TMPDIR", url.path, 1)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  private static let prefix = "lowrank-torture-"

  /// Removes what calls left that were ended from outside.
  private static func sweep(_ home: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: home.path)) ?? [] where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)), kill(process, 0) != 0, errno == ESRCH else { continue }
      try? FileManager.default.removeItem(at: home.appending(path: name))
    }
  }
}

/// Writes a line at once, also where the output is a pipe.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// The last line of a suite, in the form of `.ci/summarize`.
func sayMinutes(since start: ContinuousClock.Instant, _ what: String) {
  let parts = (ContinuousClock.now - start).components
  let minutes = (Double(parts.seconds) + Double(parts.attoseconds) * 1e-18) / 60
  say(String(format: "%6.1f min  ", minutes) + what)
}

/// Lines whose columns stand under each other, the first to the left.
func aligned(_ rows: [[String]]) -> [String] {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, text in
      let gap = String(repeating: " ", count: widths[column] - text.count)
      return column == 0 ? text + gap : gap + text
    }.joined(separator: "  ")
  }
}
