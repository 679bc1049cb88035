// A table of a paper that takes no run: what it prints of its data, its settings and its sizes.
import Settings

/// Numbers that a paper prints of data, settings or sizes; beside them stands what the plan of an experiment has.
package struct StaticTable: Sendable, Equatable {
  /// What a row is of.
  package enum Quantity: Sendable, Equatable {
    /// Rows of the task's files.
    case trainingRows, validationRows, testRows
    /// The metric that the experiment reports.
    case metric
    /// Trainable parameters without the head, averaged over training.
    case parameters
    /// A training setting, or an option of the row's method, by its key.
    case setting(String)

    /// The names of those that are no settings.
    static let names = ["training-rows", "validation-rows", "test-rows", "metric", "parameters"]

    init(_ name: String) {
      self =
        switch name {
        case "training-rows": .trainingRows
        case "validation-rows": .validationRows
        case "test-rows": .testRows
        case "metric": .metric
        case "parameters": .parameters
        default: .setting(name)
        }
    }

    /// Whether it is a run's, and not the task's alone.
    package var isOfARow: Bool {
      switch self {
      case .parameters, .setting: true
      case .trainingRows, .validationRows, .testRows, .metric: false
      }
    }
  }

  /// One line of the paper's table.
  package struct Row: Sendable, Equatable {
    /// What it is of.
    package internal(set) var quantity = Quantity.metric
    /// The experiment's row that it is of; nil for a quantity of the task's.
    package internal(set) var row: String?
    /// What is printed, by task, or under `average`, in the order written.
    package internal(set) var printed: [Printed] = []
    /// What is printed once for all tasks.
    package internal(set) var common: String?
    /// Where it stands in the file.
    package internal(set) var position: SourcePosition

    /// What is printed of a task, or of the average.
    package func text(of task: String) -> String? {
      printed.first { $0.task == task }?.text ?? (task == StaticTable.average ? nil : common)
    }
  }

  /// A printed value.
  package struct Printed: Sendable, Equatable {
    /// The task's id; `average` for that over the experiment's tasks.
    package let task: String
    /// The value as printed.
    package let text: String
  }

  /// The name of the average's column.
  package static let average = "average"

  /// The id, as in `aflora-5`.
  package let id: String
  /// What paper prints it.
  package internal(set) var paper: PublishedPaper
  /// The table's number in the paper.
  package internal(set) var number = 0
  /// What it shows.
  package internal(set) var title = ""
  /// The manifest whose plan under the paper profile stands beside it.
  package internal(set) var experiment = ""
  /// The rows, in order.
  package internal(set) var rows: [Row] = []
  /// Where it stands in the file.
  package let position: SourcePosition

  /// What a row says of the experiment that is not so: a row or a task that it has not.
  func problems(against experiment: Experiment) -> [Problem] {
    var problems: [Problem] = []
    for row in rows {
      let known = experiment.rows.map(\.id)
      if let id = row.row, !known.contains(id) {
        problems.append(
          Problem(
            at: row.position,
            "'\(SourceNode.shortened(id))' is no row of \(experiment.id)." + Suggestion.sentence(for: id, among: known)
              + Suggestion.list("rows", known)))
      }
      let tasks = experiment.tasks.map(\.id)
      for task in row.printed.map(\.task) where task != Self.average && !tasks.contains(task) {
        problems.append(Problem(at: row.position, "'\(task)' is no task of \(experiment.id)." + Suggestion.list("tasks", tasks)))
      }
    }
    return problems
  }
}
