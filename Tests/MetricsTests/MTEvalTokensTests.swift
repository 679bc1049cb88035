import Testing

@testable import Metrics

private struct TokensFile: Decodable {
  struct Case: Decodable {
    let text: String
    let tokens: [String]
    let e2e: [String]
  }

  let tokens: [Case]
}

@Suite struct MTEvalTokensTests {
  private func words(_ text: String) -> [String] { texts(MTEvalTokens.words(Array(text.unicodeScalars))) }

  @Test func equalsSacreBLEUAndTheE2EScorer() throws {
    let cases = try wholeFixture("bleu", as: TokensFile.self).tokens
    #expect(cases.count == 11)
    for item in cases {
      #expect(words(item.text) == item.tokens)
      let lower = texts(MTEvalTokens.words(TextScalars.lowercased(Array(item.text.unicodeScalars))))
      // the scorer has one empty word where there is none
      #expect(lower == item.e2e || lower.isEmpty && item.e2e == [""])
    }
  }

  @Test func neighboursAreParted() {
    #expect(words("a..b") == ["a", ".", ".", "b"])
    #expect(words("1.,2") == ["1", ".", ",", "2"])
    #expect(words("x\r\ny") == ["x", "y"])
    #expect(words("a\u{A0}b\u{1C}c") == ["a", "b", "c"])
    #expect(words("5-\n6") == ["56"])
  }
}
