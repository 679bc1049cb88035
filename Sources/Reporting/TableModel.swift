// A table as a value: what its cells say, which are best, what is missing and where the numbers come from. Renderers only
// write it down.
import Manifests
import Settings

/// Which epoch and metric are reported and how seeds are summarised.
package struct EvaluationProtocol: Sendable, Equatable, Encodable {
  /// Which epoch of a run is reported.
  package let epoch: EpochChoice
  /// How a cell summarises its seeds.
  package let aggregate: SeedAggregate
  /// The metric of every task that recorded it, in place of the manifest's; nil: as the manifest says.
  package let metric: String?

  /// Makes a protocol from its parts.
  package init(epoch: EpochChoice, aggregate: SeedAggregate, metric: String? = nil) {
    self.epoch = epoch
    self.aggregate = aggregate
    self.metric = metric
  }
}

/// What became of one planned run.
package struct CellRun: Sendable, Equatable, Encodable {
  /// How a run stands in its cell.
  package enum State: String, Sendable, Encodable {
    /// In the mean.
    case completed
    /// In the mean, though the model answers everything alike; a correlation that has no value is 0 there.
    case collapsed
    /// Completed, but the score has no value, for the right answers of the validation set are all the same; not in the mean.
    case undefined
    /// Ended by a loss that is infinite or not a number; not in the mean.
    case diverged
    /// Ended by an error; not in the mean.
    case failed
    /// Completed without the score that the table shows.
    case unscored
    /// Made with other settings than the manifest has now; not in the mean.
    case outdated
    /// There is a record, but it cannot be used.
    case unreadable
    /// There is no record.
    case missing

    /// Whether the run's score is in its cell's value.
    package var counts: Bool { self == .completed || self == .collapsed }
  }

  /// The detail of a collapsed run whose score has no value.
  static let countedAsZero = "undefined, counted as 0"

  /// The run's seed.
  package let seed: RunSeed
  /// How the run stands.
  package let state: State
  /// More on the state, as `at step 12`.
  package let detail: String?
  /// The score on each of the cell's validation sets; nil where the run does not count.
  package let scores: [Double]?

  init(seed: RunSeed, state: State, detail: String? = nil, scores: [Double]? = nil) {
    self.seed = seed
    self.state = state
    self.detail = detail
    self.scores = scores
  }

  /// The mean over the validation sets; nil where the run does not count.
  package var score: Double? { scores.flatMap { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) } }
}

/// The mean of a recorded number over a row's runs.
package struct RowMeasure: Sendable, Equatable, Encodable {
  /// The measure's name.
  package let name: String
  /// The mean over the row's runs that are in a cell; nil where none recorded it.
  package let value: Double?
}

/// The summary of one validation set over a cell's seeds.
package struct SplitSummary: Sendable, Equatable, Encodable {
  /// The validation set.
  package let split: String
  /// Mean or median, as the metric defines it (an accuracy is 0 to 1).
  package let value: Double
  /// The sample standard deviation; nil for one seed and for medians.
  package let deviation: Double?
}

/// A place among the best of a column.
package enum Rank: String, Sendable, Encodable {
  case best
  case second
}

/// One row's runs on one task.
package struct TableCell: Sendable, Equatable, Encodable {
  /// One summary for each validation set; empty where no run counts.
  package let splits: [SplitSummary]
  /// Every planned run.
  package let runs: [CellRun]
  /// The place among the column's cells with as many runs as any.
  package internal(set) var rank: Rank?

  /// The mean over validation sets; nil where no run counts.
  package var score: Double? {
    splits.isEmpty ? nil : splits.reduce(0) { $0 + $1.value } / Double(splits.count)
  }

  /// The runs that the value is made of.
  var countedRuns: Int { runs.filter(\.state.counts).count }
  /// The runs that there is no record of.
  var missingRuns: Int { runs.filter { $0.state == .missing }.count }
}

