// What a paper prints, for a table of measured figures to stand beside. Scores are as printed: times 100.
import Settings

/// A paper whose tables are known.
public struct PublishedPaper: Sendable, Equatable {
  /// The id, as in `aflora`.
  public let id: String
  /// The title.
  public let title: String
  /// The number at arXiv, or nil.
  public let arxiv: String?
  /// Where it appeared, or nil.
  public let venue: String?
  /// The number of seeds behind a figure, where the paper says it.
  public let seeds: Int?
  /// How the paper sums seeds up, where it says it.
  public let statistic: String?
}

/// One score that a paper prints.
public struct PublishedScore: Sendable, Equatable {
  /// The task's id.
  public let task: String
  /// The metric's name.
  public let metric: String
  /// The validation set, where the task has several; `overall` for all of them together; else nil.
  public let split: String?
  /// The score, times 100.
  public let value: Double
  /// The standard deviation, times 100, where one is printed.
  public let deviation: Double?
}

/// One row of a paper's table.
public struct PublishedRow: Sendable {
  /// The method's id.
  public let method: String
  /// Options that tell the row from others of its method.
  public let options: MethodOptions
  /// The id of the only row of a manifest that it belongs to, or nil.
  public let row: String?
  /// What the paper calls this row of its method, as in `r=8`; nil where it has no name of its own.
  public let setting: String?
  /// Trainable parameters without the head, as printed.
  public let parameters: Double?
  /// Numbers of the method's own, by the name under which runs record theirs.
  public let measures: [(name: String, value: Double)]
  /// Whether the paper copied the row from elsewhere.
  public let isQuoted: Bool
  /// The scores, in the order written.
  public let scores: [PublishedScore]
  /// The average that the paper prints, times 100.
  public let average: Double?

  /// The published number of a measure; nil where there is none.
  public func measure(_ name: String) -> Double? { measures.first { $0.name == name }?.value }

  /// Whether the row belongs to a manifest's row, of which these are the runs.
  public func belongs(to row: MethodRow, runs: [RunSpecification]) -> Bool {
    method == row.method && (self.row ?? row.id) == row.id
      && runs.allSatisfy { run in options.values.allSatisfy { run.options[$0.name] == $0.value } }
  }
}

extension PublishedRow: Equatable {
  public static func == (first: PublishedRow, second: PublishedRow) -> Bool {
    first.method == second.method && first.options == second.options && first.row == second.row && first.setting == second.setting
      && first.parameters == second.parameters && first.isQuoted == second.isQuoted && first.scores == second.scores
      && first.average == second.average && first.measures.elementsEqual(second.measures, by: ==)
  }
}

/// One table of a paper.
public struct PublishedTable: Sendable, Equatable {
  /// The id, as in `aflora-1`.
  public let id: String
  /// The paper.
  public let paper: PublishedPaper
  /// The table's number in the paper.
  public let number: Int
  /// What it shows.
  public let title: String
  /// The model that it is about.
  public let model: String
  /// The rows, in order.
  public let rows: [PublishedRow]

  /// The file's name, in the folder of manifests.
  static let fileName = "published.yaml"
}
