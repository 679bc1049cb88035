// The file of what a search found: it reads back equal, and an edit of it is seen.
import Foundation
import Settings
import Testing

@testable import Manifests

@Suite("A file of tuned settings")
struct TunedSettingsReaderTests {
  private static let outcome = TunedSettings.of([
    ("fft", [(1e-4, [[0.5, 0.25], [0.125, 0.1]]), (3e-4, [[0.9, nil], [0.9, 1]])]),
    ("lora", [(1e-3, [[0.1 + 0.2, 1.0 / 3], [-0.02, 1e-17]]), (3e-3, [[0.8, 0.7], [1, 0.0]])]),
    ("vera", [(1e-2, [[nil, 0.5], [0.5, 0.5]]), (3e-2, [[0.5, 0.5], [0.5, nil]])]),
  ])

  /// What reading a text gives, and what is said of it without the folder's path.
  private func read(_ text: String) throws -> (settings: TunedSettings?, message: String) {
    let folder = try TestFolder(["t.yaml": text]), path = folder.path + "/t.yaml"
    let problems = ProblemCollector(mainFile: path)
    let found = TunedSettingsReader(reader: MappingReader(methods: .test, problems: problems), path: path).settings()
    return (found?.settings, problems.ordered.map { "\($0)".replacing(folder.path + "/", with: "") }.joined(separator: "\n"))
  }

  /// A text with the seal that fits it.
  private func sealed(_ text: String) -> String { TunedSettings.sealed(text.replacing(/seal: .*\n/, with: "")) }

  @Test("reads back equal, to the last bit of each score")
  func roundTrip() throws {
    let (settings, message) = try read(Self.outcome.text)
    #expect(message == "" && settings == Self.outcome)
    #expect(settings?.methods[2].winner == nil)
  }

