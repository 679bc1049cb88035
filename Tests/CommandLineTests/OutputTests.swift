// Whatever standard output leads to: a pipe, one that nobody reads any more, a full disk, nothing at all.
import Foundation
import TestSupport
import Testing

@Suite("Standard output")
struct OutputTests {
  /// Verbs that print, and one that trains.
  private static let calls = [
    ["list"], ["show", "tiny/pocket/lora/warmth/seed-0"], ["report", "tiny"], ["run", "tiny"], ["--help"],
  ]

  private func call(_ arguments: [String], _ tiny: TinyProgram) -> [String] {
    [tiny.program.path] + arguments + (arguments == ["--help"] ? [] : tiny.folders("results"))
  }

  /// Runs a command of the shell whose `"$@"` is a call of the program.
  private func shell(_ command: String, _ arguments: [String], _ tiny: TinyProgram) throws -> ProgramResult {
    try execute(
      URL(filePath: "/bin/sh"), ["-c", command, "sh"] + call(arguments, tiny), environment: Program.environment(), apart: true)
  }

  @Test("into a pipe or a file there is nothing that steers a terminal")
  func plain() throws {
    let tiny = try TinyProgram()
    let file = try tiny.lowrank(["run", "tiny", "--jobs", "1"], results: "one", apart: true)
    let pipe = try shell(#""$@" | cat"#, ["run", "tiny", "--jobs", "1"], tiny)
    for result in [file, pipe] {
      #expect(result.status == 0)
      for said in [result.output, result.errors] { #expect(!said.contains("\r") && !said.contains("\u{1B}"), "\(said)") }
      #expect(result.errors.contains("  2/2  aflora warmth seed 0  accuracy "))
    }
  }

  @Test("a pipe whose reader has gone ends the program without a word, or with one where that signal is ignored", arguments: calls)
  func closedPipe(arguments: [String]) throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.everything()
    for (disposition, isIgnored) in [("--default-signal=PIPE", false), ("--ignore-signal=PIPE", true)] {
      let process = Process(), output = Pipe(), errors = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [disposition] + call(arguments, tiny)
      process.environment = Program.environment()
      process.standardOutput = output
      process.standardError = errors
      process.standardInput = FileHandle.nullDevice
      try output.fileHandleForReading.close()
      try process.run()
      let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      if isIgnored {
        #expect(process.terminationReason == .exit && process.terminationStatus == 1)
        #expect(said.hasSuffix("standard output cannot be written: Broken pipe\n"))
      } else {
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGPIPE)
        #expect(!said.contains("cannot be written"))
      }
      tiny.expectUnchanged(since: before)
    }
    let head = try shell(#"env --default-signal=PIPE "$@" | head -n 1"#, arguments, tiny)
    #expect(
      head.status == 0 && !head.errors.contains("cannot be written") && head.output.split(separator: "\n").count == 1, "\(head)")
  }

  @Test("a full disk is an error, and so is no output at all", arguments: calls)
  func full(arguments: [String]) throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.everything()
    for (command, reason) in [(#"exec "$@" >/dev/full"#, "No space left on device"), (#"exec "$@" >&-"#, "Bad file descriptor")] {
      let result = try shell(command, arguments, tiny)
      #expect(result.status == 1 && !result.wasKilled && result.output.isEmpty)
      #expect(result.errors.hasSuffix("standard output cannot be written: \(reason)\n"))
      tiny.expectUnchanged(since: before)
    }
  }

  @Test("a reader that goes while runs are trained: the next call ends with what there would have been")
  func goneDuringRuns() throws {
    let tiny = try TinyProgram()
    let plan = try shell(#"env --default-signal=PIPE "$@" --checkpoint-seconds 0 2>&1 | head -n 3"#, ["run", "tiny"], tiny)
    #expect(plan.output.split(separator: "\n").count == 3 && plan.errors.isEmpty, "\(plan)")
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
    #expect(try tiny.lowrank(["run", "tiny"], results: "straight").status == 0)
    let (found, straight) = (tiny.project.files("results/runs"), tiny.project.files("straight/runs"))
    let lasting = found.keys.filter { !Self.tellsOfTime($0) }
    #expect(!lasting.isEmpty && Set(lasting) == Set(straight.keys.filter { !Self.tellsOfTime($0) }))
    for name in lasting { #expect(found[name] == straight[name], "\(name)") }
  }

  /// Whether a file of a run says when or how long: no result.
  private static func tellsOfTime(_ name: String) -> Bool { name.hasSuffix("timing.json") || name.hasSuffix("log.txt") }

  @Test("streams that were closed are no file that is opened later")
  func closedStreams() throws {
    let tiny = try TinyProgram()
    // what it says would stand in a file of results else
    let result = try shell(#"exec "$@" <&- 2>&-"#, ["run", "tiny"], tiny)
    #expect(result.status == 0, "\(result)")
    #expect(try tiny.lowrank(["run", "tiny"], results: "straight").status == 0)
    for (name, data) in tiny.project.files("straight/runs") where !Self.tellsOfTime(name) {
      #expect(tiny.project.files("results/runs")[name] == data, "\(name)")
    }
  }
}
