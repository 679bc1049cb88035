// The head of a card: whatever is in a text, YAML reads it back.
import Testing
import Yams

@testable import Reporting

@Suite("Front matter")
struct FrontMatterTests {
  private static let texts = [
    "plain", "LoRA: rank 8", "\"quoted\" and 'so'", "back\\slash", "two\nlines\r\n\tand a tab", "# no comment", "- no list",
    "{a: b}", "---",
    "yes", "12:30", "1e3", "null", "", " edges ", "热", "عربي", "हिन्दी", "👩‍🔬", "e\u{301}", "\u{0}\u{7}\u{7F}\u{85}\u{9F}",
    "\u{2028}\u{2029}\u{FEFF}\u{FFFF}\u{202E}", "\u{10FFFF}", "%TAG", "*a &b !c |", "é",
  ]

  @Test("every text, alone and in a list")
  func texts() throws {
    var matter = FrontMatter()
    for (place, text) in Self.texts.enumerated() { matter.add("key\(place)", .text(text)) }
    matter.add("all", .list(Self.texts))
    matter.add("none", .list([]))
    let lines = matter.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "---" && lines.suffix(2) == ["---", ""])
    #expect(lines.count == 2 * Self.texts.count + 4, "each text is on one line")
    let yaml = lines.dropFirst().dropLast(2).joined(separator: "\n")
    let read = try #require(try Yams.load(yaml: yaml) as? [String: Any])
    #expect(read["all"] as? [String] == Self.texts && read.count == Self.texts.count + 1)
    for (place, text) in Self.texts.enumerated() {
      let found = try #require(read["key\(place)"] as? String)
      #expect(Array(found.utf8) == Array(text.utf8), "\(text)")
    }
  }
}
