// A comparison as people and programs read it: the same cells in every form.
import Foundation
import Metrics
import Settings

extension Comparison {
  /// The comparison as text. Equal comparisons are equal bytes.
  /// - Parameter layout: how plain text is laid out.
  /// - Throws: where a value cannot be written as JSON.
  package func rendered(_ format: TableFormat, layout: TextTable.Layout = .init()) throws -> String {
    switch format {
    case .markdown: markdown
    case .csv: csv
    case .json: try json()
    case .latex: latex
    case .text: text(layout)
    }
  }

  /// The heading.
  private var title: String { "\(names.first) and \(names.second) (\(profile.rawValue) profile)" }

  /// The cells: each side's value, and how they differ.
  private var table: DisplayTable {
    DisplayTable(
      header: ["method, task", names.first, names.second, "difference", "paired difference", "same runs"],
      rows: cells.map { cell in
        let metric = cell.column.metric.map { " (\(MetricText.short($0)) ↑)" } ?? ""
        return [
          DisplayCell("\(cell.label), \(cell.column.task)\(metric)"), DisplayTable.cell(cell.first), DisplayTable.cell(cell.second),
          DisplayCell(cell.difference.map(NumberText.signedPercent) ?? "—"), DisplayCell(Self.paired(cell)),
          DisplayCell(cell.recorded == 0 ? "—" : "\(cell.same) of \(cell.recorded)"),
        ]
      })
  }

  /// `+0.70 [−0.10, +1.50] of 5`, or `of 4 of 5`: the mean over shared seeds, its interval where there is one, and how many seeds count, of
  /// those that are shared.
  private static func paired(_ cell: Cell) -> String {
    guard let paired = cell.paired else { return "—" }
    let ends = paired.interval().map { " " + NumberText.interval($0) } ?? ""
    let seeds = paired.design.seeds, planned = seeds < cell.shared.count ? " of \(cell.shared.count)" : ""
    return "\(NumberText.signedPercent(paired.mean))\(ends) of \(seeds)\(planned)"
  }

  /// How intervals of paired differences are made, and why some cells have none.
  private var pairedNote: String {
    let found = cells.compactMap(\.paired), designs = found.filter { $0.lack == nil }.map(\.design)
    let lacks: [IntervalLack] = [.equal, .irregular].filter { lack in found.contains { $0.lack == lack } }
    let interval = designs.isEmpty ? "" : ", with its 95% interval by \(designs.intervalMethod)"
    let isPart = cells.contains { cell in cell.paired.map { $0.design.seeds < cell.shared.count } ?? false }
    let paired = "Paired: the mean over the seeds that count on both sides\(isPart ? ", of those that both plan" : "")\(interval)."
    return ([paired] + designs.limits + lacks.map { "No interval where \($0.reason)." }).joined(separator: " ")
  }

  /// How the cells are made, and what their marks mean.
  private var cellNotes: [String] {
    let summary = evaluation.aggregate == .mean ? "mean ± sample standard deviation" : "median"
    let over =
      seeds.first == seeds.second
      ? "seeds \(seeds.first.list)" : "seeds \(seeds.first.list) of \(names.first) and \(seeds.second.list) of \(names.second)"
    let shown = cells.flatMap { [$0.first, $0.second] }
    var notes = [
      "Cells: \(summary) over \(over), of the \(evaluation.epoch.rawValue) epoch, in percent. Differences are \(names.second) less "
        + "\(names.first), in points.",
      pairedNote,
      "Same runs: of the shared seeds with a record on both sides, those whose two runs are one and the same, which cannot differ.",
    ]
    if shown.contains(where: { $0.runs.contains { $0.state == .collapsed } }) {
      notes.append(
        "\(CellState.collapsedMark) collapsed: in its best or its last epoch the model gives one answer to every row of a set; in the value."
      )
    }
    return notes + CellState.allCases.filter { state in shown.contains { $0.counts(state) } }.map(\.note)
  }

  /// The second side against the first by row, where there is a pair to compare.
  private var rowTable: DisplayTable? {
    guard rows.rows.contains(where: { $0.pairs > 0 }) else { return nil }
    return DisplayTable(rows, rowHeader: "method", labels: labels)
  }

  /// The rows' names for people, by id.
  private var labels: [String: String] { Dictionary(cells.map { ($0.row, $0.label) }, uniquingKeysWith: { first, _ in first }) }

  /// `training.epochs: 2 → 3 (all rows)`
  private var changeLines: [String] {
    changes.map { "\($0.difference.name): \($0.difference.first) → \($0.difference.second) (\($0.scope))" }
  }

  private static let settingsTitle = "What differs in the settings"
  private var withoutChanges: String { "No setting differs between the rows that both have." }

