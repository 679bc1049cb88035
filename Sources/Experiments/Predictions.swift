// What a finished run's model says of rows whose labels nobody knows.
import CKernels
import Datasets
import Foundation
import Layers
import Models
import Objectives
import Records
import Settings
import Storage
import Tensors
import Tokenizers

/// The outputs of a run's model for the rows of one file.
package struct Predictions: Sendable {
  /// The rows, in their order.
  package let rows: UnlabelledRows
  /// The answer to each: the class of the largest logit, of equal ones the first, or the only output.
  package let labels: [Label]
  /// The names of the classes; none where the answers are numbers.
  private let classes: [String]
  /// What the model puts out, `[rows, outputs]`.
  let logits: [Float]
  /// How many outputs a row has.
  private let outputs: Int

  /// Asks the model, in the batches of evaluation: rows that were scored get what they got then, to the bit.
  ///
  /// - Throws: `PredictionError`, `ExperimentError.changedTokenizer`, `TokenizerError`, `ModelError.batch`.
  package init(_ trained: TrainedRun, of rows: UnlabelledRows) throws {
    let run = trained.specification, configuration = trained.model.configuration
    try Self.requireLabels(run)
    try trained.requireItsTokenizer()
    let tokenizer = try TokenizerFolder.load(from: trained.modelFolder, modelType: configuration.architecture.modelType)
    var texts: [(tokens: [Int32], segments: [Int32])] = []
    for row in rows.rows {
      let encoding = tokenizer.encode(row.first, row.second, maximumLength: run.training.maximumLength)
      guard !encoding.ids.isEmpty else { throw PredictionError.noTokens(rows.file.path, line: row.line) }
      texts.append((encoding.ids, encoding.segments))
    }
    let outputs = run.task.outputCount ?? 1
    var logits = [Float](repeating: 0, count: rows.rows.count * outputs)
    try trained.backend.withoutGradients {
      for places in RowSet(name: rows.file.lastPathComponent, lengths: texts.map(\.tokens.count)).batches() {
        let batch = TokenBatch(places.map { texts[$0] })
        try trained.model.limits.validate(batch)
        let found = trained.model.logits(batch, pass: .evaluation).values
        guard found.count == places.count * outputs else {
          throw PredictionError.otherOutputs(found: found.count / max(1, places.count), expected: outputs)
        }
        for (place, row) in places.enumerated() {
          for output in 0..<outputs { logits[row * outputs + output] = found[place * outputs + output] }
        }
      }
    }
    if let place = logits.firstIndex(where: { !$0.isFinite }) {
      throw PredictionError.notFinite(rows.file.path, line: rows.rows[place / outputs].line)
    }
    if case .classes(let names) = run.task.target { classes = names } else { classes = [] }
    labels = rows.rows.indices.map { row in
      guard case .classes = run.task.target else { return .score(Double(logits[row])) }
      let values = logits[row * outputs..<(row + 1) * outputs]
      return .class((values.firstIndex(of: values.max() ?? 0) ?? values.startIndex) - values.startIndex)
    }
    (self.rows, self.logits, self.outputs) = (rows, logits, outputs)
  }

  /// Asks that the answers to a run's task are labels.
  ///
  /// - Throws: `PredictionError.texts`.
  package static func requireLabels(_ run: RunSpecification) throws(PredictionError) {
    if run.task.asksForText { throw .texts(run.task.id) }
  }

  /// How likely the model holds each class of a row: `[classes]`; empty where the answers are numbers.
  func probabilities(of row: Int) -> [Double] {
    guard !classes.isEmpty else { return [] }
    let values = logits[row * outputs..<(row + 1) * outputs].map { Double($0) }, largest = values.max() ?? 0
    let powers = values.map { lr_exp($0 - largest) }, sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// A table with tabs between its columns: each row's index, its answer, and for each class a probability with six digits. What
  /// would break a line is written as in JSON: `\t`, `\n`, `\r`, and a backslash twice.
  package var table: Data {
    let header = ["index", "prediction"] + classes.map { "probability(\($0))" }
    let lines = rows.rows.indices.map { row in
      [rows.rows[row].index, text(of: labels[row])] + probabilities(of: row).map { String(format: "%.6f", $0) }
    }
    return Data(([header] + lines).map { $0.map(Self.field).joined(separator: "\t") + "\n" }.joined().utf8)
  }

  private func text(of label: Label) -> String {
    switch label {
    case .class(let number): classes[number]
    case .score(let score): "\(Float(score))"
    case .texts(let texts): texts.joined()
    }
  }

  private static func field(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\r\n", with: "\\r\\n")
      .replacing("\n", with: "\\n").replacing("\r", with: "\\r")
  }
}

/// GLUE's test files of a run's task, with their rows.
package struct GLUETests {
  /// The files, in order, each with its rows.
  package let files: [(test: GLUETestFile, rows: UnlabelledRows)]

  /// Reads them.
  ///
  /// - Parameter data: the folder of GLUE's files; without it the generated ones are meant, of a run of the pocket profile.
  /// - Throws: `PredictionError`, `DatasetError` with file and line.
  package init(of run: RunSpecification, data: URL?, in workspace: Workspace) throws {
    try Predictions.requireLabels(run)
    guard let task = GLUETask(rawValue: run.task.id) else { throw PredictionError.noTestFile(task: run.task.id) }
    let tests = GLUETestFile.files(of: task)
    guard data != nil || run.profile == .pocket else { throw PredictionError.noData(profile: run.profile.rawValue) }
    if data == nil {
      let isThere = tests.allSatisfy { test in
        (try? test.url(in: workspace.pocketData)).map { FileManager.default.fileExists(atPath: $0.path) } ?? false
      }
      guard isThere else { throw PredictionError.noPocketTest(task: task.definition.title) }
    }
    files = try tests.map { ($0, try $0.rows(in: data ?? workspace.pocketData)) }
  }
}

extension Predictions {
  /// Writes the table.
  ///
  /// - Throws: `PredictionError.taken` where something has the name, `StorageError`.
  package func write(to file: URL) throws {
    try Self.requireRoom(at: file)
    try Folder.make(at: file.deletingLastPathComponent())
    try AtomicFile.write(table, to: file)
  }

  /// Asks that nothing has a file's name yet, before anything is computed.
  ///
  /// - Throws: `PredictionError.taken`.
  package static func requireRoom(at file: URL) throws(PredictionError) {
    var status = stat()
    if lstat(file.path, &status) == 0 { throw .taken(file.path) }
  }
}

/// What keeps rows from being predicted, with the sentence that says so.
package enum PredictionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The task's answers are texts.
  case texts(String)
  /// The task names no file of rows without labels.
  case noTestFile(task: String)
  /// The pocket profile's generated task has no rows without labels.
  case noPocketTest(task: String)
  /// Nobody said where GLUE's files are.
  case noData(profile: String)
  /// A row has nothing that the model could read.
  case noTokens(String, line: Int)
  /// The model has another number of outputs than the task has answers.
  case otherOutputs(found: Int, expected: Int)
  /// What the model says of a row is no number.
  case notFinite(String, line: Int)
  /// Something stands where the predictions are to go.
  case taken(String)

  /// The error in words.
  package var description: String {
    switch self {
    case .texts(let task):
      "the answers of the task \(task) are texts, which are not predicted but written: 'lowrank generate' writes on from prompts"
    case .noTestFile(let task):
      "the task \(task) is none of GLUE's, and its definition names no test file. Name the rows to predict with --file <file>"
    case .noPocketTest(let task):
      "the pocket profile's generated \(task) has no test file: all its rows have labels. Predict a file in its layout with --file "
        + "<file>, or name the folder of GLUE's own files with --data <folder>"
    case .noData(let profile):
      "a run of the profile \(profile) does not say where GLUE's test files are. Name the folder of CoLA, MRPC, … with --data "
        + "<folder>"
    case .noTokens(let path, let line): "\(path):\(line): the row has no text that the model could read"
    case .otherOutputs(let found, let expected):
      "the run's model has \(found) outputs, but its task has \(expected) answers. Run it again"
    case .notFinite(let path, let line):
      "\(path):\(line): what the model says of this row is infinite or no number. Its weights are of no use: run it again"
    case .taken(let path): "\(path): is there already. Name a file that is not there yet with --to"
    }
  }
}
