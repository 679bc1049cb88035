// What the program says of itself and of a command line that it cannot understand, held against `Tests/Fixtures/usage`.
//
// A change of these texts is a change of what users meet. Where it is meant: LOWRANK_WRITE_USAGE=1 make test, and read the difference.
import Foundation
import TestSupport
import Testing

@Suite("Help and usage")
struct UsageTests {
  /// The verbs, as the program lists them for other programs.
  private static let verbs: [String] = {
    struct Command: Decodable {
      var commandName: String
      var subcommands: [Command]?
    }
    struct Dump: Decodable {
      var command: Command
    }
    guard let dump = try? call(["--experimental-dump-help"]).output,
      let all = try? JSONDecoder().decode(Dump.self, from: Data(dump.utf8))
    else { return [] }
    return (all.command.subcommands ?? []).map(\.commandName).filter { $0 != "help" }
  }()

  /// Runs the program where there is no project.
  private static func call(_ arguments: [String]) throws -> ProgramResult {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lowrank-usage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try execute(Program.url, arguments, environment: Program.environment(), in: folder, apart: true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "\(arguments) leaves files")
    return result
  }

  @Test("the program's help")
  func program() throws {
    let help = try Self.call(["--help"])
    #expect(help.status == 0 && help.errors.isEmpty)
    for arguments in [["help"], ["-h"], []] { #expect(try Self.call(arguments).output == help.output, "\(arguments)") }
    expect(help.output, isIn: "help.txt")
    #expect(Self.verbs.count > 10)
    for verb in Self.verbs { #expect(help.output.contains("\n  \(verb) "), "\(verb)") }
  }

  @Test("each verb's help", arguments: verbs)
  func verb(name: String) throws {
    let help = try Self.call(["help", name])
    #expect(help.status == 0 && help.errors.isEmpty)
    #expect(try Self.call([name, "--help"]).output == help.output)
    expect(help.output, isIn: "help/\(name).txt")
  }

  /// A command line that cannot be understood.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    var testDescription: String { name }

    init(_ name: String, _ arguments: String...) { (self.name, self.arguments) = (name, arguments) }
  }

  private static let mistakes = [
    Mistake("unknown-verb", "trian", "table1"),
    Mistake("unknown-flag", "run", "table1", "--sed", "0"),
    Mistake("unknown-flag-without-kin", "doctor", "--colour"),
    Mistake("one-argument-too-many", "doctor", "table1"),
    Mistake("missing-argument", "run"),
    Mistake("missing-option", "export", "0a1b2c3d"),
    Mistake("missing-options", "rerun", "--method", "lora"),
    Mistake("missing-value", "run", "table1", "--tasks"),
    Mistake("value-that-is-no-number", "bench", "--batch", "many"),
    Mistake("value-that-is-no-seed", "run", "table1", "--seeds", "0,one"),
    Mistake("seeds-twice", "check-pocket", "--seeds", "0,0"),
    Mistake("number-out-of-range", "bench", "--length", "513"),
    Mistake("threads-out-of-range", "parity", "somewhere", "--threads", "0"),
    Mistake("jobs-out-of-range", "all", "--jobs", "1025"),
    Mistake("seconds-out-of-range", "run", "table1", "--checkpoint-seconds=-1"),
    Mistake("unknown-profile", "run", "table1", "--profile", "huge"),
    Mistake("unknown-size", "bench", "--size", "gpt"),
    Mistake("unknown-metric", "report", "table1", "--metric", "colour"),
    Mistake("unknown-format", "report", "table1", "--format", "html"),
    Mistake("unknown-epoch", "merge", "0a1b2c3d", "--to", "model", "--epoch", "first"),
    Mistake("several-wrong-values", "run", "table1", "--jobs", "x", "--threads=y", "--profile", "huge", "--seeds", "0"),
    Mistake("empty-folder", "run", "table1", "--results", ""),
    Mistake("empty-curves", "run", "table1", "--tensorboard", ""),
    Mistake("nothing-to-draw", "figure"),
    Mistake("figure-without-place", "figure", "--run", "0a1b2c3d"),
    Mistake("nothing-to-predict", "predict", "0a1b2c3d", "--to", "folder"),
    Mistake("test-and-file", "predict", "0a1b2c3d", "--to", "folder", "--test", "--file", "rows.tsv"),
    Mistake("data-without-test", "predict", "0a1b2c3d", "--to", "table", "--file", "rows.tsv", "--data", "glue"),
    Mistake("empty-base-name", "export", "0a1b2c3d", "--to", "folder", "--base-name", ""),
    Mistake("base-name-on-two-lines", "export", "0a1b2c3d", "--to", "folder", "--base-name", "a\nb"),
    Mistake("endless-base-name", "merge", "0a1b2c3d", "--to", "folder", "--base-name", String(repeating: "a", count: 201)),
    Mistake("unknown-verb-to-help", "help", "trian"),
  ]

  @Test("a command line that cannot be understood", arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    let result = try Self.call(mistake.arguments)
    #expect(!result.wasKilled && result.output.isEmpty)
    let line = "$ lowrank " + mistake.arguments.joined(separator: " ")
    expect("\(line)\n\(result.errors)[status \(result.status)]\n", isIn: "mistakes/\(mistake.name).txt")
  }

  @Test("there is no text of a verb or a mistake that is no more")
  func complete() throws {
    let expected = Set(["help.txt"] + Self.verbs.map { "help/\($0).txt" } + Self.mistakes.map { "mistakes/\($0.name).txt" })
    let names = FileManager.default.enumerator(atPath: Self.folder.path)?.allObjects.compactMap { $0 as? String } ?? []
    let found = Set(names.filter { $0.hasSuffix(".txt") })
    if Self.isWriting {
      for name in found.subtracting(expected) { try FileManager.default.removeItem(at: Self.folder.appending(path: name)) }
    } else {
      #expect(found == expected)
    }
  }

  private static let folder = Repository.fixtures.appending(path: "usage")
  private static let isWriting = ProcessInfo.processInfo.environment["LOWRANK_WRITE_USAGE"] == "1"

  private func expect(_ text: String, isIn name: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let file = Self.folder.appending(path: name)
    if Self.isWriting {
      #expect(throws: Never.self, sourceLocation: sourceLocation) {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
    }
    let expected = try? String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "not as in Tests/Fixtures/usage/\(name)", sourceLocation: sourceLocation)
  }
}
