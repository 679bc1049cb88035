// Text in scripts for gnuplot.
import Testing

@testable import Reporting

@Suite struct GnuplotTextTests {
  @Test func textIsQuotedOnOneLine() {
    #expect(GnuplotText.quoted([]) == "''")
    #expect(GnuplotText.quoted(["it's", "@x \\"]) == "'it'.quote.'s'.\"\\n\".'@x \\'")
    #expect(GnuplotText.quoted(["a\nb\u{7}c\u{2028}d\u{fffe}e"]) == "'a b c d e'")
    #expect(GnuplotText.field("a\"b\nc") == "\"a\"\"b c\"")
    #expect(GnuplotText.tics([["5%"], ["b"], ["c", "d"]], every: 2) == "('5%%' 0, 'c'.\"\\n\".'d' 2)")
  }

  @Test(arguments: [(1.5, "1.5"), (0, "0.0"), (.nan, "NaN"), (-.infinity, "NaN"), (1e308, "NaN"), (5e-324, "NaN")])
  func whatNoAxisHoldsIsNoNumber(value: Double, text: String) {
    #expect(GnuplotText.number(value) == text)
    #expect(GnuplotText.number(nil) == "NaN")
  }

  @Test func wideCharactersAreTwoColumns() {
    #expect(GnuplotText.columns("abé") == 3)
    #expect(GnuplotText.columns("日本語") == 6)
  }

  @Test func aLongTextKeepsBothEnds() {
    #expect(GnuplotText.shortened("short", to: 5) == "short")
    #expect(GnuplotText.shortened("LoRA, rank 8, seed 1", to: 10) == "LoRA, …d 1")
    #expect(GnuplotText.shortened("日本語の行ラベル", to: 9) == "日本語…ル")
    #expect(GnuplotText.shortened("abc", to: 1) == "…")
  }

  @Test func textIsWrapped() {
    #expect(GnuplotText.wrapped("", to: 9) == [])
    #expect(GnuplotText.wrapped("one two three", to: 7) == ["one two", "three"])
    #expect(GnuplotText.wrapped("a b c d e f", to: 1) == ["a", "b", "…"])
    #expect(GnuplotText.wrapped("one\u{a0}| two three", to: 7) == ["one\u{a0}|", "two", "three"])
    #expect(GnuplotText.wrapped("one two three four five six", to: 9) == ["one two", "three", "four f…ix"])
  }

  @Test(arguments: [(-12, "10⁻¹²"), (0, "1"), (1, "10"), (2, "10²"), (30, "10³⁰")])
  func powersOfTenHaveTheirExponentsAbove(exponent: Int, text: String) { #expect(GnuplotText.power(exponent) == text) }
}
