// Llama 3's words: those that the library's own regular expression finds (Tests/Peer/tokenizers_peer.py).
import Foundation
import Testing

@testable import Tokenizers

@Suite("The words of Llama 3")
struct Llama3PatternTests {
  private struct Case: Decodable {
    let text: String
    let words: [String]
  }

  @Test("are the library's")
  func library() throws {
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: Fixtures.root.appending(path: "llama3-words.json")))
    #expect(cases.count == 400)
    for row in cases {
      let bytes = Array(row.text.utf8)
      let words = llama3Words(bytes[...]).map { Array(bytes[$0]) }
      #expect(words == row.words.map { Array($0.utf8) }, "\(row.text.debugDescription)")
    }
  }

  @Test("of a part of a text have their place in the whole")
  func part() {
    let bytes = Array("x 12345 'Re-do\n\n it".utf8)
    let words = llama3Words(bytes[2...]).map { String(decoding: bytes[$0], as: UTF8.self) }
    #expect(words == ["123", "45", " '", "Re", "-do", "\n\n", " it"])
    #expect(llama3Words([]) == [])
  }
}
