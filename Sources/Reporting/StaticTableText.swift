// A paper's table without scores as Markdown: each line of ours above what the paper prints, and below what does not agree.
import Foundation
import Manifests
import Records
import Settings

/// What is known of runs before they are made, for tables that take no run.
package struct PlannedFacts: Sendable {
  /// Three numbers of a run: the least, the mean and the greatest possible.
  package typealias Bounds = (least: Double, expected: Double, greatest: Double)

  let rows: @Sendable (TaskDefinition) -> (training: Int, validation: [Int], test: [Int])?
  let meanTrainable: @Sendable (RunSpecification) throws -> Bounds?

  /// - Parameters:
  ///   - rows: the rows of a task's files; nil for a task that is not known.
  ///   - meanTrainable: the trainable parameters of a run without the head, averaged over its updates; nil where they are not known.
  package init(
    rows: @escaping @Sendable (TaskDefinition) -> (training: Int, validation: [Int], test: [Int])?,
    meanTrainable: @escaping @Sendable (RunSpecification) throws -> Bounds?
  ) {
    (self.rows, self.meanTrainable) = (rows, meanTrainable)
  }

  /// Nothing is known.
  package static let unknown = PlannedFacts(rows: { _ in nil }, meanTrainable: { _ in nil })
}

/// Writes tables without scores.
package struct StaticTableText {
  /// What this program has in place of a printed value.
  private struct Own {
    let text: String
    /// Between which numbers it lies; empty where it is no number.
    var bounds: [ClosedRange<Double>] = []

    static let unknown = Own(text: "—")
  }

  private let table: StaticTable
  private let experiment: Experiment
  private let facts: PlannedFacts

  /// A table beside the plan of its experiment.
  package init(_ table: StaticTable, beside experiment: Experiment, facts: PlannedFacts) {
    (self.table, self.experiment, self.facts) = (table, experiment, facts)
  }

  /// The table, and what of it does not agree.
  ///
  /// - Throws: what keeps a run from being planned.
  package func markdown() throws -> String {
    let columns = experiment.tasks.map(\.id) + (hasAverage ? [StaticTable.average] : [])
    var lines: [[String]] = []
    var (compared, unlike): (Int, [String]) = (0, [])
    var isBounded = false
    for row in table.rows {
      let own = try columns.map { try self.own(row, $0) }
      isBounded = isBounded || own.contains { $0.bounds.contains { $0.lowerBound < $0.upperBound } }
      lines.append([MarkdownText.plain(name(row))] + own.map { MarkdownText.plain($0.text) })
      lines.append(["↳ published"] + columns.map { MarkdownText.plain(row.text(of: $0) ?? "") })
      for (column, own) in zip(columns, own) {
        guard let text = row.text(of: column), let printed = PrintedNumber(text), !own.bounds.isEmpty else { continue }
        compared += 1
        if !printed.fits(own.bounds) { unlike.append("\(name(row)), \(column): \(text), but \(own.text)") }
      }
    }
    let paper = table.paper.arxiv.map { "arXiv \($0), Table \(table.number)" } ?? "\(table.paper.title), Table \(table.number)"
    return "**\(MarkdownText.plain(table.id))**: \(MarkdownText.plain(table.title)) (\(MarkdownText.plain(paper))), beside what "
      + "\(MarkdownText.plain(experiment.id)) has under the paper profile\n\n"
      + MarkdownText.table([""] + columns.map(MarkdownText.plain), lines)
      + "\n" + MarkdownText.lines(notes(compared: compared, unlike: unlike, isBounded: isBounded).map(MarkdownText.paragraph))
  }

  private var hasAverage: Bool { table.rows.contains { $0.text(of: StaticTable.average) != nil } }

  private func notes(compared: Int, unlike: [String], isBounded: Bool) -> [String] {
    var notes: [String] = []
    if isBounded {
      notes.append(
        "Where it depends on which matrices freeze first: the mean over all orders, and in brackets the least and the greatest "
          + "possible.")
    }
    if compared == 0 { return notes + ["Nothing here is known of what is printed."] }
    notes.append(
      unlike.isEmpty
        ? "All \(compared) printed numbers can be roundings of these."
        : "\(compared - unlike.count) of \(compared) printed numbers can be roundings of these. The others: "
          + unlike.joined(separator: "; ") + ".")
    return notes
  }

  private func name(_ row: StaticTable.Row) -> String {
    let rows = table.rows.compactMap(\.row)
    let isOfSeveral = Set(rows).count > 1, label = experiment.rows.first { $0.id == row.row }?.label ?? row.row ?? ""
    return switch row.quantity {
    case .trainingRows: "training rows"
    case .validationRows: "validation rows"
    case .testRows: "test rows"
    case .metric: "metric"
    case .parameters: isOfSeveral ? label : "trainable parameters"
    case .setting(let key): key.replacing("_", with: " ") + (isOfSeveral ? ", \(label)" : "")
    }
  }

  private func own(_ row: StaticTable.Row, _ column: String) throws -> Own {
    guard row.quantity.isOfARow else {
      return experiment.tasks.first { $0.id == column }.map { own(row.quantity, of: $0) } ?? .unknown
    }
    let runs = experiment.runs.filter { $0.row == row.row && $0.seed == experiment.seeds.first }
    if row.quantity == .parameters {
      let chosen = column == StaticTable.average ? runs : runs.filter { $0.task.id == column }
      let bounds = try chosen.map { try facts.meanTrainable($0) }
      return Self.own(bounds.compactMap { $0 }, of: bounds.count)
    }
    guard case .setting(let key) = row.quantity, let run = runs.first(where: { $0.task.id == column }),
      let value = run.options[key] ?? run.training.values.first(where: { $0.name == key })?.value
    else { return .unknown }
    return Own(text: value.readable, bounds: value.number.map { [$0...$0] } ?? [])
  }

  private func own(_ quantity: StaticTable.Quantity, of task: TaskDefinition) -> Own {
    if quantity == .metric {
      let reported = experiment.report.metrics.first { $0.task == task.id || $0.task == nil }?.metric
      return Own(text: MetricText.short(reported ?? task.primaryMetric.rawValue))
    }
    guard let rows = facts.rows(task) else { return .unknown }
    let counts =
      switch quantity {
      case .trainingRows: [rows.training]
      case .validationRows: rows.validation
      default: rows.test
      }
    return Own(
      text: counts.map(Self.grouped).joined(separator: "/"), bounds: counts.map { Double($0)...Double($0) })
  }

  /// The mean of several tasks' numbers; unknown where one of them is.
  private static func own(_ found: [PlannedFacts.Bounds], of count: Int) -> Own {
    guard count > 0, found.count == count else { return .unknown }
    func mean(_ value: (PlannedFacts.Bounds) -> Double) -> Double { found.reduce(0) { $0 + value($1) } / Double(count) }
    let (least, expected, greatest) = (mean(\.least), mean(\.expected), mean(\.greatest))
    let isExact = greatest - least < 0.5
    let text = isExact ? millions(expected) : "\(millions(expected)) (\(millions(least)) to \(millions(greatest)))"
    return Own(text: text, bounds: [isExact ? expected...expected : least...greatest])
  }

  /// One digit more than papers print, so that one sees which way a number is rounded.
  private static func millions(_ value: Double) -> String { String(format: "%.4fM", value / 1e6) }

  /// A count with commas between thousands.
  private static func grouped(_ count: Int) -> String {
    let digits = String(count)
    return digits.enumerated().map { place, digit in
      place > 0 && (digits.count - place) % 3 == 0 ? ",\(digit)" : String(digit)
    }.joined()
  }
}
