// Everything that can be wrong with a task's definition or files, with the sentence that says so.
import Settings

/// What is wrong, where, and what to do about it.
package enum DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// None of a task's folder names exists.
  case missingFolder(task: String, folder: String, tried: [String])
  /// A file of a task is not there.
  case missingFile(path: String, task: String, role: String, hint: String = "")
  /// A file cannot be read, or is no regular file.
  case unreadable(path: String, reason: String)
  /// Something else lies in a file's place.
  case otherKind(path: String, found: String, advice: String)
  /// A byte sequence is not UTF-8.
  case invalidUTF8(path: String, line: Int)
  /// A NUL byte, as in UTF-16 or binary files.
  case nulByte(path: String, line: Int)
  /// A row has another number of columns than the first line.
  case irregularRow(path: String, line: Int, found: Int, expected: Int, format: TaskDefinition.Format)
  /// A quoted field of a CSV file has no end.
  case openQuote(path: String, line: Int)
  /// A quote stands within a field of a CSV file that is not quoted, or something behind the quote that ends one.
  case strayQuote(path: String, line: Int)
  /// The header does not have a column. Its names are not told: the file may be any file of the machine.
  case missingColumn(path: String, column: String, header: [String])
  /// The header has a column twice.
  case repeatedColumn(path: String, column: String)
  /// A column's number is past the last.
  case columnOutOfRange(path: String, column: Int, width: Int)
  /// A label is not one of the task's.
  case unknownLabel(path: String, line: Int, found: String, known: [String])
  /// A score is not a finite number.
  case invalidScore(path: String, line: Int, found: String)
  /// A line of a JSONL file is not a JSON object, and what it is where that is evident.
  case invalidJSON(path: String, line: Int, found: String?)
  /// A line of a JSONL file lacks a field.
  case missingField(path: String, line: Int, field: String, found: [String])
  /// A field of a JSONL file has a value of a wrong kind.
  case invalidField(path: String, line: Int, field: String, expected: String)
  /// A file of DART's entries is none, with the place in it and what is wrong there.
  case invalidEntries(path: String, place: String, problem: String)
  /// The columns of a row's prompt, or the one of an answer, hold no text.
  case emptyText(path: String, line: Int, columns: [String])
  /// A column to be rewritten is not what is rewritten so.
  case invalidText(path: String, line: Int, column: String, expected: String)
  /// A file has no row with an answer.
  case noRows(path: String)
  /// A file to be predicted has no row.
  case nothingToPredict(path: String)
  /// The first column of one of GLUE's test files does not number its rows.
  case noIndex(path: String)
  /// The number of a row of one of GLUE's test files is none, or is another row's.
  case invalidIndex(path: String, line: Int, found: String, problem: String)
  /// A task definition contradicts itself; every problem is listed.
  case invalidTask(id: String, problems: [String])
  /// The fraction of a sample is not above 0 and at most 1.
  case invalidFraction(Double)
  /// As many training rows are to be held out as there are different ones, or more.
  case nothingLeft(path: String, asked: Int, texts: Int)

  /// The error in words: file and line, what was found, what was expected, what to do.
  package var description: String {
    switch self {
    case .missingFolder(let task, let folder, let tried):
      "\(folder): no folder of the task \(task) here (looked for \(tried.joined(separator: ", "))). "
        + "Name the folder that holds it with DATA=..."
    case .missingFile(let path, let task, let role, let hint):
      "\(path): no such file. It should hold the \(role) rows of the task \(task).\(hint)"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)."
    case .otherKind(let path, let found, let advice):
      "\(path): is \(found). \(advice)."
    case .invalidUTF8(let path, let line):
      "\(path):\(line): a byte sequence that is not UTF-8. Save the file as UTF-8."
    case .nulByte(let path, let line):
      "\(path):\(line): a NUL byte. The file is binary, UTF-16 or damaged; save it as UTF-8 text."
    case .irregularRow(let path, let line, let found, let expected, .csv):
      "\(path):\(line): \(counted(found, "column")) where the first line has \(expected). "
        + "Columns are separated by commas; a field that holds one stands in quotes."
    case .irregularRow(let path, let line, let found, let expected, _):
      "\(path):\(line): \(counted(found, "column")) where the first line has \(expected). "
        + "Columns are separated by one tab each; quotes have no meaning."
    case .openQuote(let path, let line):
      "\(path):\(line): the quoted field that begins here has no end. The file is cut, or a quote within the field is not doubled."
    case .strayQuote(let path, let line):
      "\(path):\(line): a quote in the middle of a field. A field with quotes stands in quotes as a whole, and each of its own is doubled."
    case .missingColumn(let path, let column, let header):
      "\(path):1: no column \(quoted(column)). The first line has \(counted(header.count, "column"))"
        + (header.isEmpty ? "." : ", none of them called so.") + Suggestion.sentence(for: column, among: header)
    case .repeatedColumn(let path, let column):
      "\(path):1: more than one column \(quoted(column)). Name it by its number, from 0."
    case .columnOutOfRange(let path, let column, let width):
      "\(path):1: no column \(column), counted from 0. The first line has \(counted(width, "column"))."
    case .unknownLabel(let path, let line, let found, let known):
      "\(path):\(line): unknown label \(quoted(found)). The task's labels are: \(listed(known))."
    case .invalidScore(let path, let line, let found):
      "\(path):\(line): the score \(quoted(found)) is not a finite number."
    case .invalidJSON(let path, let line, let found):
      "\(path):\(line): not a JSON object\(found.map { ": it has \($0)" } ?? ""). A JSONL file holds one {...} per line."
    case .missingField(let path, let line, let field, let found):
      "\(path):\(line): no field \(quoted(field)) among the \(counted(found.count, "field")) of the line."
        + Suggestion.sentence(for: field, among: found)
    case .invalidField(let path, let line, let field, let expected):
      "\(path):\(line): the field \(quoted(field)) is not \(expected)."
    case .invalidEntries(let path, let place, let problem):
      "\(path)\(place): \(problem)."
    case .emptyText(let path, let line, let columns):
      "\(path):\(line): there is no text in \(columns.map(quoted).joined(separator: ", ")). Each row has something to read and something "
        + "to write."
    case .invalidText(let path, let line, let column, let expected):
      "\(path):\(line): the column \(quoted(column)) is not \(expected)."
    case .noRows(let path):
      "\(path): no labelled row."
    case .nothingToPredict(let path):
      "\(path): no row to predict."
    case .noIndex(let path):
      "\(path):1: the first column is called neither 'index' nor 'id'. GLUE's test files number their rows there; files with labels "
        + "do not all. Put the task's own test file in this place."
    case .invalidIndex(let path, let line, let found, let problem):
      "\(path):\(line): the row's number \(quoted(found)) \(problem). GLUE's test files number their rows in the first column."
    case .invalidTask(let id, let problems):
      "task \(quoted(id)): \(problems.joined(separator: "; "))."
    case .invalidFraction(let fraction):
      "a sample of the fraction \(fraction) was asked for; it must be above 0 and at most 1."
    case .nothingLeft(let path, let asked, let texts):
      "\(path): tuning_rows is \(asked), but the file has \(texts) different texts, and some must be left to train on. Lower tuning_rows."
    }
  }
}

private func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// Names in quotes, the first twenty of them.
private func listed(_ names: [String]) -> String {
  guard !names.isEmpty else { return "nothing" }
  let shown = names.prefix(20).map(quoted).joined(separator: ", ")
  return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
}
