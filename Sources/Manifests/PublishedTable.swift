// What a paper prints, for a table of measured figures to stand beside. Scores are as printed: times 100.
import Records
import Settings

/// A paper whose tables are known.
package struct PublishedPaper: Sendable, Equatable, Codable {
  /// The id, as in `aflora`.
  package let id: String
  /// The paper's title.
  package internal(set) var title: String
  /// The number at arXiv, or nil.
  package internal(set) var arxiv: String?
  /// Where it appeared, or nil.
  package internal(set) var venue: String?
  /// The number of seeds behind a figure, where the paper says it.
  package internal(set) var seeds: Int?
  /// How the paper sums seeds up, where it says it.
  package internal(set) var statistic: String?
}

/// One score that a paper prints.
package struct PublishedScore: Sendable, Equatable, Codable {
  /// The task's id.
  package let task: String
  /// The metric's name.
  package let metric: String
  /// The validation set, where the task has several; `overall` for all of them together; else nil.
  package let split: String?
  /// The score, times 100.
  package let value: Double
  /// The standard deviation, times 100, where one is printed.
  package let deviation: Double?
}

/// One row of a paper's table.
package struct PublishedRow: Sendable, Equatable, Codable {
  /// The method's id.
  package internal(set) var method = ""
  /// The method's name in tables.
  package internal(set) var methodLabel = ""
  /// Options that tell the row from others of its method.
  package internal(set) var options = MethodOptions([])
  /// The id of the only row of a manifest that it belongs to, or nil.
  package internal(set) var row: String?
  /// What the paper calls this row of its method, as in `r=8`; nil where it has no name of its own.
  package internal(set) var setting: String?
  /// Trainable parameters without the head, as printed.
  package internal(set) var parameters: Double?
  /// The recorded number that `parameters` is, where a paper prints what is left after pruning in place of what is trained.
  package internal(set) var countedAs: String?
  /// Numbers of the method's own, by the name under which runs record theirs.
  package internal(set) var measures: [String: Double] = [:]
  /// Whether the paper copied the row from elsewhere.
  package internal(set) var isQuoted = false
  /// The scores, in the order written.
  package internal(set) var scores: [PublishedScore] = []
  /// The average that the paper prints, times 100.
  package internal(set) var average: Double?

  /// Whether the row belongs to an experiment's row, of which these are the runs.
  package func belongs(to row: MethodRow, runs: [RunSpecification]) -> Bool {
    method == row.method && (self.row ?? row.id) == row.id
      && runs.allSatisfy { run in options.values.allSatisfy { run.options[$0.name] == $0.value } }
  }
}

/// One table of a paper.
package struct PublishedTable: Sendable, Equatable, Codable {
  /// The id, as in `aflora-1`.
  package let id: String
  /// What paper prints it.
  package internal(set) var paper: PublishedPaper
  /// The table's number in the paper.
  package internal(set) var number: Int
  /// What it shows.
  package internal(set) var title: String
  /// The model that it is about.
  package internal(set) var model: String
  /// Whether the paper says how its scores are computed: by which program, with which tokens and references.
  package internal(set) var isProtocolStated = true
  /// The rows, in order.
  package internal(set) var rows: [PublishedRow]

  /// The file's name, in the folder of manifests.
  static let fileName = "published.yaml"
}
