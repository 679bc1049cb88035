// Rows without labels: GLUE's test files, whose columns are not those of the others, and files of a task of the user's own.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("Rows without labels")
struct UnlabelledRowsTests {
  private static func rows(_ text: String, _ task: TaskDefinition, isTest: Bool = false) throws -> [UnlabelledRows.Row] {
    let folder = try TaskFolder()
    try folder.write(text, to: "rows")
    return try UnlabelledRows(contentsOf: folder.url.appending(path: "rows"), of: task, isTest: isTest).rows
  }

  private static func complaint(_ text: String, _ task: TaskDefinition, isTest: Bool = false) -> String? {
    do {
      _ = try rows(text, task, isTest: isTest)
      return nil
    } catch let error as DatasetError {
      return error.description.replacing(/^.*?\/rows:/, with: "rows:")
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "the test files of all eight tasks",
    arguments: [
      (GLUETask.cola, "Bill whistled past the house.", nil), (.sst2, "uneasy mishmash of styles and genres . ", nil),
      (.mrpc, "PCCW 's \"chief\" officer", "Current Chief Officer"),
      (.stsb, "A girl is styling her hair.", "A girl is brushing her hair."), (.qqp, "Why me?", "Why not me?"),
      (.mnli, "premise 0 travel", "hypothesis 0"), (.qnli, "What?", "That."), (.rte, "Mangla was summoned.", "Mangla died."),
    ] as [(GLUETask, String, String?)])
  func tests(task: GLUETask, first: String, second: String?) throws {
    let folder = try TestFiles.folder()
    let files = GLUETestFile.files(of: task)
    #expect(files.count == (task == .mnli ? 2 : 1))
    for file in files {
      let found = try file.rows(in: folder.url).rows
      #expect(found.map(\.index) == ["0", "1"] && found.map(\.line) == [2, 3])
      #expect(found.allSatisfy { ($0.second == nil) == (second == nil) && !$0.first.isEmpty })
    }
    let row = try #require(try files[0].rows(in: folder.url).rows.first)
    #expect(row.first == first && row.second == second)
    if task == .mnli { #expect(try files[1].rows(in: folder.url).rows[1].first == "premise 1 verbatim") }
  }

  @Test("what is no test file, by file and line")
  func damagedTests() throws {
    let rte = GLUETask.rte.definition, cola = GLUETask.cola.definition
    let advice = "GLUE's test files number their rows in the first column."
    for (text, task, message) in [
      ("", rte, "rows: no row to predict."), ("index\tsentence1\tsentence2\n", rte, "rows: no row to predict."),
      (
        "sentence1\tsentence2\tlabel\na\tb\tentailment\n", rte,
        "rows:1: the first column is called neither 'index' nor 'id'. GLUE's test files number their rows there; files with labels "
          + "do not all. Put the task's own test file in this place."
      ),
      (
        "index\tsentence1\tsentence2\n0\ta\tb\n1\tc\n", rte,
        "rows:3: 2 columns where the first line has 3. Columns are separated by one tab each; quotes have no meaning."
      ),
      (
        "index\tsentence1\n0\ta\n", rte,
        "rows:1: no column 'sentence2'. The first line has 2 columns, none of them called so. Did you "
          + "mean 'sentence1'?"
      ),
      ("index\tsentence1\tsentence2\n0\ta\tb\nx1\ta\tb\n", rte, "rows:3: the row's number 'x1' is no whole number. \(advice)"),
      ("index\tsentence1\tsentence2\n\ta\tb\n", rte, "rows:2: the row's number '' is no whole number. \(advice)"),
      (
        "index\tsentence1\tsentence2\n7\ta\tb\n7\ta\tb\n", rte,
        "rows:3: the row's number '7' is that of an earlier row too. \(advice)"
      ),
      (
        "index\tsentence1\tsentence2\n0\ta\tb\u{0}\n", rte,
        "rows:2: a NUL byte. The file is binary, UTF-16 or damaged; save it as UTF-8 "
          + "text."
      ),
      // the layout of its other files, without a header
      (
        "gj04\t1\t\tThe sailors rode the breeze.\n", cola,
        "rows:1: the first column is called neither 'index' nor 'id'. GLUE's test files number their rows there; files with labels "
          + "do not all. Put the task's own test file in this place."
      ),
    ] { #expect(Self.complaint(text, task, isTest: true) == message) }
    // here a row of another width is no row to leave out: the server counts
    #expect(
      Self.complaint("id\tquestion1\tquestion2\n0\ta\n", GLUETask.qqp.definition, isTest: true)?.hasPrefix("rows:2: ") == true)
    let empty = try TaskFolder()
    let file = GLUETestFile.files(of: .rte)[0]
    #expect(throws: DatasetError.missingFolder(task: "RTE", folder: empty.url.path, tried: ["RTE", "rte"])) {
      try file.rows(in: empty.url)
    }
    try empty.write("", to: "glue/rte/train.tsv")
    #expect(
      throws: DatasetError.missingFile(path: empty.url.appending(path: "glue/rte/test.tsv").path, task: "RTE", role: "test")
    ) { try file.rows(in: empty.url) }
  }

