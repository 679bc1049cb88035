import Testing

@testable import Metrics

@Suite struct TextScalarsTests {
  private func lowercased(_ text: String) -> String {
    String(String.UnicodeScalarView(TextScalars.lowercased(Array(text.unicodeScalars))))
  }

  @Test(arguments: [
    ("ABCxyz09 \r\n", "abcxyz09 \r\n"), ("ÉÄÖ ẞ", "éäö ß"), ("İ", "i\u{307}"), ("ΟΔΟΣ ΣΑΣ Σ", "οδος σας σ"), ("ΑΣ.", "ας."),
    ("ΑΣ\u{301}Α", "ασ\u{301}α"), ("K", "k"), ("", ""),
  ])
  func lowerCaseIsPythons(text: String, expected: String) {
    #expect(Array(lowercased(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func wordsStandBetweenWhiteSpace() {
    let text = " a\r\nb\u{85}\u{2028}c\u{3000}d\u{200B}e\t"
    #expect(texts(TextScalars.words(Array(text.unicodeScalars))) == ["a", "b", "c", "d\u{200B}e"])
    #expect(TextScalars.words([]) == [])
  }

  @Test func aScalarIsItsBytes() {
    let text = "aé€😀\0"
    #expect(TextScalars.utf8(Array(text.unicodeScalars)[...]) == Array(text.utf8))
  }
}
