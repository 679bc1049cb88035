// Reads a task's files into examples.
import Foundation
import Settings

/// Loads tasks from their files.
package enum TaskLoader {
  /// Reads the training file and every validation file of a task.
  ///
  /// - Parameters:
  ///   - task: the description of the files.
  ///   - folder: for GLUE the folder that holds the tasks' folders; for a user's own task the folder of its files.
  /// - Throws: `DatasetError`, with file and line, for anything that the definition does not allow.
  package static func load(_ task: TaskDefinition, from folder: URL) throws(DatasetError) -> TaskData {
    guard task.problems.isEmpty else { throw .invalidTask(id: task.id, problems: task.problems.map(\.message)) }
    var sets: [ExampleSet] = []
    for file in try DatasetFiles(of: task, in: folder).files { sets.append(try load(task, file: file.url, name: file.role)) }
    return TaskData(task: task, train: sets[0], validation: Array(sets.dropFirst()))
  }

  /// The folder of a task's files.
  static func home(of task: TaskDefinition, in folder: URL) throws(DatasetError) -> URL {
    guard !task.folders.isEmpty else { return folder }
    for name in task.folders {
      let candidate = folder.appending(path: name)
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory), isDirectory.boolValue {
        return candidate
      }
    }
    throw .missingFolder(task: task.title, folder: folder.path, tried: task.folders)
  }

  private static func load(_ task: TaskDefinition, file: URL, name: String) throws(DatasetError) -> ExampleSet {
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw .missingFile(path: file.path, task: task.title, role: name)
    }
    let lines = try TextLines(contentsOf: file)
    return try examples(of: task, in: lines, file: file, name: name)
  }

  /// Reads the rows of one file, whose bytes are at hand.
  static func examples(
    of task: TaskDefinition, in lines: TextLines, file: URL, name: String
  ) throws(DatasetError) -> ExampleSet {
    var rows = RowReader(task: task, path: lines.path)
    switch task.format {
    case .tsv: try rows.readTable(lines)
    case .jsonl: try rows.readObjects(lines)
    }
    guard !rows.examples.isEmpty else { throw .noRows(path: lines.path) }
    return ExampleSet(
      name: name, file: file, examples: rows.examples, unlabelledRows: rows.unlabelledRows,
      irregularRows: rows.irregularRows)
  }
}

/// Collects the examples of one file.
private struct RowReader {
  let task: TaskDefinition
  let path: String
  private(set) var examples: [Example] = []
  private(set) var unlabelledRows = 0
  private(set) var irregularRows = 0
  private let classes: [String: Int]

  init(task: TaskDefinition, path: String) {
    self.task = task
    self.path = path
    if case .classes(let labels) = task.target {
      classes = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    } else {
      classes = [:]
    }
  }

  mutating func readTable(_ file: TextLines) throws(DatasetError) {
    guard let firstLine = file.lines.first else { return }
    examples.reserveCapacity(file.lines.count)
    var columns: [Range<Int>] = []
    file.columns(of: firstLine, into: &columns)
    let width = columns.count
    let header = task.hasHeader ? columns.map(file.text) : nil
    let first = try position(of: task.columns.first, width: width, header: header)
    let label = try position(of: task.columns.label, width: width, header: header)
    let second: Int?
    if let column = task.columns.second {
      second = try position(of: column, width: width, header: header)
    } else {
      second = nil
    }
    for (index, line) in file.lines.enumerated().dropFirst(task.hasHeader ? 1 : 0) {
      file.columns(of: line, into: &columns)
      guard columns.count == width else {
        guard task.skipsIrregularRows else {
          throw .irregularRow(path: path, line: index + 1, found: columns.count, expected: width)
        }
        irregularRows += 1
        continue
      }
      guard let gold = try answer(file.text(columns[label]), line: index + 1) else { continue }
      examples.append(
        Example(first: file.text(columns[first]), second: second.map { file.text(columns[$0]) }, label: gold))
    }
  }