  @Test("a file with labels is read without them; a row is known by its place where nothing numbers it")
  func labelled() throws {
    let sst2 = GLUETask.sst2.definition, cola = GLUETask.cola.definition
    let found = try Self.rows("sentence\tlabel\ngood \tno label at all\nbad\t0\n", sst2)
    #expect(found.map(\.index) == ["0", "1"] && found.map(\.first) == ["good ", "bad"])
    #expect(try Self.rows("id\tsentence\n7\ta\n7\tb\n", sst2).map(\.index) == ["7", "7"])
    // CoLA's two layouts
    #expect(try Self.rows("gj04\t1\t\tOne.\ngj04\t0\t*\tTwo.\n", cola).map(\.first) == ["One.", "Two."])
    #expect(try Self.rows("index\tsentence\n5\tThree.\n", cola).map { [$0.index, $0.first] } == [["5", "Three."]])
  }

  @Test("tasks of one's own: CSV with quotes, and JSON")
  func own() throws {
    func task(_ format: TaskDefinition.Format, header: Bool = true) -> TaskDefinition {
      let columns: TaskDefinition.Columns =
        header ? .init(first: .name("a"), second: .name("b"), label: .name("y")) : .init(first: .index(1), label: .index(2))
      return TaskDefinition(
        id: "own", title: "own", format: format, hasHeader: header, columns: columns, target: .classes(["x", "y"]),
        metrics: [.accuracy])
    }
    let csv = try Self.rows("id,b,a\n\"n\t1\",\"two, 2\",one\n", task(.csv))
    #expect(csv.map { [$0.index, $0.first, $0.second] } == [["n\t1", "one", "two, 2"]])
    let json = try Self.rows("{\"a\": \"one\", \"b\": \"two\", \"id\": 9}\n\n{\"b\": \"\", \"a\": \"three\"}\n", task(.jsonl))
    #expect(
      json.map { [$0.index, $0.first, $0.second] } == [["0", "one", "two"], ["1", "three", ""]] && json.map(\.line) == [1, 3])
    #expect(try Self.rows("index\tone\n", task(.tsv, header: false)).map { [$0.index, $0.first] } == [["0", "one"]])
    #expect(
      Self.complaint("{\"a\": \"one\"}\n", task(.jsonl)) == "rows:1: no field 'b' among the 1 field of the line. Did you mean 'a'?")
    #expect(Self.complaint("a,c\n1,2\n", task(.csv))?.hasPrefix("rows:1: no column 'b'.") == true)
    #expect(
      Self.complaint("index\n", task(.tsv, header: false)) == "rows:1: no column 1, counted from 0. The first line has 1 column.")
  }
}
