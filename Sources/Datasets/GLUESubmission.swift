// What gluebenchmark.com takes: a file of answers for each test file, in one archive.
import Foundation
import Settings
import Storage

/// One of GLUE's test files, and what its answers are called.
package struct GLUETestFile: Sendable, Equatable {
  /// Whose rows it holds.
  package let task: GLUETask
  /// The file within the task's folder: `test.tsv`, for MNLI `test_matched.tsv` and `test_mismatched.tsv`.
  package let name: String
  /// The file of answers: `RTE.tsv`, for MNLI `MNLI-m.tsv` and `MNLI-mm.tsv`.
  package let answers: String

  /// Those of a task, in the order of its validation sets.
  package static func files(of task: GLUETask) -> [GLUETestFile] {
    let title = task.definition.title
    guard task == .mnli else { return [GLUETestFile(task: task, name: "test.tsv", answers: "\(title).tsv")] }
    return [
      GLUETestFile(task: task, name: "test_matched.tsv", answers: "\(title)-m.tsv"),
      GLUETestFile(task: task, name: "test_mismatched.tsv", answers: "\(title)-mm.tsv"),
    ]
  }

  /// Where it is.
  ///
  /// - Parameter folder: as for `TaskLoader.load`.
  /// - Throws: `DatasetError.missingFolder`.
  package func url(in folder: URL) throws(DatasetError) -> URL {
    try TaskLoader.home(of: task.definition, in: folder).appending(path: name)
  }

  /// Its rows.
  ///
  /// - Throws: `DatasetError`, with file and line.
  package func rows(in folder: URL) throws(DatasetError) -> UnlabelledRows {
    let url = try url(in: folder)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .missingFile(path: url.path, task: task.definition.title, role: "test")
    }
    return try UnlabelledRows(contentsOf: url, of: task.definition, isTest: true)
  }
}

/// The answers to the rows of one test file.
package struct GLUEAnswers: Sendable {
  /// Which file it is.
  package let test: GLUETestFile
  /// What was answered, in the order of the file.
  package let rows: UnlabelledRows
  /// The file's bytes: a header, then each row's index and answer.
  package let data: Data

  private static let header = "index\tprediction"

  /// Writes answers down: labels as the task's own files have them; of STS-B numbers from 0 to 5 with three digits, one outside
  /// as the end that is nearer.
  ///
  /// - Parameter labels: one for each row, in their order.
  /// - Throws: `SubmissionError.wrong` where they are no answers to these rows.
  package init(_ labels: [Label], to rows: UnlabelledRows, of test: GLUETestFile) throws(SubmissionError) {
    (self.test, self.rows) = (test, rows)
    let lines = zip(rows.rows, labels).map { "\($0.index)\t\(Self.text(of: $1, test.task))\n" }
    data = Data((Self.header + "\n" + lines.joined()).utf8)
    try check(data, path: test.answers)
  }

  private static func text(of label: Label, _ task: GLUETask) -> String {
    switch (label, task.definition.target) {
    case (.class(let number), .classes(let names)) where names.indices.contains(number): names[number]
    // + 0 makes -0 the same as 0
    case (.score(let score), .regression) where score.isFinite: String(format: "%.3f", min(5, max(0, score)) + 0)
    default: ""
    }
  }

  /// Holds a file against what the server asks for: its header, every row once and in order, and answers that it knows.
  ///
  /// - Throws: `SubmissionError.wrong`.
  func check(_ data: Data, path: String) throws(SubmissionError) {
    func wrong(_ line: Int, _ problem: String) -> SubmissionError { .wrong(path: path, line: line, problem: problem) }
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.popLast()?.isEmpty == true else { throw wrong(lines.count + 1, "it is cut short") }
    guard let first = lines.first, first.elementsEqual(Self.header.utf8) else {
      throw wrong(1, "the header is not 'index', 'prediction'")
    }
    guard lines.count == rows.rows.count + 1 else {
      throw wrong(lines.count, "it has \(lines.count - 1) answers, but there are \(rows.rows.count) rows")
    }
    for (place, (line, row)) in zip(lines.dropFirst(), rows.rows).enumerated() {
      let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard fields.count == 2 else { throw wrong(place + 2, "it has \(fields.count) columns, expected 2") }
      guard fields[0] == row.index else {
        throw wrong(place + 2, "the index is \(quoted(fields[0])), expected \(quoted(row.index))")
      }
      guard isAnswer(fields[1]) else {
        throw wrong(place + 2, "\(quoted(fields[1])) is no answer of \(test.task.definition.title)")
      }
    }
  }

  private func isAnswer(_ text: String) -> Bool {
    guard case .classes(let names) = test.task.definition.target else {
      return text.wholeMatch(of: /[0-5]\.[0-9]{3}/) != nil && Double(text).map { $0 <= 5 } ?? false
    }
    return names.contains(text)
  }
}

/// A folder of answers, in the making or whole.
package struct GLUESubmission: Sendable {
  /// Where the files of answers lie, side by side.
  package let folder: URL

  /// Names a folder, which need not be there.
  package init(_ folder: URL) { self.folder = folder }

  /// All that the server wants, those that are no tasks here last.
  package static let files = GLUETask.allCases.flatMap { GLUETestFile.files(of: $0).map(\.answers) } + ["WNLI.tsv", "AX.tsv"]

  /// What of the whole is not there yet.
  package var lacking: [String] {
    Self.files.filter { !FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
  }

  /// Asks that there is room for files of answers, before anything is computed; nothing is made.
  ///
  /// - Throws: `SubmissionError.noFolder` where something else has the folder's name, `.taken` where one of the files is there.
  package func requireRoom(for tests: [GLUETestFile]) throws(SubmissionError) {
    var isFolder: ObjCBool = true
    guard !FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) || isFolder.boolValue else {
      throw .noFolder(folder.path)
    }
    for test in tests {
      let file = folder.appending(path: test.answers)
      var status = stat()
      // a link that leads nowhere has the name too
      if lstat(file.path, &status) == 0 { throw .taken(file.path) }
    }
  }

  /// Writes files of answers, each whole, and reads them back.
  ///
  /// - Throws: `SubmissionError`, `StorageError`.
  package func write(_ answers: [GLUEAnswers]) throws {
    try requireRoom(for: answers.map(\.test))
    try Folder.make(at: folder)
    for answer in answers {
      let file = folder.appending(path: answer.test.answers)
      try AtomicFile.write(answer.data, to: file)
      try answer.check(Data(contentsOf: file), path: file.path)
    }
  }
}

/// What keeps answers from being handed in.
package enum SubmissionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file of answers is not what GLUE's server takes.
  case wrong(path: String, line: Int, problem: String)
  /// Something else stands where answers go.
  case noFolder(String)
  /// Answers are there already.
  case taken(String)

  /// The error in words.
  package var description: String {
    switch self {
    case .wrong(let path, let line, let problem):
      "\(path):\(line): not what GLUE's server takes: \(problem). Delete the file, and predict the rows again."
    case .noFolder(let path): "\(path): is no folder, and GLUE's server takes several files. Name a folder with --to."
    case .taken(let path): "\(path): is there already. Name another folder, or move the file away."
    }
  }
}
