// DART's entries in both forms.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("DART's files")
struct EntryReaderTests {
  private static let objects = """
    [
      {
        "tripleset": [["Mars Hill", "LOCATION", "North Carolina \\"N\\""], ["[TABLECONTEXT]", "[TITLE]", "Caf\\u00e9 & Bar"]],
        "subtree_was_extended": true,
        "annotations": [{"source": "WikiSQL", "text": "Mars Hill: {a}, [b]."}, {"source": "x", "text": ""}, {"text": "Two.\\n"}]
      },
      {"tripleset": [["a", "B_c", "1 < 2"]], "annotations": [{"source": "e2e", "text": "One."}]}
    ]

    """
  private static let markup = """
    <?xml version='1.0' encoding='utf-8'?>
    <benchmark>
      <entries>
        <entry category="MISC" eid="Id1" size="2">
          <originaltripleset><otriple>x | y</otriple></originaltripleset>
          <modifiedtripleset>
            <mtriple>Mars Hill | LOCATION | North Carolina "N"</mtriple>
            <mtriple>[TABLECONTEXT] | [TITLE] | Caf&#xE9; &amp; Bar</mtriple>
          </modifiedtripleset>
          <lex comment="WikiSQL" lid='Id1'>Mars Hill: {a}, <!-- no -- text -->[b].</lex>
          <lex comment="x" lid="Id2" />
          <lex>Two.
    </lex>
        </entry>
        <entry category="MISC">
          <modifiedtripleset><mtriple>a | B_c | <![CDATA[1 < 2]]></mtriple></modifiedtripleset>
          <lex comment="e2e">One.</lex>
        </entry>
      </entries>
    </benchmark>

    """
  private static let task = TaskDefinition(
    id: "t", title: "t", format: .dart, train: "train.json", validation: [.init(name: "test", file: "test.json")], columns: nil,
    target: .text(.init(prompt: .init("{triples}>"), references: ["text"])), metrics: [.multiBLEU])

