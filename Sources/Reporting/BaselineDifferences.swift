// What each row gains or loses against the table's baseline, over pairs of one task and one seed. Each seed of a task is one pair,
// whatever number of metrics is shown of it: the task's first one counts.
import Metrics

/// The differences of a table's rows to one of them.
package struct BaselineDifferences: Sendable, Equatable, Encodable {
  /// With fewer seeds on any task no test is made.
  static let fewestSeeds = 3

  /// One row against the baseline.
  package struct Row: Sendable, Equatable, Encodable {
    /// The row's id.
    package let row: String
    /// The mean of row less baseline over the pairs, as shares (0.01 is one point); nil without pairs.
    package let difference: Double?
    /// The pairs: one task and one seed that count in both rows, in the task's first metric.
    package let pairs: Int
    /// Pairs in which the row is better.
    package let better: Int
    /// Pairs in which both are equal.
    package let equal: Int
    /// Pairs in which the row is worse.
    package let worse: Int
    /// The fewest seeds that pair up on any of the table's tasks.
    package let seeds: Int
    /// Wilcoxon's signed-rank test over the pairs, two-sided; nil with too few seeds, or where no pair differs.
    package let pValue: Double?
    /// `pValue` adjusted by Holm for all rows that were tested.
    package internal(set) var adjustedPValue: Double?
  }

  /// The id of the row that the others are compared with.
  package let baseline: String
  /// Its name for people.
  package let label: String
  /// The other rows, in the table's order.
  package let rows: [Row]

  /// Compares rows in the first metric of each task; nil where the baseline is none of them or stands alone.
  /// - Parameter columns: the columns that the rows' cells are of.
  init?(rows: [TableRow], columns: [TaskColumn], baseline: String) {
    let rows = rows.map { row in
      var first = row
      first.cells = zip(columns, row.cells).filter(\.0.isFirst).map(\.1)
      return first
    }
    guard let reference = rows.first(where: { $0.id == baseline }), rows.count > 1 else { return nil }
    self.init(rows.filter { $0.id != baseline }.map { ($0, reference) }, baseline: baseline, label: reference.label)
  }

  /// Compares each row with one of its own.
  /// - Parameters:
  ///   - pairs: rows with what they are compared with, of the same columns, one for each task.
  ///   - baseline: what the rows are compared with, by its id.
  ///   - label: its name for people.
  init(_ pairs: [(row: TableRow, reference: TableRow)], baseline: String, label: String) {
    self.baseline = baseline
    self.label = label
    var compared = pairs.map { Self.compare($0.row, with: $0.reference) }
    let tested = compared.indices.filter { compared[$0].pValue != nil }
    for (index, value) in zip(tested, holmAdjusted(tested.compactMap { compared[$0].pValue })) {
      compared[index].adjustedPValue = value
    }
    self.rows = compared
  }

  private static func compare(_ row: TableRow, with reference: TableRow) -> Row {
    var own: [Double] = []
    var others: [Double] = []
    var seeds = Int.max
    for (cell, other) in zip(row.cells, reference.cells) {
      let before = own.count
      for run in cell.runs {
        guard let score = run.score, let against = other.runs.first(where: { $0.seed == run.seed })?.score else { continue }
        own.append(score)
        others.append(against)
      }
      seeds = min(seeds, own.count - before)
    }
    let differences = zip(own, others).map(Self.difference)
    let test = seeds >= fewestSeeds ? wilcoxonSignedRankTest(differences, differences.map { _ in 0 }) : nil
    return Row(
      row: row.id, difference: mean(differences), pairs: differences.count, better: differences.filter { $0 > 0 }.count,
      equal: differences.filter { $0 == 0 }.count, worse: differences.filter { $0 < 0 }.count,
      seeds: row.cells.isEmpty ? 0 : seeds, pValue: test?.pValue)
  }

  /// A score less another. Scores are fractions of whole numbers: differences that are equal must not be told apart by their
  /// rounding.
  static func difference(_ score: Double, _ other: Double) -> Double { ((score - other) * 1e12).rounded() / 1e12 }
}
