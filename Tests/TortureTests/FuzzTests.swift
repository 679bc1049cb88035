// The harness that damages files, on readers that are known to fail.
import Foundation
import TestSupport
import Testing

@Suite("torture fuzz")
struct FuzzTests {
  /// A row of the table.
  private struct Row: Equatable {
    var inputs = 0, taken = 0, refused = 0, wrong = 0, crashed = 0, hung = 0

    init?(_ output: String, _ format: String) {
      let numbers = output.split(separator: "\n").first { $0.hasPrefix(format + " ") && !$0.contains(":") }?.split(separator: " ")
        .dropFirst()
        .compactMap { Int($0) }
      guard let numbers, numbers.count == 6 else { return nil }
      (inputs, taken, refused, wrong, crashed, hung) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
    }
  }

  private func fuzz(_ format: String, _ inputs: Int, _ options: [String] = [], keep: URL? = nil) throws -> (ProgramResult, Row) {
    try withTemporaryFolder { folder in
      let result = try torture(
        ["fuzz", "--format", format, "--inputs", "\(inputs)", "--keep", (keep ?? folder).path] + options)
      let row = try #require(Row(result.output, format), "\(result.output)")
      #expect(row.inputs == row.taken + row.refused + row.wrong + row.crashed + row.hung, "\(result.output)")
      return (result, row)
    }
  }

  @Test("a trap is counted, its input is kept, and the inputs behind it are read")
  func trap() throws {
    try withTemporaryFolder { folder in
      let (result, row) = try fuzz("planted-trap", 40, keep: folder)
      #expect(result.status == 1 && row.inputs == 40 && row.crashed > 1 && row.taken > 1, "\(result.output)")
      #expect(result.output.contains("Fatal error: planted"))
      let kept = try FileManager.default.contentsOfDirectory(
        at: folder.appending(path: "planted-trap"), includingPropertiesForKeys: nil)
      #expect(kept.count == row.crashed)
      for file in kept { #expect(try Data(contentsOf: file).count % 2 == 1, "\(file.lastPathComponent)") }
      let number = try #require(kept.first?.lastPathComponent.split(separator: "-")[1])
      let again = try torture(["fuzz", "--format", "planted-trap", "--only", "\(number)"])
      #expect(again.wasKilled && again.output.contains("planted"))
    }
  }

  @Test("what hangs is ended and counted")
  func hang() throws {
    let (result, row) = try fuzz("planted-hang", 8, ["--patience", "0.5"])
    #expect(result.status == 1 && row.inputs == 8 && row.hung > 0 && row.crashed == 0, "\(result.output)")
  }

  @Test("what takes gigabytes is ended and counted")
  func memory() throws {
    let (result, row) = try fuzz("planted-memory", 8)
    #expect(result.status == 1 && row.inputs == 8 && row.crashed > 0, "\(result.output)")
  }

  @Test("what is taken wrongly, and an error that is none of the targets' own", arguments: ["planted-wrong", "planted-error"])
  func wrong(format: String) throws {
    let (result, row) = try fuzz(format, 40)
    #expect(result.status == 1 && row.inputs == 40 && row.wrong > 1 && row.crashed == 0, "\(result.output)")
  }

  @Test("a refusal is no failure")
  func refusal() throws {
    let (result, row) = try fuzz("planted-refusal", 40)
    #expect(result.status == 0 && row.inputs == 40 && row.refused > 1 && row.taken > 1, "\(result.output)")
  }

  @Test("an input is a function of seed, format and number, however many children there are")
  func repeatable() throws {
    let (_, one) = try fuzz("user-data", 300, ["--jobs", "1"]), (_, more) = try fuzz("user-data", 300, ["--jobs", "3"])
    #expect(one == more)
    #expect(try fuzz("user-data", 300, ["--seed", "9"]).1 != one)
  }

  @Test("an unknown format is refused with the names that there are")
  func unknown() throws {
    let result = try torture(["fuzz", "--format", "nothing", "--inputs", "1"])
    #expect(
      result.status == 1 && result.output.contains("'nothing' is no format (formats: safetensors, sharded-weights"),
      "\(result.output)")
  }
}

/// Runs the `torture` that was built beside the tests.
func torture(_ arguments: [String]) throws -> ProgramResult {
  try withTemporaryFolder { folder in
    var environment = Program.environment()
    environment["SWIFT_BACKTRACE"] = "enable=no"
    environment["TMPDIR"] = folder.path
    return try execute(Program.url.deletingLastPathComponent().appending(path: "torture"), arguments, environment: environment)
  }
}