/// One row.
package struct TableRow: Sendable, Equatable, Encodable {
  /// The row's id.
  package let id: String
  /// The row's name for people.
  package let label: String
  /// Trainable parameters without the task's head, averaged over training and runs; nil where no run completed.
  package let trainableParameters: Double?
  /// The measures that the table has a column for, in its order.
  package let measures: [RowMeasure]
  /// One cell for each of the table's columns of tasks.
  package internal(set) var cells: [TableCell]
  /// The mean of the cells' scores; nil where a cell has none.
  package let average: Double?
  /// The average's place among those of rows whose cells have as many runs as any.
  package internal(set) var averageRank: Rank?
  /// The mean over tasks of the row's rank among the rows, 1 being the best and equal scores sharing theirs, in each task's first metric;
  /// nil where a cell has fewer runs than another of its column.
  package internal(set) var meanRank: Double?
  /// What the paper prints for this row; nil where it prints nothing, and under every profile but `paper`.
  package let published: PublishedRowFigures?
}

/// One task of a table, or one metric of a task that has several.
package struct TaskColumn: Sendable, Equatable, Encodable {
  /// The task's id.
  package let task: String
  /// The metric; nil while neither manifest nor any record says it.
  package let metric: String?
  /// The sets that are shown, in the order recorded: those that chose nothing, where there are any.
  package let splits: [String]
  /// Whether the sets shown chose nothing.
  let isHeldOut: Bool
  /// The metric that chose the best epoch, averaged over the sets that choose; nil without any record.
  package let selection: String?
  /// Whether no column before it is of the same task.
  let isFirst: Bool

  private enum CodingKeys: String, CodingKey { case task, metric, splits, selection }

  /// What the sets are called where their table says that they are held out: MNLI's `matched`, not `test_matched`.
  var splitNames: [String] { splits.map { isHeldOut && $0.hasPrefix("test_") ? String($0.dropFirst(5)) : $0 } }
}

/// A column beside the rows' names.
package enum TableColumn: Sendable, Equatable {
  case parameters
  /// One for each task.
  case tasks
  case average
  /// A number that runs recorded, by its name.
  case measure(String)
}

/// What a table shows, before it has a format: rows, columns, cells, warnings and where they come from.
package struct TableModel: Sendable, Equatable {
  /// The id of the manifest.
  package let experiment: String
  /// What names it on the command line.
  let callName: String
  /// The title for people.
  package let title: String
  /// What the table is about; may be empty.
  package let description: String
  /// What was expected, by which test, before the first run; may be empty.
  package let preregistered: String
  /// The size at which its runs were made.
  package let profile: Profile
  /// Which epoch is reported and how seeds are summarised.
  package let evaluation: EvaluationProtocol
  /// The planned seeds.
  package let seeds: [RunSeed]
  /// What the rows' names are.
  let rowHeader: String
  /// The columns, in order.
  package let columns: [TableColumn]
  /// The tasks, in order.
  package let tasks: [TaskColumn]
  /// The rows, in order.
  package let rows: [TableRow]
  /// Whether some method's trainable parameters change during training.
  let parametersVary: Bool
  /// The differences to the manifest's baseline; nil where it names none.
  package let differences: BaselineDifferences?
  /// Where the variance of the scores comes from; nil where seeds are not crossed.
  package let variance: VarianceTable?
  /// Where the published figures are from; nil where there are none.
  package let published: PublishedSource?
  /// Every cell with a run that is not in it, one sentence each.
  package let problems: [String]
  /// How rows differ in what no one asked for: layers, ranks, updates, budgets.
  let unlikeRows: [String]
  /// What a reader must know of the runs as a whole, as two different models in one table.
  let warnings: [String]
  /// Where the numbers come from.
  package let provenance: TableProvenance

  /// Whether every planned run is in its cell.
  package var isComplete: Bool { problems.isEmpty }

  /// `2 of 8 runs missing`, or `3 of 8 runs: 2 missing, 1 diverged`: what keeps runs out of their cells; nil where nothing does.
  package var lack: String? {
    if isComplete { return nil }
    let runs = rows.flatMap { row in zip(tasks, row.cells).filter(\.0.isFirst).flatMap(\.1.runs) }
    let counts = CellState.allCases.filter { $0 != .undefined }.map { state in
      (state, runs.filter { CellState($0.state) == state }.count)
    }.filter { $0.1 > 0 }
    let head = "\(counts.reduce(0) { $0 + $1.1 }) of \(runs.count) runs"
    if let only = counts.first, counts.count == 1 { return "\(head) \(only.0.rawValue)" }
    return "\(head): " + counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
  }
}
