import Testing

@testable import Metrics

private struct StemsFile: Decodable {
  let stems: [String: String]
}

@Suite struct PorterStemmerTests {
  private func stem(_ word: String) -> String { String(decoding: PorterStemmer().stem(Array(word.utf8)), as: UTF8.self) }

  @Test func equalsNLTK() throws {
    let stems = try wholeFixture("rouge", as: StemsFile.self).stems
    #expect(stems.count == 137)
    for (word, expected) in stems { #expect(stem(word) == expected, "\(word)") }
  }

  @Test func shortAndStrangeWordsAreTheirOwn() {
    for word in ["", "a", "is", "2023", "zzz"] { #expect(stem(word) == word) }
    #expect(stem("yyyy") == "yyyi")
  }
}