  mutating func readObjects(_ file: TextLines) throws(DatasetError) {
    examples.reserveCapacity(file.lines.count)
    let decoder = JSONDecoder()
    for (index, line) in file.lines.enumerated() {
      // a blank line is no row
      if file.bytes[line].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      if let half = Self.halfCharacter(file.text(line)) {
        throw .invalidJSON(path: path, line: index + 1, found: "\(half), one half of a character")
      }
      guard let object = try? decoder.decode([String: JSONScalar].self, from: Data(file.bytes[line])) else {
        let found = ["NaN", "Infinity"].first { file.text(line).contains($0) }
        throw .invalidJSON(path: path, line: index + 1, found: found.map { "\($0), which is no number of JSON" })
      }
      let first = try text(task.columns.first, of: object, line: index + 1)
      var second: String?
      if let column = task.columns.second { second = try text(column, of: object, line: index + 1) }
      let (field, value) = try value(task.columns.label, of: object, line: index + 1)
      guard let found = value.text else {
        throw .invalidField(path: path, line: index + 1, field: field, expected: "a text or a number")
      }
      guard let gold = try answer(found, line: index + 1) else { continue }
      examples.append(Example(first: first, second: second, label: gold))
    }
  }

  /// An escaped half of a character without its other half, as a text has it that was cut between them.
  private static func halfCharacter(_ text: String) -> String? {
    guard text.contains("\\u") else { return nil }
    // of a pair the first half is D800 to DBFF, the second DC00 to DFFF
    let rest = text.replacing(/\\\\/, with: "").replacing(
      /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/, with: "")
    return rest.firstMatch(of: /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/).map { String($0.0) }
  }

  /// Where a column of a table is.
  private func position(
    of column: TaskDefinition.Column, width: Int, header: [String]?
  ) throws(DatasetError) -> Int {
    switch column {
    case .index(let index):
      guard (0..<width).contains(index) else { throw .columnOutOfRange(path: path, column: index, width: width) }
      return index
    case .name(let name):
      guard let header, let index = header.firstIndex(of: name) else {
        throw .missingColumn(path: path, column: name, header: header ?? [])
      }
      guard header.lastIndex(of: name) == index else { throw .repeatedColumn(path: path, column: name) }
      return index
    }
  }

  /// A label as the file writes it; nil, and counted, for one that is to be left out.
  private mutating func answer(_ found: String, line: Int) throws(DatasetError) -> Label? {
    if task.ignoredLabels.contains(found) {
      unlabelledRows += 1
      return nil
    }
    switch task.target {
    case .classes(let known):
      guard let number = classes[found] else {
        throw .unknownLabel(path: path, line: line, found: found, known: known)
      }
      return .class(number)
    case .regression:
      guard let score = Double(found), score.isFinite else {
        throw .invalidScore(path: path, line: line, found: found)
      }
      return .score(score)
    }
  }

  private func value(
    _ column: TaskDefinition.Column, of object: [String: JSONScalar], line: Int
  ) throws(DatasetError) -> (field: String, value: JSONScalar) {
    guard case .name(let field) = column, let value = object[field] else {
      throw .missingField(path: path, line: line, field: column.text, found: object.keys.sorted())
    }
    return (field, value)
  }

  private func text(
    _ column: TaskDefinition.Column, of object: [String: JSONScalar], line: Int
  ) throws(DatasetError) -> String {
    let (field, value) = try value(column, of: object, line: line)
    guard case .string(let text) = value else {
      throw .invalidField(path: path, line: line, field: field, expected: "a text")
    }
    return text
  }
}

/// A value of a JSON object as far as a task can use it.
private enum JSONScalar: Decodable {
  case string(String)
  case literal(String)
  case other

  init(from decoder: any Decoder) throws {
    guard let container = try? decoder.singleValueContainer() else {
      self = .other
      return
    }
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let flag = try? container.decode(Bool.self) {
      self = .literal(flag ? "true" : "false")
    } else if let number = try? container.decode(Int.self) {
      self = .literal(String(number))
    } else if let number = try? container.decode(Double.self) {
      self = .literal(String(number))
    } else {
      self = .other
    }
  }

  /// The value as a label's text; nil for null, lists and objects.
  var text: String? {
    switch self {
    case .string(let text), .literal(let text): text
    case .other: nil
    }
  }
}
