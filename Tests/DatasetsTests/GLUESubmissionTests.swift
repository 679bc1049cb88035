// What GLUE's server takes, for all eight tasks.
import Foundation
import Settings
import Testing

@testable import Datasets

@Suite("GLUE's submission")
struct GLUESubmissionTests {
  /// A label of each of a test file's two rows.
  private static func labels(_ task: GLUETask) -> [Label] {
    task == .stsb ? [.score(4.99951), .score(-0.2)] : [.class(1), .class(0)]
  }

  private static func answers(_ task: GLUETask, in folder: TaskFolder) throws -> [GLUEAnswers] {
    try GLUETestFile.files(of: task).map { try GLUEAnswers(labels(task), to: $0.rows(in: folder.url), of: $0) }
  }

  @Test("names, header and answers of every file, and what a part of them lacks")
  func files() throws {
    let folder = try TestFiles.folder()
    let submission = GLUESubmission(folder.url.appending(path: "made/submission"))
    let whole = [
      "CoLA.tsv", "SST-2.tsv", "MRPC.tsv", "QQP.tsv", "STS-B.tsv", "MNLI-m.tsv", "MNLI-mm.tsv", "QNLI.tsv", "RTE.tsv", "WNLI.tsv",
      "AX.tsv",
    ]
    #expect(GLUESubmission.files == whole && submission.lacking == whole)
    let first = try GLUETask.allCases.filter { $0 != .mnli }.flatMap { try Self.answers($0, in: folder) }
    try submission.write(first)
    #expect(submission.lacking == ["MNLI-m.tsv", "MNLI-mm.tsv", "WNLI.tsv", "AX.tsv"])
    try submission.write(Self.answers(.mnli, in: folder))
    #expect(submission.lacking == ["WNLI.tsv", "AX.tsv"])
    let words = [
      "CoLA": ["1", "0"], "SST-2": ["1", "0"], "MRPC": ["1", "0"], "QQP": ["1", "0"], "STS-B": ["5.000", "0.000"],
      "MNLI-m": ["neutral", "entailment"], "MNLI-mm": ["neutral", "entailment"], "QNLI": ["not_entailment", "entailment"],
      "RTE": ["not_entailment", "entailment"],
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: submission.folder.path)
    #expect(Set(names) == Set(words.keys.map { "\($0).tsv" }))
    for (name, answers) in words {
      let text = try String(contentsOf: submission.folder.appending(path: "\(name).tsv"), encoding: .utf8)
      #expect(text == "index\tprediction\n0\t\(answers[0])\n1\t\(answers[1])\n", "\(name)")
    }
  }

  @Test("STS-B's numbers have three digits and stay within its scale")
  func scores() throws {
    let folder = try TestFiles.folder(), test = GLUETestFile.files(of: .stsb)[0]
    let rows = try test.rows(in: folder.url)
    for (score, text) in [(2.71828, "2.718"), (7, "5.000"), (-0.0, "0.000"), (0.0004, "0.000"), (4.9994, "4.999")] {
      let data = try GLUEAnswers([.score(score), .score(1)], to: rows, of: test).data
      #expect(String(decoding: data, as: UTF8.self) == "index\tprediction\n0\t\(text)\n1\t1.000\n")
    }
    #expect(throws: SubmissionError.wrong(path: "STS-B.tsv", line: 2, problem: "'' is no answer of STS-B")) {
      _ = try GLUEAnswers([.score(.nan), .score(1)], to: rows, of: test)
    }
  }

  @Test("answers that are not the rows' own are refused before anything is written")
  func refused() throws {
    let folder = try TestFiles.folder(), test = GLUETestFile.files(of: .rte)[0]
    let rows = try test.rows(in: folder.url)
    for (labels, line, problem) in [
      ([Label.class(0)], 2, "it has 1 answers, but there are 2 rows"), ([.class(0), .class(2)], 3, "'' is no answer of RTE"),
      ([.score(1), .class(0)], 2, "'' is no answer of RTE"),
    ] {
      #expect(throws: SubmissionError.wrong(path: "RTE.tsv", line: line, problem: problem)) {
        _ = try GLUEAnswers(labels, to: rows, of: test)
      }
    }
  }

  @Test("a file that is not what was written is found out")
  func check() throws {
    let folder = try TestFiles.folder(), test = GLUETestFile.files(of: .rte)[0]
    let answers = try GLUEAnswers([.class(0), .class(1)], to: test.rows(in: folder.url), of: test)
    let whole = String(decoding: answers.data, as: UTF8.self)
    for (text, line, problem) in [
      (String(whole.dropLast()), 3, "it is cut short"), ("x", 1, "it is cut short"),
      ("", 1, "the header is not 'index', 'prediction'"),
      (whole.replacing("index", with: "id"), 1, "the header is not 'index', 'prediction'"),
      (whole.replacing("0\tentailment\n", with: ""), 2, "it has 1 answers, but there are 2 rows"),
      (whole + "2\tentailment\n", 4, "it has 3 answers, but there are 2 rows"),
      (whole.replacing("0\t", with: "1\t"), 2, "the index is '1', expected '0'"),
      (whole.replacing("0\t", with: "0 "), 2, "it has 1 columns, expected 2"),
      (whole.replacing("not_entailment", with: "contradiction"), 3, "'contradiction' is no answer of RTE"),
    ] {
      #expect(throws: SubmissionError.wrong(path: "RTE.tsv", line: line, problem: problem)) {
        try answers.check(Data(text.utf8), path: "RTE.tsv")
      }
    }
    try answers.check(answers.data, path: "RTE.tsv")
  }

  @Test("what is there stays")
  func room() throws {
    let folder = try TestFiles.folder()
    try folder.write("mine", to: "made/RTE.tsv")
    let submission = GLUESubmission(folder.url.appending(path: "made"))
    let taken = SubmissionError.taken(folder.url.appending(path: "made/RTE.tsv").path)
    #expect(throws: taken) { try submission.requireRoom(for: GLUETestFile.files(of: .rte)) }
    #expect(throws: taken) { try submission.write(Self.answers(.cola, in: folder) + Self.answers(.rte, in: folder)) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: submission.folder.path) == ["RTE.tsv"])
    try submission.requireRoom(for: GLUETestFile.files(of: .mnli))
    let file = GLUESubmission(folder.url.appending(path: "made/RTE.tsv"))
    #expect(throws: SubmissionError.noFolder(file.folder.path)) { try file.requireRoom(for: []) }
  }
}
