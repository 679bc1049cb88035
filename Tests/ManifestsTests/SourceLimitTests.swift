// Texts made to cost a parser time, memory or stack are refused, and quickly.
import Testing

@testable import Manifests

@Suite struct SourceLimitTests {
  private func complaint(_ text: String) throws -> String {
    let folder = try TestFolder.manifest(text)
    let clock = ContinuousClock()
    var complaint = ""
    let time = clock.measure { complaint = folder.complaint() }
    #expect(time < .seconds(2), "\(complaint.prefix(200))")
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
}