  @Test("is written for people, and equal outcomes are equal bytes")
  func text() {
    let lines = Self.outcome.text.split(separator: "\n").map(String.init)
    #expect(lines.contains("seeds: [100, 101]") && lines.contains("settings: [learning_rate]"))
    #expect(lines.contains("programs: [\"0.1.0 (4f2c1ab)\"]") && lines.contains("digest: \(Self.outcome.digest)"))
    let place = lines.firstIndex(of: "  fft:") ?? 0
    #expect(
      lines[place...].prefix(5) == [
        "  fft:", "    winner: {learning_rate: 0.0001}", "    candidates:",
        "      - {learning_rate: 0.0001, scores: {rte: [0.5, 0.25], mrpc: [0.125, 0.1]}}",
        "      - {learning_rate: 0.0003, scores: {rte: [0.9, diverged], mrpc: [0.9, 1]}}",
      ])
    #expect(lines.contains("    winner: none"))
    #expect(lines.last?.hasPrefix("seal: ") == true && Self.outcome.text.hasSuffix("\n"))
  }

  @Test(
    "an edit is refused at the line of the seal",
    arguments: [
      ("winner: {learning_rate: 0.0001}", "winner: {learning_rate: 0.0003}"), ("0.125", "0.126"), ("# What", "# So"),
    ])
  func edited(from: String, to: String) throws {
    let text = Self.outcome.text.replacing(from, with: to)
    let (settings, message) = try read(text)
    #expect(settings == nil)
    #expect(
      message
        == "t.yaml:\(text.split(separator: "\n").count):1: was edited after 'lowrank tune' wrote it: its seal does not fit. Take the "
        + "edit back, or run the search again, with 'lowrank tune'. Values by hand stand in a manifest's rows.", "\(message)")
  }

  @Test("a file that was cut, or is none, is refused", arguments: [0, 1, 40, 400, 900])
  func cut(length: Int) throws {
    let (settings, message) = try read(String(Self.outcome.text.prefix(length)))
    #expect(settings == nil && message.hasPrefix("t.yaml:"), "\(message)")
  }

  @Test(
    "what contradicts itself under a fitting seal is told",
    arguments: [
      ("winner: {learning_rate: 0.0001}", "winner: {learning_rate: 0.0003}", "the winner of 'fft' does not follow from the scores"),
      ("    winner: none\n", "    winner: {learning_rate: 0.01}\n", "the winner of 'vera' does not follow from the scores"),
      ("digest: d", "digest: e", "'digest' does not follow from the rest"),
      ("statement: c", "statement: d", "'digest' does not follow from the rest"),
      ("rte: [0.5, 0.25]", "rte: [0.5]", "'scores' has not a number for each seed"),
      ("rte: [0.5, 0.25], ", "", "'scores' lacks a key (rte, mrpc)"),
      ("rte: [0.5, 0.25]", "rte: [0.5, high]", "'scores' has not a number for each seed"),
      ("  lora:", "  lorra:", "method 'lorra' is not known. Did you mean 'lora'?"),
      ("epoch: best\n", "", "'epoch' is missing"),
      ("numerics: ", "numerics: x", "'numerics' must be a whole number"),
      ("learning_rate: 0.001,", "learning_rate: 0,", "'learning_rate' must be a number above 0"),
      ("learning_rate", "rank", "'rank' is not an option of fft"),
      (", data: b", ", date: b", "'date' is not a key of 'mrpc'"),
      ("statement: c", "statement: x", "'statement' is not a SHA-256"),
      ("seeds: [100, 101]", "seeds: [abc]", "'seeds' must hold seeds, as 3 or 0x1, but holds 'abc'"),
      ("seeds: [100, 101]", "seeds: [100, abc]", "'seeds' must hold seeds, as 3 or 0x1, but holds 'abc'"),
      ("seeds: [100, 101]", "seeds: 100", "'seeds' must be a list"),
      (", data: b", ", split: halves, data: b", "'split' must be"),
      (", data: b", ", retention_text: [], data: b", "'retention_text' must be"),
    ])
  func contradiction(from: String, to: String, message: String) throws {
    let changed = Self.outcome.text.replacing(from, with: to)
    #expect(changed != Self.outcome.text)
    let (settings, said) = try read(sealed(changed))
    #expect(settings == nil && said.contains(message), "\(said)")
  }

  @Test("a part without any member is told", arguments: ["tasks", "methods"])
  func empty(part: String) throws {
    let lines = Self.outcome.text.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex(of: part + ":"))
    let end = lines[(start + 1)...].firstIndex { !$0.hasPrefix(" ") } ?? lines.count
    let text = (lines[..<start] + [part + ": {}"] + lines[end...]).joined(separator: "\n") + "\n"
    let (settings, said) = try read(sealed(text))
    #expect(settings == nil && said.contains("'\(part)' is an empty mapping"), "\(said)")
  }

  @Test("how a task's rows were divided, and a text for retention, stand where they are no defaults")
  func division() throws {
    let plain = try #require(Self.outcome.tasks.first)
    let tasks = [
      TunedSettings.Task(id: "rte", metric: plain.metric, sets: plain.sets, split: .devHalves, data: plain.data),
      .init(id: "mrpc", metric: "f1", sets: plain.sets, split: .heldOut, retentionText: "texts/a b.txt", data: plain.data),
    ]
    let own = Self.outcome
    let outcome = TunedSettings(
      search: own.search, profile: own.profile, model: own.model, numericsVersion: own.numericsVersion, programs: own.programs,
      statement: own.statement, epoch: own.epoch, settings: own.settings, seeds: own.seeds, tasks: tasks, methods: own.methods)
    #expect(outcome.text.contains("  rte: {metric: accuracy, sets: [\"validation\"], split: dev-halves, data: "))
    #expect(outcome.text.contains("split: held-out, retention_text: \"texts/a b.txt\", data: ") && !own.text.contains("split"))
    let (settings, message) = try read(outcome.text)
    #expect(message == "" && settings == outcome)
  }

  @Test("however much a search tries, what it found is read again")
  func large() throws {
    let rates = (1...300).map { Double($0) * 1e-5 }
    func scores(_ rate: Double) -> [[Double?]] {
      (0..<2).map { task in (0..<2).map { seed in 0.5 + rate * Double(task + seed + 1) / 3 } }
    }
    let one = TunedSettings.of(["fft", "lora", "vera"].map { id in (id, rates.map { ($0, scores($0)) }) })
    // as of eight tasks more
    let more = (0..<8).map { place in
      TunedSettings.Task(id: "task-\(place)", metric: "accuracy", sets: ["validation"], data: one.tasks[0].data)
    }
    let tasks = one.tasks + more
    let outcome = TunedSettings(
      search: one.search, profile: one.profile, model: one.model, numericsVersion: one.numericsVersion, programs: one.programs,
      statement: one.statement, epoch: one.epoch, settings: one.settings, seeds: one.seeds, tasks: tasks,
      methods: one.methods.map { method in
        .init(
          id: method.id,
          candidates: method.candidates.map { candidate in
            .init(values: candidate.values, scores: tasks.indices.map { candidate.scores[$0 % 2] })
          })
      })
    #expect(outcome.text.utf8.count > 256 * 1024 && outcome.text.count { $0 == "[" || $0 == "{" } > 4096)
    let (settings, message) = try read(outcome.text)
    #expect(message == "" && settings == outcome)
  }

  @Test("a file beyond what any search writes is refused")
  func tooLarge() throws {
    let (settings, message) = try read(String(repeating: "# filler\n", count: 2_000_000))
    #expect(settings == nil && message.contains("it is larger than 16384 KB, the limit of a file of tuned settings."), "\(message)")
  }
}
