// What a table's cells say of some rows and tasks, in percent, and of how many seeds.
import Manifests
import Metrics
import Settings

/// The scores of a table's rows on a figure's tasks.
struct FigureScores {
  /// A value in percent over some seeds.
  struct Score: Equatable {
    /// The mean, or the median.
    let value: Double
    /// The sample standard deviation; nil for one seed and for medians.
    let deviation: Double?
    /// How many seeds it is made of.
    let seeds: Int
  }

  let table: TableModel
  let tasks: [String]

  /// The mean, or the median, of a row on a task; nil where no run counts.
  func score(_ row: TableRow, _ task: String) -> Score? {
    guard let cell = cell(row, task), let value = cell.score else { return nil }
    let scores = cell.runs.compactMap(\.score)
    return Score(value: value * 100, deviation: deviation(scores), seeds: scores.count)
  }

  /// The average over the tasks, with the deviation of the seeds' averages and the fewest seeds of a task; nil where a task has no
  /// score.
  func average(_ row: TableRow) -> Score? {
    let scores = tasks.compactMap { score(row, $0) }
    guard scores.count == tasks.count, let value = mean(scores.map(\.value)) else { return nil }
    let averages = seedScores(row, nil).map(\.score)
    return Score(value: value, deviation: deviation(averages), seeds: scores.map(\.seeds).min() ?? 0)
  }

  /// The score of each seed that counts in a row, as a share: on a task, or on the average of all where none is given.
  func seedScores(_ row: TableRow, _ task: String?) -> [(seed: RunSeed, score: Double)] {
    table.seeds.compactMap { seed in
      let scores = (task.map { [$0] } ?? tasks).map { task in cell(row, task)?.runs.first { $0.seed == seed }?.score }
      let found = scores.compactMap { $0 }
      return found.count == scores.count ? mean(found).map { (seed, $0) } : nil
    }
  }

  /// The summary of shares as a cell has it, in percent; nil for none.
  func summary(_ shares: [Double]) -> Score? {
    let value = table.evaluation.aggregate == .mean ? mean(shares) : median(shares)
    return value.map { Score(value: $0 * 100, deviation: deviation(shares), seeds: shares.count) }
  }

  /// The name of a task with its metric.
  func name(_ task: String) -> String {
    let metric = table.tasks.first { $0.task == task }?.metric
    return task + (metric.map { ", " + MetricText.short($0) } ?? "")
  }

  /// Which epoch is reported.
  var epoch: String { table.evaluation.epoch == .best ? "best epoch" : "last epoch" }

  /// Of how many seeds the scores that are drawn really are, and what their error bars show.
  func phrase(_ scores: [Score]) -> String {
    let counts = Set(scores.map(\.seeds)).sorted()
    let kind = table.evaluation.aggregate == .mean ? "mean" : "median"
    let made =
      switch (counts.count, counts.last ?? 0) {
      case (1, 1): table.seeds.count == 1 ? table.seeds[0].phrase : "one seed of \(table.seeds.count)"
      case (0, _): "no seed in common"
      case (1, let count): "\(kind) over \(count) seeds"
      case (_, let most): "\(kind) over \(most) seeds, or over n where that stands beside it"
      }
    return made + (scores.contains { $0.deviation != nil } ? ", error bars: sample standard deviation" : "")
  }

  /// `n=1`, or `n=1–2`, where one of some scores is of fewer seeds than most of all; nil where none is.
  func mark(_ scores: [Score], among all: [Score]) -> String? {
    guard let least = scores.map(\.seeds).min(), let most = scores.map(\.seeds).max(), least < all.map(\.seeds).max() ?? 0 else {
      return nil
    }
    return "n=\(least)" + (most > least ? "–\(most)" : "")
  }

  private func cell(_ row: TableRow, _ task: String) -> TableCell? {
    table.tasks.firstIndex { $0.task == task }.map { row.cells[$0] }
  }

  private func deviation(_ scores: [Double]) -> Double? {
    table.evaluation.aggregate == .mean ? sampleStandardDeviation(scores).map { $0 * 100 } : nil
  }
}
