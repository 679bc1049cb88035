// The messages that the page on troubleshooting has are the program's: of each some words in a row stand in the sources.
import Foundation
import TestSupport
import Testing

@Suite("Troubleshooting")
struct TroubleshootingTests {
  /// How many words in a row must be the program's; values stand between them.
  private static let wordsInRow = 3

  /// What can be said: the sources of the program and of its pages for browser and make, texts that are joined by `+` in one.
  private static var said: String {
    get throws {
      let sources = Repository.root.appending(path: "Sources")
      let names = FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String] ?? []
      let files = names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".js") }.map { sources.appending(path: $0) }
      let texts = try (files + [Repository.root.appending(path: "Makefile")]).map { try String(contentsOf: $0, encoding: .utf8) }
      return texts.joined(separator: "\n").replacing(/"\s*\+\s*"/, with: "").replacing(/\s+/, with: " ")
    }
  }

  /// The first columns of tables: a message each, as far as it is code.
  private static func messages(_ page: Page) -> [(line: Int, message: String)] {
    page.prose.flatMap { line -> [(line: Int, message: String)] in
      let cells = line.text.split(separator: "|", omittingEmptySubsequences: false)
      guard line.text.hasPrefix("| `"), cells.count > 2 else { return [] }
      return cells[1].matches(of: /`([^`]+)`/).map { (line.number, String($0.output.1)) }
    }
  }

  /// Whether some words of a message in a row, or all of a short one, are in a text.
  private static func isSaid(_ message: String, in said: String) -> Bool {
    let words = message.split(whereSeparator: { $0 == " " || $0 == "…" }).map(String.init), count = min(wordsInRow, words.count)
    return (0...(words.count - count)).contains { said.contains(words[$0..<($0 + count)].joined(separator: " ")) }
  }

  @Test("every message of the page is one of the program's")
  func known() throws {
    let said = try Self.said, messages = Self.messages(try Pages.page("notebooks-md/guide/troubleshooting.md"))
    #expect(messages.count > 50)
    #expect(messages.filter { !Self.isSaid($0.message, in: said) }.map { "\($0.line): \($0.message)" } == [])
  }

  @Test("a message that is none is seen")
  func planted() {
    let said = "its tensors do not fit config.json: missing"
    #expect(Self.isSaid("… its tensors do not fit: x", in: said) && Self.isSaid("missing", in: said))
    #expect(!Self.isSaid("its tensors did not fit", in: said))
  }
}
