// A table for other programs: comma-separated values and JSON, with all digits. Scores are as their metric defines them
// (an accuracy is 0 to 1), published figures and differences in the same unit.
import Foundation
import Settings

/// Writes tables as comma-separated values (RFC 4180, lines end in `\n`): one line for each row, four columns for each
/// validation set of each task and two more where figures are published, then the average, the mean rank, the difference to the baseline,
/// and, where seeds are crossed, the parts of the variance.
package enum CSVTable {
  private struct Column {
    let name: String
    let value: (TableRow) -> String
  }

  /// The table as text. Equal tables are equal bytes.
  package static func render(_ table: TableModel) -> String {
    var columns = [
      Column(name: "row", value: \.id), Column(name: "label", value: \.label), Column(name: "unit") { _ in TableModel.unit },
      Column(name: "trainable_parameters") { CSVText.number($0.trainableParameters) },
    ]
    if table.published != nil {
      // a count of something else is in the JSON, which says of what
      columns.append(
        Column(name: "trainable_parameters.published") { row in
          CSVText.number(row.published.flatMap { $0.parametersCountedAs == nil ? $0.parameters : nil })
        })
    }
    for measure in table.rows.first?.measures ?? [] {
      columns.append(Column(name: measure.name) { row in CSVText.number(row.measures.first { $0.name == measure.name }?.value) })
      guard table.published != nil else { continue }
      columns.append(
        Column(name: measure.name + ".published") { row in
          CSVText.number(row.published?.measures.first { $0.name == measure.name }?.value)
        })
    }
    for (index, task) in table.tasks.enumerated() { columns += self.columns(task, index, table) }
    columns.append(Column(name: "average") { CSVText.number($0.average) })
    if table.published != nil { columns += published("average") { $0.published?.average } }
    columns.append(Column(name: "mean_rank") { CSVText.number($0.meanRank) })
    if let differences = table.differences { columns += self.columns(differences) }
    if let variance = table.variance { columns += variance.csvColumns.map { Column(name: $0.name, value: $0.value) } }
    let lines = [columns.map(\.name)] + table.rows.map { row in columns.map { $0.value(row) } }
    return lines.map { $0.map(CSVText.quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func columns(_ task: TaskColumn, _ index: Int, _ table: TableModel) -> [Column] {
    let splits = task.splits.isEmpty ? [""] : task.splits
    func name(_ split: String?) -> String { [task.task, split, task.metric].compactMap { $0 }.joined(separator: ".") }
    func figures(_ row: TableRow) -> [PublishedFigure] { row.published?.tasks[index] ?? [] }
    var columns = splits.enumerated().flatMap { position, split -> [Column] in
      let name = name(splits.count > 1 ? split : nil)
      func summary(_ row: TableRow) -> SplitSummary? { row.cells[index].splits.first { $0.split == split } }
      let measured = [
        Column(name: name) { CSVText.number(summary($0)?.value) },
        Column(name: name + ".deviation") { CSVText.number(summary($0)?.deviation) },
        Column(name: name + ".runs") { String($0.cells[index].countedRuns) },
        Column(name: name + ".states") { row in
          row.cells[index].runs.map { "\($0.seed):\($0.state.rawValue)" }.joined(separator: " ")
        },
      ]
      guard table.published != nil else { return measured }
      return measured + published(name) { figures($0).count == splits.count ? figures($0)[position] : nil }
    }
    if splits.count > 1, table.rows.contains(where: { figures($0).count == 1 }) {
      columns += published(name("overall")) { figures($0).count == 1 ? figures($0)[0] : nil }
    }
    return columns
  }

  private static func published(_ name: String, _ figure: @escaping (TableRow) -> PublishedFigure?) -> [Column] {
    [
      Column(name: name + ".published") { CSVText.number(figure($0)?.value) },
      Column(name: name + ".published_difference") { CSVText.number(figure($0)?.difference) },
    ]
  }

  private static func columns(_ differences: BaselineDifferences) -> [Column] {
    func column(_ name: String, _ value: @escaping (BaselineDifferences.Row) -> String) -> Column {
      Column(name: "baseline." + name) { row in differences.rows.first { $0.row == row.id }.map(value) ?? "" }
    }
    func number(_ name: String, _ value: @escaping (BaselineDifferences.Row) -> Double?) -> Column {
      column(name) { CSVText.number(value($0)) }
    }
    let columns = [
      number("difference", \.difference), number("low") { $0.estimate?.interval?.low },
      number("high") { $0.estimate?.interval?.high },
      column("tasks") { String($0.tasks.count) }, column("pairs") { String($0.pairs) },
      column("planned_pairs") { String($0.plannedPairs) }, column("better") { String($0.better) },
      column("equal") { String($0.equal) }, column("worse") { String($0.worse) }, number("p") { $0.test?.pValue },
      number("p_adjusted") { $0.test?.adjustedPValue }, number("p_holm") { $0.test?.holmPValue },
      number("p_least") { $0.test?.leastPValue }, number("detectable", \.detectable),
      number("without_task.least") { $0.leastWithoutTask?.difference },
      column("without_task.least.task") { $0.leastWithoutTask?.task ?? "" },
      number("without_task.greatest") { $0.greatestWithoutTask?.difference },
      column("without_task.greatest.task") { $0.greatestWithoutTask?.task ?? "" },
    ]
    guard differences.equivalence != nil else { return columns }
    return columns + [
      number("equivalence_low") { $0.estimate?.equivalenceInterval?.low },
      number("equivalence_high") { $0.estimate?.equivalenceInterval?.high },
      column("level") { $0.isLevel.map { $0 ? "yes" : "not shown" } ?? "" },
    ]
  }
}

extension TableModel {
  /// What scores are in, where a program reads them: an accuracy is 0 to 1. Markdown, LaTeX and text have percent.
  static let unit = "fraction"
}

/// Writes tables as JSON, all that is known of each cell in it.
package enum JSONTable {
  private struct Document: Encodable {
    let experiment: String
    let title: String
    let preregistered: String?
    let profile: String
    /// What scores are in.
    let unit: String
    let evaluation: EvaluationProtocol
    let seeds: [RunSeed]
    let tasks: [TaskColumn]
    let rows: [TableRow]
    let differences: BaselineDifferences?
    let variance: VarianceTable?
    let published: PublishedSource?
    let isComplete: Bool
    let problems: [String]
    let unlikeRows: [String]?
    let warnings: [String]
    let provenance: TableProvenance
  }

  /// The table as text with sorted keys. Equal tables are equal bytes.
  /// - Throws: where a value cannot be written as JSON.
  package static func render(_ table: TableModel) throws -> String {
    try text(
      Document(
        experiment: table.experiment, title: table.title, preregistered: table.preregistered.isEmpty ? nil : table.preregistered,
        profile: table.profile.rawValue, unit: TableModel.unit,
        evaluation: table.evaluation,
        seeds: table.seeds, tasks: table.tasks, rows: table.rows, differences: table.differences, variance: table.variance,
        published: table.published,
        isComplete: table.isComplete, problems: table.problems,
        unlikeRows: table.unlikeRows.isEmpty ? nil : table.unlikeRows, warnings: table.warnings, provenance: table.provenance))
  }

  /// A document as text with sorted keys.
  /// - Throws: where a value cannot be written as JSON.
  static func text(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
  }
}

/// Fields of comma-separated values.
enum CSVText {
  /// A number with all its digits; nothing for none.
  static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  /// A field, in quotes where it would else be read as several, and behind an apostrophe where a spreadsheet would take it for a
  /// formula (OWASP, *CSV injection*). A number is neither.
  static func quoted(_ field: String) -> String {
    let isFormula = field.first.map { "=+-@\t\r".contains($0) } ?? false && Double(field) == nil
    let text = isFormula ? "'" + field : field
    let needsQuotes =
      text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) } || text.hasPrefix(" ") || text.hasSuffix(" ")
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