  private func text(_ layout: TextTable.Layout) -> String {
    func wrapped(_ lines: [String]) -> [String] { lines.flatMap { TextTable.wrapped($0, layout) } }
    var blocks = [wrapped([title]), TextTable.lines(table, layout), wrapped(cellNotes)]
    if let rowTable {
      blocks.append([rows.title, ""] + TextTable.lines(rowTable, layout))
      blocks.append(wrapped(rows.notes(labels: labels)))
    }
    blocks.append(changes.isEmpty ? [withoutChanges] : [Self.settingsTitle, ""] + wrapped(changeLines))
    blocks += [wrapped(notes), wrapped(problems.map { "incomplete: " + $0 })]
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private var markdown: String {
    var parts = [
      "# \(MarkdownText.plain(title))\n", MarkdownTable.markup(table), MarkdownText.lines(cellNotes.map(MarkdownText.paragraph)),
    ]
    if let rowTable {
      parts += ["**\(MarkdownText.plain(rows.title))**\n", MarkdownTable.markup(rowTable)]
      parts.append(MarkdownText.lines(rows.notes(labels: labels).map(MarkdownText.paragraph)))
    }
    func list(_ lines: [String]) -> String { lines.map { "- \(MarkdownText.plain($0))\n" }.joined() }
    parts += changes.isEmpty ? [withoutChanges + "\n"] : ["**\(Self.settingsTitle)**\n", list(changeLines)]
    if !notes.isEmpty { parts.append(list(notes)) }
    if !problems.isEmpty { parts += ["**Incomplete cells**\n", list(problems)] }
    return parts.joined(separator: "\n")
  }

  private var latex: String {
    var lines = ["% needs \\usepackage{booktabs}", "\\begin{table}", "  \\centering", "  \\caption{\(LaTeXText.plain(title))}"]
    lines += LaTeXTable.tabular(table)
    var paragraphs = cellNotes
    if let rowTable {
      lines +=
        ["", "  \\medskip", "  \\textbf{\(LaTeXText.plain(rows.title))}", "", "  \\smallskip"] + LaTeXTable.tabular(rowTable)
      paragraphs += rows.notes(labels: labels)
    }
    paragraphs += changes.isEmpty ? [withoutChanges] : [Self.settingsTitle + ":"] + changeLines
    paragraphs += notes + problems.map { "Incomplete: \($0)" }
    lines += ["", "  \\medskip", "  \\begin{minipage}{\\linewidth}", "    \\footnotesize"]
    lines += paragraphs.map { "    \(LaTeXText.plain($0))\\par" } + ["  \\end{minipage}", "\\end{table}"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A line a cell, with all digits; settings are not in it.
  private var csv: String {
    let header = [
      "row", "label", "task", "metric", "unit", "first", "first.deviation", "first.runs", "second", "second.deviation",
      "second.runs",
      "difference", "pairs", "paired_difference", "paired_low", "paired_high", "recorded_pairs", "same_runs",
    ]
    let lines = cells.map { cell -> [String] in
      func side(_ side: TableCell) -> [String] {
        let deviation = side.splits.count == 1 ? side.splits[0].deviation : nil
        return [CSVText.number(side.score), CSVText.number(deviation), String(side.countedRuns)]
      }
      let summary = CellSummary(cell)
      return [cell.row, cell.label, cell.column.task, cell.column.metric ?? "", TableModel.unit] + side(cell.first)
        + side(cell.second) + [
          CSVText.number(cell.difference), String(summary.pairs), CSVText.number(summary.pairedDifference),
          CSVText.number(summary.low), CSVText.number(summary.high), String(cell.recorded), String(cell.same),
        ]
    }
    return ([header] + lines).map { $0.map(CSVText.quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// What programs read of a cell beside both sides' runs.
  private struct CellSummary: Encodable {
    let pairs: Int
    let pairedDifference: Double?
    let low: Double?
    let high: Double?

    init(_ cell: Cell) {
      let paired = cell.paired, interval = paired?.interval()
      (pairs, pairedDifference) = (paired?.design.seeds ?? 0, paired?.mean)
      (low, high) = (interval?.low, interval?.high)
    }
  }

  private struct Document: Encodable {
    struct Entry: Encodable {
      let row: String
      let label: String
      let column: TaskColumn
      let first: TableCell
      let second: TableCell
      let difference: Double?
      let paired: CellSummary
      let recordedPairs: Int
      let sameRuns: Int
    }
    struct Setting: Encodable {
      let name: String
      let first: String
      let second: String
      let scope: String
    }

    let first: String
    let second: String
    let profile: String
    let unit: String
    let evaluation: EvaluationProtocol
    let cells: [Entry]
    let rows: BaselineDifferences
    let settings: [Setting]
    let notes: [String]
    let problems: [String]
  }

  private func json() throws -> String {
    let document = Document(
      first: names.first, second: names.second, profile: profile.rawValue, unit: TableModel.unit, evaluation: evaluation,
      cells: cells.map { cell in
        Document.Entry(
          row: cell.row, label: cell.label, column: cell.column, first: cell.first, second: cell.second,
          difference: cell.difference,
          paired: CellSummary(cell), recordedPairs: cell.recorded, sameRuns: cell.same)
      }, rows: rows,
      settings: changes.map {
        Document.Setting(name: $0.difference.name, first: $0.difference.first, second: $0.difference.second, scope: $0.scope)
      }, notes: notes, problems: problems)
    return try JSONTable.text(document)
  }
}
