// Rows whose labels nobody knows: GLUE's test files, and whatever files of a task's layout are to be predicted.
import Foundation
import Settings

/// The rows of a file in their order, every one of them.
package struct UnlabelledRows: Sendable, Equatable {
  /// What a row is known by, and its texts.
  package struct Row: Sendable, Equatable {
    /// The number of the row as the file has it, else its place from 0.
    package let index: String
    /// The only or the first text, as it stands in the file.
    package let first: String
    /// The second text; nil in a task of single sentences.
    package let second: String?
    /// The line at which the row begins, from 1.
    package let line: Int
  }

  /// The file that they were read from.
  package let file: URL
  /// The rows, one or more.
  package let rows: [Row]

  /// Names of a first column that numbers the rows.
  private static let indexNames = ["index", "id"]

  /// Reads a file in the layout of a task; a label is ignored, and need not be there. CoLA's may also be that of its test file, the
  /// only one with a header.
  ///
  /// A row's index is what stands in a first column that is called `index` or `id`, else its place.
  ///
  /// - Parameter isTest: whether it is one of GLUE's test files, which number their rows, each by a number of its own.
  /// - Throws: `DatasetError`, with file and line, for anything that the layout does not allow.
  package init(contentsOf url: URL, of task: TaskDefinition, isTest: Bool = false) throws(DatasetError) {
    let lines = try TextLines(contentsOf: url)
    guard !lines.lines.isEmpty else { throw .nothingToPredict(path: url.path) }
    var layout = task, columns = task.columns, header: [String] = []
    // each row counts here
    layout.skipsIrregularRows = false
    let first = try Self.firstRow(of: lines, task.format)
    if GLUETask(rawValue: task.id) == .cola, isTest || first.contains("sentence") {
      layout.hasHeader = true
      columns = columns.map { .init(first: .name("sentence"), label: $0.label) }
    }
    if layout.hasHeader { header = first }
    guard let columns else { throw .invalidTask(id: task.id, problems: ["it has no columns of texts and label"]) }
    let isNumbered = header.first.map(Self.indexNames.contains) ?? false
    if isTest, !isNumbered { throw .noIndex(path: url.path) }
    var collector = UnlabelledCollector(
      columns, index: isNumbered ? header.first : nil, isStrict: isTest, path: lines.path)
    try TaskLoader.read(lines, of: layout, into: &collector)
    guard !collector.rows.isEmpty else { throw .nothingToPredict(path: url.path) }
    (file, rows) = (url, collector.rows)
  }

  /// The fields of a table's first line; none of a file that is no table.
  private static func firstRow(of lines: TextLines, _ format: TaskDefinition.Format) throws(DatasetError) -> [String] {
    func fields(_ table: some TableRows) throws(DatasetError) -> [String] {
      var table = table, fields: [Range<Int>] = []
      return try table.next(into: &fields) == nil ? [] : fields.map(table.text)
    }
    return switch format {
    case .tsv: try fields(TabbedRows(lines))
    case .csv: try fields(CSVRows(lines))
    case .jsonl, .dart: []
    }
  }
}

/// Collects texts without their label.
private struct UnlabelledCollector: RowCollector {
  let columns: [ReadColumn]
  var left = LeftRows()
  private(set) var rows: [UnlabelledRows.Row] = []
  /// How many of the values are texts.
  private let texts: Int
  private let isStrict: Bool
  private let path: String
  private var seen: Set<String> = []

  /// - Parameters:
  ///   - index: the name of the column that numbers the rows.
  ///   - isStrict: whether each number must be one, and a row's own.
  init(_ columns: TaskDefinition.Columns, index: String?, isStrict: Bool, path: String) {
    let places = [columns.first, columns.second].compactMap { $0 }
    texts = places.count
    self.columns = (places + (index.map { [.name($0)] } ?? [])).map { ReadColumn($0) }
    self.isStrict = isStrict
    self.path = path
  }

  mutating func take(_ values: [String], line: Int) throws(DatasetError) {
    let index = values.count > texts ? values[texts] : "\(rows.count)"
    if isStrict {
      let isNumber = !index.isEmpty && index.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard isNumber else { throw .invalidIndex(path: path, line: line, found: index, problem: "is no whole number") }
      guard seen.insert(index).inserted else {
        throw .invalidIndex(path: path, line: line, found: index, problem: "is that of an earlier row too")
      }
    }
    rows.append(.init(index: index, first: values[0], second: texts == 2 ? values[1] : nil, line: line))
  }
}
