// CSV with everything that quotes allow.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("CSV")
struct CSVRowsTests {
  private func rows(_ text: String) throws -> [[String]] { try rows(Array(text.utf8)).map(\.fields) }

  private func rows(_ bytes: [UInt8]) throws(DatasetError) -> [(fields: [String], line: Int)] {
    var table = CSVRows(try TextLines(bytes: bytes, path: "a.csv"))
    var fields: [Range<Int>] = []
    var rows: [(fields: [String], line: Int)] = []
    while let line = try table.next(into: &fields) { rows.append((fields.map(table.text), line)) }
    return rows
  }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try rows(Array(text.utf8))
      return nil
    } catch { return "\(error)" }
  }

  @Test(
    "fields with and without quotes",
    arguments: [
      ("", []), ("a", [["a"]]), ("a,b\n", [["a", "b"]]), ("\u{FEFF}a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
      (",\n,,", [["", ""], ["", "", ""]]), ("\"\",\"a\"", [["", "a"]]), ("\u{FEFF}\"a,b\",c\r\n", [["a,b", "c"]]),
      ("\"He said \"\"no\"\"\",\"\"\"\"\n", [["He said \"no\"", "\""]]), ("\"two\nlines\",x\n", [["two\nlines", "x"]]),
      ("\"two\r\n  lines\",é\r\n", [["two\r\n  lines", "é"]]), (" a , b \n", [[" a ", " b "]]), ("a\rb,c\n", [["a\rb", "c"]]),
      ("a,b\n\n\r\nc,d\n\n", [["a", "b"], ["c", "d"]]), ("\"\"\n", [[""]]), ("\t;',😀\u{2028}", [["\t;'", "😀\u{2028}"]]),
    ] as [(String, [[String]])])
  func fields(text: String, rows: [[String]]) throws {
    #expect(try self.rows(text) == rows)
  }

  @Test("a row's line is where it begins in the file")
  func lines() throws {
    #expect(try rows(Array("a,b\r\n\r\n\"1\n\n2\",\"\n\"\n3,4\n".utf8)).map(\.line) == [1, 3, 7])
  }

  @Test(
    "quotes that do not fit have their line",
    arguments: [
      (
        "a,b\n1,\"2\n3,4\n",
        "2: the quoted field that begins here has no end. The file is cut, or a quote within the field is not doubled."
      ),
      (
        "a,b\n1,\"2\"\"",
        "2: the quoted field that begins here has no end. The file is cut, or a quote within the field is not doubled."
      ),
      (
        "a,b\n\"1\n\"x,2\n",
        "3: a quote in the middle of a field. A field with quotes stands in quotes as a whole, and each of its own is doubled."
      ),
      (
        "a,b\n1,6\" of rain\n",
        "2: a quote in the middle of a field. A field with quotes stands in quotes as a whole, and each of its own is doubled."
      ),
    ])
  func quotes(text: String, message: String) {
    #expect(complaint(text) == "a.csv:\(message)")
  }

  @Test("a file cut at any byte has the rows before the cut, or is refused")
  func cuts() throws {
    let whole = Array("\u{FEFF}mr,ref\r\n\"name[Ä], b\",\"a \"\"b\"\"\r\nc\"\r\nx,\"é\"\r\n\r\ny,z\r\n".utf8)
    let right = try rows(whole).map(\.fields)
    #expect(right.count == 4)
    var refused = 0
    for end in whole.indices {
      do {
        let found = try rows(Array(whole[..<end])).map(\.fields)
        // of a field without quotes nobody sees the end
        for (place, row) in found.enumerated() where place < found.count - 1 { #expect(row == right[place]) }
        if let last = found.last {
          let expected = right[found.count - 1]
          #expect(expected.starts(with: last.dropLast()) && expected[last.count - 1].hasPrefix(last[last.count - 1]), "\(end)")
        }
      } catch { refused += 1 }
    }
    // within quotes, but for the first of two; within the mark and characters of two bytes
    #expect(refused == 26)
  }

  @Test("a table of labels may be CSV too, and a row of another width is refused")
  func labels() throws {
    let folder = try TaskFolder()
    let task = TaskDefinition(
      id: "t", title: "t", format: .csv, train: "train.csv", validation: [.init(name: "validation", file: "train.csv")],
      columns: .init(first: .name("text"), label: .name("label")), target: .classes(["no", "yes"]), metrics: [.accuracy])
    try folder.write("label,text\nno,\"a, b\"\r\nyes,\"c\n\"\n", to: "train.csv")
    #expect(
      try TaskLoader.load(task, from: folder.url).train.examples == [
        Example(first: "a, b", second: nil, label: .class(0)), Example(first: "c\n", second: nil, label: .class(1)),
      ])
    try folder.write("label,text\nno,\"a\nb\"\nyes,c,d\n", to: "train.csv")
    #expect(
      folder.complaint(task)
        == "HERE/train.csv:4: 3 columns where the first line has 2. Columns are separated by commas; a field that holds one stands in quotes."
    )
  }
}
