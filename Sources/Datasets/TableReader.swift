// Tables: TSV and CSV files, whose first line may name the columns.
import Settings

/// The rows of a table, one after the other.
protocol TableRows {
  /// Reads the next row's fields into an array; the line at which it begins, or nil at the end of the file.
  mutating func next(into fields: inout [Range<Int>]) throws(DatasetError) -> Int?
  /// The text of a field of the row that was read last.
  func text(_ field: Range<Int>) -> String
}

/// Reads the columns that are asked for by their names in the first line, or by their numbers.
struct TableReader {
  private let task: TaskDefinition
  private let path: String

  init(_ task: TaskDefinition, path: String) { (self.task, self.path) = (task, path) }

  func read(_ table: some TableRows, into collector: inout some RowCollector) throws(DatasetError) {
    var table = table
    var fields: [Range<Int>] = []
    guard var line = try table.next(into: &fields) else { return }
    let width = fields.count
    let header = task.hasHeader ? fields.map(table.text) : nil
    var places: [Int] = []
    for column in collector.columns { places.append(try place(of: column.column, width: width, header: header)) }
    if header != nil {
      guard let second = try table.next(into: &fields) else { return }
      line = second
    }
    while true {
      if fields.count == width {
        try collector.take(places.map { table.text(fields[$0]) }, line: line)
      } else if task.skipsIrregularRows {
        collector.left.irregular += 1
      } else {
        throw .irregularRow(path: path, line: line, found: fields.count, expected: width, format: task.format)
      }
      guard let next = try table.next(into: &fields) else { return }
      line = next
    }
  }

  /// Where a column is.
  private func place(of column: TaskDefinition.Column, width: Int, header: [String]?) throws(DatasetError) -> Int {
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
}

/// The rows of a TSV file: its lines, cut at each tab.
struct TabbedRows: TableRows {
  private let file: TextLines
  private var row = 0

  init(_ file: TextLines) { self.file = file }

  mutating func next(into fields: inout [Range<Int>]) -> Int? {
    guard row < file.lines.count else { return nil }
    file.columns(of: file.lines[row], into: &fields)
    row += 1
    return row
  }

  func text(_ field: Range<Int>) -> String { file.text(field) }
}
