// How far rows are from the table's baseline, or from the mean of them all, seed by seed, where their scores are too alike for bars.
import Metrics
import Settings

/// Differences of a figure's rows to one reference.
struct ScoreDifferences {
  /// What the rows are compared with, for people.
  let label: String
  /// The id of the baseline; nil where rows are compared with their mean.
  let baseline: String?
  private let scores: FigureScores
  private let rows: [TableRow]

  /// Rows whose scores differ by less than this share of the greatest look alike as bars.
  private static let narrow = 0.2

  /// - Parameters:
  ///   - rows: the rows of the figure. The table's baseline may be another one; where it lacks a task, it is none.
  init(_ scores: FigureScores, rows: [TableRow]) {
    self.scores = scores
    self.rows = rows
    let reference = scores.table.differences.flatMap { differences in
      scores.table.rows.first { row in
        row.id == differences.baseline && scores.tasks.allSatisfy { !scores.seedScores(row, $0).isEmpty }
      }
    }
    baseline = reference?.id
    label = reference?.label ?? "mean of the rows"
  }

  /// Whether bars from zero would hide what tells rows apart: on half of the tasks or more they are within a fifth of the greatest.
  var areNarrow: Bool {
    let values = scores.tasks.map { task in rows.compactMap { scores.score($0, task)?.value } }.filter { $0.count > 1 }
    guard let greatest = values.flatMap({ $0 }).map(abs).max() else { return false }
    let narrow = values.count { ($0.max() ?? 0) - ($0.min() ?? 0) <= Self.narrow * greatest }
    return narrow * 2 >= values.count
  }

  /// The reference's own score, in percent; nil where there is none.
  /// - Parameter task: nil for the average.
  func reference(_ task: String?) -> FigureScores.Score? { scores.summary(references(task).map(\.score)) }

  /// A row less the reference in percentage points, over the seeds that both have; nil where they have none.
  /// - Parameter task: nil for the average.
  func difference(_ row: TableRow, _ task: String?) -> FigureScores.Score? {
    let references = references(task)
    let differences = scores.seedScores(row, task).compactMap { own in
      // Scores are fractions of whole numbers: differences that are equal must not be told apart by their rounding.
      references.first { $0.seed == own.seed }.map { ((own.score - $0.score) * 1e12).rounded() / 1e12 }
    }
    return scores.summary(differences)
  }

  /// The reference's score for each seed: the baseline's, or the mean of the rows that have as many seeds as any.
  private func references(_ task: String?) -> [(seed: RunSeed, score: Double)] {
    if let row = scores.table.rows.first(where: { $0.id == baseline }) { return scores.seedScores(row, task) }
    let all = rows.map { scores.seedScores($0, task) }
    let most = all.map(\.count).max() ?? 0
    let complete = all.filter { $0.count == most }
    return scores.table.seeds.compactMap { seed in
      let found = complete.compactMap { row in row.first { $0.seed == seed }?.score }
      return found.count == complete.count ? mean(found).map { (seed, $0) } : nil
    }
  }
}
