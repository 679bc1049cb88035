// Files of data of the report page: whatever a text holds, the file is one call with one text, and reads back as it was.
import Foundation
import Testing

@testable import Reporting

@Suite("The page's files of data")
struct PageScriptTests {
  static let hostile = [
    "plain", "", "it's \"quoted\"", "</script><script>alert(1)</script>", "<!--", "]]>", "a & b", "\\", "\\'", "\\u0027",
    "'); alert(1); ('",
    "line\u{2028}and\u{2029}paragraph", "tab\tnewline\nreturn\r", "\u{0}\u{1}\u{1f}\u{7f}", "é ✓ 漢 🎈", "__proto__", "constructor",
    "${x} `y`", "\u{202e}turned", "\\\\\\", "e\u{0301}", "\u{FFFD}", "�",
  ]

  @Test("a text in it ends neither the script's text nor a script element", arguments: hostile)
  func text(text: String) throws {
    let script = try PageScript("stem", ["key": [text], text: ["value"]])
    let content = try #require(String(bytes: script.bytes, encoding: .utf8))
    let inside = try #require(content.wholeMatch(of: /lowrankData\("stem~[0-9a-f]{16}\.js",'(.*)'\);\n/)).output.1
    for scalar in inside.unicodeScalars {
      #expect(!"<>&'\u{2028}\u{2029}".unicodeScalars.contains(scalar) && scalar.value >= 0x20, "\(scalar.value)")
    }
    // a backslash never stands alone: what follows it is another
    #expect(inside.replacing("\\\\", with: "").contains("\\") == false)
    let json = try #require(PageScript.json(of: script.bytes, named: script.name))
    let expected = text == "key" ? [text: ["value"]] : ["key": [text], text: ["value"]]
    #expect(try JSONDecoder().decode([String: [String]].self, from: json) == expected)
  }

  @Test("its name tells its content: equal values are equal files, others have another name")
  func names() throws {
    let one = try PageScript("a", ["x": 1, "y": 2]), same = try PageScript("a", ["y": 2, "x": 1])
    #expect(one == same)
    #expect(try PageScript("a", ["x": 1, "y": 3]).name != one.name)
    #expect(PageScript.isName(one.name))
  }

  @Test("a file that was cut, changed, or stands under another name holds nothing")
  func damaged() throws {
    let script = try PageScript("a", ["text": "some words, and <more>"])
    #expect(PageScript.json(of: script.bytes, named: script.name) != nil)
    for count in script.bytes.indices {
      #expect(PageScript.json(of: Array(script.bytes.prefix(count)), named: script.name) == nil, "\(count)")
      var flipped = script.bytes
      flipped[count] ^= 1
      #expect(PageScript.json(of: flipped, named: script.name) == nil, "\(count)")
    }
    #expect(PageScript.json(of: script.bytes, named: try PageScript("b", 1).name) == nil)
    #expect(PageScript.json(of: [], named: script.name) == nil)
  }

  @Test("a stem is a part of one file's name, whatever its own parts hold, and other parts have another stem")
  func stems() {
    let parts = [
      "table1", "table1+lora.rank=2", "a/b", "..", ".", "", "a~b", "a b", "ä", "a\0b", "_a", String(repeating: "a", count: 300),
      "A", "a",
    ]
    let stems = parts.map { PageScript.stem($0, "pocket", "table") }
    #expect(Set(stems).count == stems.count)
    for stem in stems {
      let name = PageScript.name(stem, digest: String(repeating: "0", count: 64))
      #expect(PageScript.isName(name) && name.utf8.count < 200 && !name.contains("/") && !name.hasPrefix("."), "\(name)")
      #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-+=,~".contains($0)) }, "\(name)")
    }
    #expect(PageScript.stem("table1", "pocket") == "table1~pocket")
  }

  @Test("no experiment has a file of the list's name, or of the names of examples")
  func ownNames() throws {
    for id in ["experiments", "examples", "_experiments", "_examples"] {
      let name = try PageScript(PageScript.stem(id, "pocket", "table"), 1).name
      #expect(!PageScript.isList(name) && !name.hasPrefix(PageScript.list + "~") && !name.hasPrefix(PageScript.examples + "~"))
    }
    let digest = "0123456789abcdef.js"
    #expect(PageScript.isList("_experiments~\(digest)") && PageScript.isList("experiments~\(digest)"), "as older pages have it")
    for name in ["t1~\(digest)", "experiments~pocket~\(digest)", "_experiments~x.js", "experiments.js"] {
      #expect(!PageScript.isList(name), "\(name)")
    }
  }

  @Test("other files are none of the page's")
  func foreign() {
    for name in [
      "a.js", "~.js", "a~0123456789abcdef.css", "a~0123456789ABCDEF.js", "a~0123456789abcde.js", ".a~0123456789abcdef.js",
      "b/a~0123456789abcdef.js", "",
    ] {
      #expect(!PageScript.isName(name), "\(name)")
    }
    #expect(PageScript.isName("a~0123456789abcdef.js"))
  }
}
