// Characters that no font of the machine has.
import TestSupport
import Testing

@testable import Reporting

@Suite struct FontCoverageTests {
  private static let listing = "20-7e a0-377 4e2d\n\n5b57 600-6ff zz 9-3 1-2-3 -\n"

  @Test(arguments: [
    ("plain, Ελλάδα, Кирилл, −0.5 ± 1 → 10⁻⁵", "plain, Ελλάδα, Кирилл, −0.5 ± 1 → 10⁻⁵"), ("中字", "中字"), ("中国字", "中?字"),
    ("महत्व", "?????"), ("عدد", "عدد"), ("a\u{feff}b\u{200d}", "a\u{feff}b\u{200d}"),
  ])
  func whatNoFontHasIsAQuestionMark(text: String, legible: String) {
    #expect(FontCoverage(listing: Self.listing).legible(text) == legible)
  }

  @Test(arguments: ["", "no fonts", "99999999999-1 g"])
  func whereNoFontsAreKnownTextIsLeftAlone(listing: String) {
    #expect(FontCoverage(listing: listing).legible("महत्व 中") == "महत्व 中")
  }

  @Test(.requires(.gnuplot))
  func aPictureIsNotCoveredByACharacterWithoutAFont() throws {
    // a character of private use, which no font of a plain machine has, is as large a file as a question mark
    let (odd, plain) = try (
      Gnuplot().draw(MadeUpFigure.of(.dots) { "\u{10fff0}" + $0 }, as: .png),
      Gnuplot().draw(
        MadeUpFigure.of(.dots) { "?" + $0 }, as: .png)
    )
    #expect(odd == plain)
  }
}
