// Texts made to cost a parser time, memory or stack are refused, and quickly.
import Foundation
import Testing

@testable import Manifests

@Suite struct SourceLimitTests {
  private func complaint(_ text: String) throws -> String {
    let folder = try TestFolder.manifest(text)
    let clock = ContinuousClock()
    var complaint = ""
    let time = clock.measure { complaint = folder.complaint() }
    #expect(time < .seconds(8), "\(complaint.prefix(200))")
    return complaint
  }

  private static let nestings = [
    String(repeating: "[", count: 20_000),
    String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000),
    "a: " + String(repeating: "{a: ", count: 20_000),
    String(repeating: "- ", count: 20_000) + "a",
    String(repeating: "? ", count: 20_000) + "a",
    (0..<600).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
  ]

  @Test(arguments: nestings.indices)
  func nesting(index: Int) throws {
    let complaint = try complaint(Self.nestings[index])
    #expect(
      complaint.contains("is nested deeper than 32 levels.")
        || complaint.contains("is indented by more than 200 columns."))
  }

  @Test func depthBelowTheScreenedOneIsRefusedToo() throws {
    let text = (0..<100).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
    #expect(try complaint(text) == "m.yaml:34:34: is nested deeper than 32 levels.\n1 problem; nothing was run.")
  }

  @Test func bracketsHiddenInComments() throws {
    // Each closing bracket stands in a comment, so that a naive count of the depth stays small.
    let text = String(repeating: "[ # ]\n", count: 20_000)
    #expect(try complaint(text).contains("has more than 4096 brackets."))
    let shorter = String(repeating: "[ # ]\n", count: 4_000)
    #expect(try !complaint(shorter).isEmpty)
  }

  @Test func aliasesThatMultiply() throws {
    var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (outer, inner) in zip("bcdefghi", "abcdefgh") {
      text += "\(outer): &\(outer) [" + Array(repeating: "*\(inner)", count: 9).joined(separator: ", ") + "]\n"
    }
    #expect(try complaint(text).hasPrefix("m.yaml:1:4: anchors and aliases are not allowed"))
  }

  @Test func size() throws {
    let text = "id: m\n" + String(repeating: "# filler\n", count: 40_000)
    #expect(try complaint(text) == "m.yaml: cannot be read: it is larger than 256 KB, the limit of a manifest.")
  }

  @Test func manyKeysAndManyItems() throws {
    #expect(
      try complaint((0..<20_000).map { "k\($0): 1" }.joined(separator: "\n")).contains(
        "… and 19956 more\n20006 problems"))
    #expect(
      try complaint("seeds: [" + (0..<30_000).map(String.init).joined(separator: ", ") + "]").contains(
        "'id' is missing"))
  }

  @Test func bytesThatAreNoText() throws {
    let folder = try TestFolder.manifest("")
    for byte in UInt8.min...UInt8.max {
      _ = SourceNode.parse(
        "a: \(Character(Unicode.Scalar(byte)))\n", file: "m", problems: ProblemCollector(mainFile: "m"))
    }
    #expect(folder.complaint().contains("is empty"))
  }

  @Test func manyRows() throws {
    let rates = (1...31).map { "\($0)" }.joined(separator: ", ")
    let folder = try TestFolder.methods(
      "- lora: {rank: [\((1...32).map(String.init).joined(separator: ", "))], alpha: [\(rates)]}")
    let clock = ContinuousClock()
    var rows = 0
    let time = try clock.measure { rows = try folder.load().experiment(.paper).rows.count }
    #expect(rows == 992)
    #expect(time < .seconds(8))
    let more = try TestFolder.methods(
      "- lora: {rank: [\((1...40).map(String.init).joined(separator: ", "))], alpha: [\(rates)]}")
    #expect(more.complaint().hasPrefix("m.yaml:7:"))
    #expect(more.complaint().contains("the lists of this row make more than 1000 rows."))
  }

  /// Manifests with random bytes replaced, removed or repeated: refused or read, never a crash, never a hang.
  @Test func damagedManifests() throws {
    let good = [UInt8](Self.whole.utf8)
    let folder = try TestFolder.manifest(Self.whole)
    try folder.write(
      """
      papers: {loradrop: {title: LoRA-drop}}
      tables: {loradrop-4: {paper: loradrop, number: 4, title: the threshold, model: roberta-base, rows: []}}
      """, to: "published.yaml")
    #expect(folder.complaint().isEmpty)
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = [
      "[", "{", "}", "]", ":", "- ", "\"", "'", "#", "&a ", "*a", "!t ", "? ", "|", ">", "%", "\n", "\r", "\t", "\0",
      "é", "---", "...",
    ]
    for round in 0..<4000 {
      var bytes = good
      for _ in 0...next(4) {
        let place = next(bytes.count)
        switch next(4) {
        case 0: bytes[place] = UInt8(next(256))
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 1 + next(6)))
        case 2: bytes.insert(contentsOf: Array(pieces[next(pieces.count)].utf8), at: place)
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + next(30))], at: next(bytes.count))
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      _ = SourceNode.parse(text, file: "m", problems: ProblemCollector(mainFile: "m"))
      // Files are slow to write; every tenth goes the whole way.
      guard round.isMultiple(of: 10) else { continue }
      try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/m.yaml"))
      if let manifest = try? folder.load() { _ = try manifest.experiment(manifest.profiles.first ?? .paper).runs }
    }
  }

  private static let whole = """
    id: whole
    aliases: [entire]
    paper: loradrop
    title: "everything \\" at once"
    description: >-
      folded
      text
    model: roberta-base
    recipe: plain
    tasks: [rte, cola]
    seeds: [0, 1, 2]
    training: {warmup: 0.1, tasks: {rte: {batch: 8}}}
    methods:
      - loradrop: {threshold: 1.0, label: "1 (LoRA)"}
      - loradrop: {threshold: [0.9, 0.8]}
      - aflora: {targets: [query, value], tasks: {cola: {epochs: 2}}}
    report:
      rows: method.threshold
      columns: [kept.query, tasks, average]
      published: loradrop-4
      metric: {cola: matthews}
    profiles:
      pocket: {model: pocket-roberta, seeds: [0, 1]}
    """
}
