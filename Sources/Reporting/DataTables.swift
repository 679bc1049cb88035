// A table for other programs: comma-separated values and JSON, with all digits. Scores are as their metric defines them
// (an accuracy is 0 to 1).
import Foundation

/// Writes tables as comma-separated values (RFC 4180, lines end in `\n`): one line for each row, four columns for each
/// validation set of each task.
public enum CSVTable {
  /// The table as text. Equal tables are equal bytes.
  public static func render(_ table: TableModel) -> String {
    let tasks = table.tasks.flatMap { task in (task.splits.isEmpty ? [""] : task.splits).map { (task, $0) } }
    let header =
      ["row", "label", "trainable_parameters"]
      + tasks.flatMap { task, split -> [String] in
        let name = [task.task, task.splits.count > 1 ? split : nil, task.metric].compactMap { $0 }.joined(separator: ".")
        return [name, name + ".deviation", name + ".runs", name + ".states"]
      } + ["average"]
    let lines = table.rows.map { row -> [String] in
      let cells = zip(table.tasks, row.cells).flatMap { task, cell in
        (task.splits.isEmpty ? [""] : task.splits).flatMap { split -> [String] in
          let summary = cell.splits.first { $0.split == split }
          let states = cell.runs.map { "\($0.seed):\($0.state.rawValue)" }.joined(separator: " ")
          return [number(summary?.value), number(summary?.deviation), String(cell.countedRuns), states]
        }
      }
      return [row.id, row.label, number(row.trainableParameters)] + cells + [number(row.average)]
    }
    return ([header] + lines).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  private static func quoted(_ text: String) -> String {
    let needsQuotes =
      text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) } || text.hasPrefix(" ") || text.hasSuffix(" ")
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}

/// Writes tables as JSON, all that is known of each cell in it.
public enum JSONTable {
  private struct Document: Encodable {
    let experiment: String
    let title: String
    let profile: String
    let evaluation: EvaluationProtocol
    let seeds: [Int]
    let tasks: [TaskColumn]
    let rows: [TableRow]
    let isComplete: Bool
    let problems: [String]
    let warnings: [String]
    let provenance: TableProvenance
  }

  /// The table as text with sorted keys. Equal tables are equal bytes.
  /// - Throws: where a value cannot be written as JSON.
  public static func render(_ table: TableModel) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let data = try encoder.encode(
      Document(
        experiment: table.experiment, title: table.title, profile: table.profile.rawValue, evaluation: table.evaluation,
        seeds: table.seeds, tasks: table.tasks, rows: table.rows, isComplete: table.isComplete, problems: table.problems,
        warnings: table.warnings, provenance: table.provenance))
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
