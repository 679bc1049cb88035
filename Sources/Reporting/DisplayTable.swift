// What a table's cells read, before any markup: the same words in Markdown and in LaTeX.
import Metrics
import Records

/// A cell: text that may be marked as best or second, and what follows it unmarked.
struct DisplayCell: Equatable {
  let text: String
  var rank: Rank?
  var suffix = ""

  init(_ text: String, rank: Rank? = nil, suffix: String = "") {
    self.text = text
    self.rank = rank
    self.suffix = suffix
  }
}

/// A table of such cells. The first column holds names, the others numbers.
struct DisplayTable: Equatable {
  let header: [String]
  let rows: [[DisplayCell]]
}

extension DisplayTable {
  /// The table itself; a row's published figures stand in a row below it.
  init(_ table: TableModel) {
    header =
      [table.rowHeader]
      + table.columns.flatMap { column -> [String] in
        switch column {
        case .parameters:
          // beside what is left at the end the column says that it is not that
          [
            table.columns.contains(.measure(RunRecord.keptParameters))
              ? "trainable parameters (mean over steps)" : "trainable parameters (without head)"
          ]
        case .measure(let name): [MetricText.measure(name)]
        case .tasks: table.tasks.map(Self.header)
        case .average: ["average ↑"]
        }
      }
    rows = table.rows.flatMap { row in
      [Self.measured(row, table.columns)] + (row.published.map { [Self.published($0, table.columns)] } ?? [])
    }
  }

  private static func header(_ task: TaskColumn) -> String {
    guard let metric = task.metric else { return task.task }
    let splits = task.splits.count > 1 ? ", " + task.splitNames.joined(separator: " / ") : ""
    return "\(task.task) (\(MetricText.short(metric)) ↑\(splits))"
  }

  private static func measured(_ row: TableRow, _ columns: [TableColumn]) -> [DisplayCell] {
    [DisplayCell(row.label)]
      + columns.flatMap { column -> [DisplayCell] in
        switch column {
        case .parameters: return [DisplayCell(row.trainableParameters.map(NumberText.count) ?? "—")]
        case .measure(let name):
          let value = row.measures.first { $0.name == name }?.value
          return [DisplayCell(value.map { MetricText.value($0, of: name) } ?? "—")]
        case .tasks: return row.cells.map(cell)
        case .average: return [DisplayCell(row.average.map(NumberText.percent) ?? "—", rank: row.averageRank)]
        }
      }
  }

  /// What a cell reads: its values, and how many runs are not in them.
  static func cell(_ cell: TableCell) -> DisplayCell {
    let values = cell.splits.map { split in
      NumberText.percent(split.value) + (split.deviation.map { " ± " + NumberText.percent($0) } ?? "")
    }
    var suffix = cell.runs.contains { $0.state == .collapsed } ? " \(CellState.collapsedMark)" : ""
    let reasons = CellState.allCases.compactMap { state in
      let count = cell.runs.filter { CellState($0.state) == state }.count
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    if !values.isEmpty, !reasons.isEmpty {
      suffix += " (\(cell.countedRuns) of \(cell.runs.count); \(reasons.joined(separator: ", ")))"
    } else if cell.runs.contains(where: { $0.state != .missing }), !reasons.isEmpty {
      suffix += " (\(reasons.joined(separator: ", ")))"
    }
    return DisplayCell(values.isEmpty ? "—" : values.joined(separator: " / "), rank: cell.rank, suffix: suffix)
  }

  private static func published(_ row: PublishedRowFigures, _ columns: [TableColumn]) -> [DisplayCell] {
    let notes = [row.setting, row.isQuoted ? "quoted" : nil].compactMap { $0 }
    let label = "↳ published" + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
    return [DisplayCell(label)]
      + columns.flatMap { column -> [DisplayCell] in
        switch column {
        case .parameters:
          [
            DisplayCell(
              row.parameters.map(NumberText.count) ?? "",
              suffix: row.parametersCountedAs.map { " (\(MetricText.measure($0)))" } ?? "")
          ]
        case .measure(let name):
          [DisplayCell(row.measures.first { $0.name == name }?.value.map { MetricText.value($0, of: name) } ?? "")]
        case .tasks: row.tasks.map { DisplayCell($0.map(figure).joined(separator: " / ")) }
        case .average: [DisplayCell(row.average.map(figure) ?? "")]
        }
      }
  }

  private static func figure(_ figure: PublishedFigure) -> String {
    NumberText.percent(figure.value) + (figure.deviation.map { " ± " + NumberText.percent($0) } ?? "")
      + (figure.difference.map { " (\(NumberText.signedPercent($0)))" } ?? "")
  }
}

/// Why runs are not in a cell's value, as the cell counts them.
enum CellState: String, CaseIterable {
  case diverged
  case failed
  case undefined
  case unusable
  case missing

  /// The sign of a cell with a run that is in the value although its model answers everything alike.
  static let collapsedMark = "‡"

  /// Nil for runs that are in the value.
  init?(_ state: CellRun.State) {
    switch state {
    case .completed, .collapsed: return nil
    case .diverged: self = .diverged
    case .failed: self = .failed
    case .undefined: self = .undefined
    case .unscored, .outdated, .unreadable: self = .unusable
    case .missing: self = .missing
    }
  }

  /// What the word in a cell means.
  var note: String {
    switch self {
    case .diverged: "diverged: the loss became infinite or not a number; not in the value."
    case .failed: "failed: ended by an error; not in the value."
    case .undefined:
      "undefined: the score has no value, for the right answers of the validation set are all the same; not in the value."
    case .unusable: "unusable: the record is damaged, of other settings or without the score; not in the value."
    case .missing: "missing: not run."
    }
  }
}