  private func set(_ bytes: some Sequence<UInt8>, name: String = "test") throws(DatasetError) -> ExampleSet {
    try TaskLoader.examples(
      of: Self.task, in: TextLines(bytes: Array(bytes), path: "a.dart"), file: URL(filePath: "/a.dart"), name: name)
  }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try set(text.utf8)
      return nil
    } catch { return "\(error)" }
  }

  @Test("JSON and XML say the same", arguments: [objects, markup, objects.replacing("\n", with: "\r\n"), "\u{FEFF}" + markup])
  func rows(text: String) throws {
    let set = try set(text.utf8)
    #expect(
      set.examples == [
        Example(
          first: "Mars Hill : location : North Carolina \"N\" | [TABLECONTEXT] : [title] : Café & Bar>", second: nil,
          label: .texts(["Mars Hill: {a}, [b].", "Two.\n"])),
        Example(first: "a : b_c : 1 < 2>", second: nil, label: .texts(["One."])),
      ])
    #expect(set.unlabelledRows == 1 && set.joinedRows == 1)
    #expect(
      try self.set(text.utf8, name: "train").examples.map(\.label) == [
        .texts(["Mars Hill: {a}, [b]."]), .texts(["Two.\n"]), .texts(["One."]),
      ])
  }

  @Test("entries of equal triples are one, in the place of the first")
  func equalTriples() throws {
    let entry = #"{"tripleset": [["a", "b", "c"]], "annotations": [{"text": "X"}]}"#
    let other = #"{"tripleset": [["A", "b", "c"]], "annotations": [{"text": "X"}]}"#
    let set = try set("[\(entry), \(other), \(entry.replacing("X", with: "Y").replacing("\"b\"", with: "\"B\""))]".utf8)
    #expect(set.examples.map(\.label) == [.texts(["X", "Y"]), .texts(["X"])])
  }

  @Test(
    "other shapes of JSON have their line and what is wrong",
    arguments: [
      ("x", ": begins neither as JSON nor as XML, DART's forms."),
      ("{}", ":1: a list of entries, '[{…}, …]', was expected, but this is no list."),
      ("[\n", ":2: the list of entries has no end: the file is cut."), ("[]", ": no labelled row."),
      ("[1]", ":1: an entry, '{…}', was expected."), ("[{}]", ":1: the entry that begins here has no 'tripleset'."),
      ("[\n\n{\n", ":3: the entry that begins here has no end: the file is cut, or a quote is missing."),
      ("[{]", ":1: the entry that begins here is not JSON."),
      (#"[{"tripleset": [["a", "b", "c"]]}]"#, ":1: the entry that begins here has no 'annotations'."),
      (#"[{"tripleset": [], "annotations": [{}]}]"#, ":1: the entry that begins here has no 'annotations 1 text'."),
      (
        #"[{"tripleset": [["a", 3, "c"]], "annotations": []}]"#,
        ":1: the entry that begins here has another kind of value in 'tripleset 1 2' than DART has."
      ),
      (
        #"[{"tripleset": [["a", "c"]], "annotations": []}]"#,
        ":1: triple 1 of the entry that begins here has 2 parts, not subject, relation and object."
      ),
      (
        #"[{"tripleset": null, "annotations": []}]"#,
        ":1: the entry that begins here has another kind of value in 'tripleset' than DART has."
      ),
      (
        #"[{"tripleset": [], "annotations": [{"text": "a"}]}]"#,
        ":1: there is no text in 'triples'. Each row has something to read and something to write."
      ),
      (
        #"[{"tripleset": [["a", "b", "\ud800"]], "annotations": []}]"#,
        #":1: the entry that begins here has \ud800, one half of a character."#
      ),
      (#"[{"tripleset": [], "annotations": []} {}]"#, ":1: a comma or the list's end was expected behind an entry."),
      (#"[{"tripleset": [], "annotations": []},]"#, ":1: an entry, '{…}', was expected."),
      (#"[{"tripleset": [], "annotations": []}] 1"#, ":1: there is something behind the list's end."),
    ])
  func otherShapes(text: String, message: String) {
    #expect(complaint(text) == "a.dart\(message)")
  }

  @Test(
    "other markup has its line and what is wrong",
    arguments: [
      ("<a/>", ":1: one element <benchmark> was expected, but this is '<a>'."),
      ("<!-- -->", ":1: there is no element <benchmark>."),
      ("<benchmark/><benchmark/>", ":1: one element <benchmark> was expected, but this is '<benchmark>'."),
      ("<benchmark>\n<entry>", ":2: the '<entry>' that begins here has no end: the file is cut."),
      ("<benchmark></entry>", ":1: '</entry>' ends what is not open here."),
      ("<benchmark/>x", ":1: there is text outside of <benchmark>."),
      ("<benchmark><entry><entry/></entry></benchmark>", ":1: an <entry> within an <entry>."),
      ("<benchmark>\n<mtriple>a | b</mtriple></benchmark>", ":2: '' is no triple: 'subject | relation | object' was expected."),
      (
        "<benchmark><entry><mtriple>a | b</mtriple></entry></benchmark>",
        ":1: 'a | b' is no triple: 'subject | relation | object' was expected."
      ),
      ("<benchmark/>", ": no labelled row."),
      (
        "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>\n<benchmark>&y;</benchmark>",
        ":1: a document type or a declaration of one, which this format has no use for: remove it."
      ),
    ])
  func otherMarkup(text: String, message: String) {
    #expect(complaint(text) == "a.dart\(message)")
  }

  @Test("depth has an end", arguments: ["[", "<a>", "[{\"tripleset\":[", "<benchmark>"])
  func depth(opening: String) {
    #expect(complaint(String(repeating: opening, count: 100_000)) != nil)
    #expect(
      complaint("[{\"tripleset\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}]") != nil)
    #expect(
      complaint(String(repeating: "<benchmark>", count: 60) + String(repeating: "</benchmark>", count: 60))
        == "a.dart:1: elements are nested deeper than 50.")
  }

  @Test("a file cut at any byte is refused", arguments: [objects, markup])
  func cuts(text: String) throws {
    let bytes = Array(text.utf8), whole = try set(bytes)
    let end = try #require(bytes.lastIndex { $0 > 0x20 })
    for place in bytes.indices {
      do {
        let found = try set(bytes[..<place])
        #expect(place > end && found == whole, "cut at \(place)")
      } catch { #expect("\(error)".hasPrefix("a.dart"), "cut at \(place)") }
    }
  }

  @Test("where only the other form of a file is there, it is read")
  func otherForm() throws {
    let folder = try TaskFolder()
    try folder.write(Self.objects, to: "train.json")
    try folder.write(Self.markup, to: "test.xml")
    #expect(try DatasetFiles(of: Self.task, in: folder.url).files.map(\.url.lastPathComponent) == ["train.json", "test.xml"])
    let data = try TaskLoader.load(Self.task, from: folder.url)
    #expect(data.train.examples.count == 3 && data.validation[0].examples.count == 2)
    try folder.write(Self.objects, to: "test.json")
    #expect(try DatasetFiles(of: Self.task, in: folder.url).files[1].url.lastPathComponent == "test.json")
  }

  @Test("a file that is not there is named")
  func missing() throws {
    let folder = try TaskFolder()
    try folder.write(Self.objects, to: "dart/dart-v1.1.1-full-dev.json")
    #expect(
      folder.complaint(NLGTask.dart.definition)
        == "HERE/dart/dart-v1.1.1-full-train.json: no such file. It should hold the train rows of the task DART.")
  }
}
