// The pieces of an XML text.
import Testing

@testable import Datasets

@Suite("Markup")
struct MarkupScannerTests {
  private func pieces(_ text: String) throws(DatasetError) -> [MarkupScanner.Piece] {
    var scanner = MarkupScanner(try TextLines(bytes: Array(text.utf8), path: "a.xml"))
    var pieces: [MarkupScanner.Piece] = []
    while let piece = try scanner.next() { pieces.append(piece) }
    return pieces
  }

  @Test("tags, texts and references")
  func pieces() throws {
    #expect(
      try pieces(
        "\u{FEFF}<?xml version=\"1.0\"?>\r\n<a b = 'c>d' e:f=\"&\"><!-- <x> --><ä-1.2\n/>é &lt;&#65;&#x1F600;&gt;\r\n</a >") == [
          .text("\n"), .start("a", isEmpty: false), .start("ä-1.2", isEmpty: true), .text("é <A😀>\n"), .end("a"),
        ])
    #expect(try pieces("<![CDATA[<a>&amp;]]]]>&quot;&apos;&amp;amp;") == [.text("<a>&amp;]]"), .text("\"'&amp;")])
    #expect(try pieces("") == [])
  }

  @Test(
    "what is no XML has its line",
    arguments: [
      ("a\n<", "2: a '<' without a name: one that belongs to the text is written '&lt;'."),
      ("< a>", "1: a '<' without a name: one that belongs to the text is written '&lt;'."), ("<a", "1: the tag '<a' has no end."),
      ("<a b", "1: '=' was expected."), ("<a b=c>", "1: '\"' was expected."),
      ("<a b=\"c'>", "1: the attribute's value that begins here has no end: the file is cut."),
      ("<a b=\"<\">", "1: a '<' within an attribute's value."), ("<a b='c'd='e'>", "1: the tag '<a' has no end."),
      ("</a b>", "1: '>' was expected."),
      ("<!-- ->", "1: the comment that begins here has no end: the file is cut."),
      ("<?xml", "1: the declaration that begins here has no end: the file is cut."),
      ("\n<![CDATA[ ]]", "2: the CDATA section that begins here has no end: the file is cut."),
      ("a & b", "1: a '&' that begins no reference: one that belongs to the text is written '&amp;'."),
      ("&amp", "1: a '&' that begins no reference: one that belongs to the text is written '&amp;'."),
      ("&nbsp;", "1: '&nbsp;' is no character that XML itself knows."),
      ("&#0;", "1: '&#0;' is no character that XML itself knows."),
      ("&#xD800;", "1: '&#xD800;' is no character that XML itself knows."),
      ("&#+65;", "1: '&#+65;' is no character that XML itself knows."),
      ("&#99999999;", "1: '&#99999999;' is no character that XML itself knows."),
      ("&;", "1: '&;' is no character that XML itself knows."),
      ("<!DOCTYPE a>", "1: a document type or a declaration of one, which this format has no use for: remove it."),
    ])
  func problems(text: String, message: String) {
    do {
      let found = try pieces(text)
      Issue.record("\(found)")
    } catch { #expect("\(error)" == "a.xml:\(message)") }
  }
}
