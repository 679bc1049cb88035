// What a task's files look like and how it is scored: one description for the program's own tasks and for the user's.
import Metrics

/// A task on texts: a class or a number for a sentence or a pair of them, or a text to be written after a prompt.
///
/// ```swift
/// let definition = GLUETask.mrpc.definition
/// definition.metrics  // [.accuracy, .f1, .accuracyF1Mean]
/// definition.problems.isEmpty  // true
/// ```
package struct TaskDefinition: Sendable, Equatable {
  /// How a file is written.
  package enum Format: String, Sendable, CaseIterable {
    /// Tab-separated columns without any quoting.
    case tsv
    /// One JSON object per line.
    case jsonl
    /// Columns between commas, quoted where they need it (RFC 4180).
    case csv
    /// DART's entries, as JSON or as XML: a row for each of an entry's texts, with the columns `triples`
    /// (`subject : relation : object | …`) and `text`.
    case dart

    /// Whether a file is a table, whose columns may be known by their numbers.
    package var isTable: Bool { self == .tsv || self == .csv }

    /// The columns of a row where the format says which there are; nil where the files say it.
    package var columns: [String]? { self == .dart ? ["triples", "text"] : nil }
  }

  /// A column of a table or a field of a JSON object.
  package enum Column: Sendable, Equatable {
    /// By position, from 0; in tables only.
    case index(Int)
    /// By its name in the header, or its key in a JSON object.
    case name(String)
  }

  /// The columns of a row with a label; others are ignored.
  package struct Columns: Sendable, Equatable {
    /// The only or the first text.
    package let first: Column
    /// The second text; nil for single sentences.
    package let second: Column?
    /// The label or score.
    package let label: Column

    /// Names the columns.
    package init(first: Column, second: Column? = nil, label: Column) {
      self.first = first
      self.second = second
      self.label = label
    }
  }

  /// A named validation file.
  package struct ValidationFile: Sendable, Equatable {
    /// The set's name: "validation"; for MNLI "matched" and "mismatched".
    package let name: String
    /// The file within the task's folder.
    package let file: String
    /// Which of the file's rows are meant.
    package let rows: RowPart
    /// Whether its rows choose nothing and are only reported.
    package let isHeldOut: Bool
    /// Whether its right texts stand in the training file's columns of targets, not in those of references.
    package let hasTargets: Bool

    /// Names a validation file.
    package init(name: String, file: String, rows: RowPart = .all, isHeldOut: Bool = false, hasTargets: Bool = false) {
      self.name = name
      self.file = file
      self.rows = rows
      self.isHeldOut = isHeldOut
      self.hasTargets = hasTargets
    }
  }

  /// What is to be predicted.
  package enum Target: Sendable, Equatable {
    /// One of these labels, as the file writes them; a class's number is its position here.
    case classes([String])
    /// A real number.
    case regression
    /// A text that follows a prompt.
    case text(Completion)
  }

  /// The short name in manifests and paths: "mrpc".
  package var id: String
  /// The name for people: "MRPC".
  package var title: String
  /// The names the task's folder may have, the official one first; empty where the files lie in the folder given.
  package var folders: [String]
  /// How the files are written.
  package var format: Format
  /// Whether the first line of a table names the columns.
  package var hasHeader: Bool
  /// The training file: a path within the task's folder, or from the root; empty where only a record is at hand, which names no place.
  package var train: String
  /// The validation files; those of a task of which only a record is at hand have empty paths.
  package var validation: [ValidationFile]
  /// Rows that a run may be reported on which nothing else looks at; nil where the task has none.
  package var heldOut: HeldOut?
  /// The columns of the texts and of the label; nil where a text is to be written, which names its own.
  package var columns: Columns?
  /// What is to be predicted.
  package var target: Target
  /// Labels of rows to leave out and count: MNLI's `-`, where annotators did not agree.
  package var ignoredLabels: [String]
  /// Whether rows with another number of columns than the header are left out and counted, as the usual readers do
  /// with a few lines of the official QQP files; otherwise such a row is an error.
  package var skipsIrregularRows: Bool
  /// The metrics, the primary one first.
  package var metrics: [Metric]

  /// Takes a definition as it is; `problems` says whether it holds together.
  package init(
    id: String, title: String, folders: [String] = [], format: Format = .tsv, hasHeader: Bool = true,
    train: String = "train.tsv", validation: [ValidationFile] = [.init(name: "validation", file: "dev.tsv")],
    heldOut: HeldOut? = nil,
    columns: Columns?, target: Target, ignoredLabels: [String] = [], skipsIrregularRows: Bool = false,
    metrics: [Metric]
  ) {
    self.id = id
    self.title = title
    self.folders = folders
    self.format = format
    self.hasHeader = hasHeader
    self.train = train
    self.validation = validation
    self.heldOut = heldOut
    self.columns = columns
    self.target = target
    self.ignoredLabels = ignoredLabels
    self.skipsIrregularRows = skipsIrregularRows
    self.metrics = metrics
  }

  /// The number of outputs that a model's head needs: one per class, or 1 for regression; nil for texts, whose outputs are words.
  package var outputCount: Int? {
    switch target {
    case .classes(let labels): labels.count
    case .regression: 1
    case .text: nil
    }
  }

  /// The metric by which epochs and methods are compared.
  ///
  /// - Precondition: the definition has no problem.
  package var primaryMetric: Metric { metrics[0] }

  /// The program's own tasks, in the order of lists.
  package static let builtIn = GLUETask.allCases.map(\.definition) + NLGTask.allCases.map(\.definition)

  /// The program's own task of an id; nil where there is none.
  package static func builtIn(_ id: String) -> TaskDefinition? { builtIn.first { $0.id == id } }

  /// The name of the validation set that is made of held-out training rows (`tuning_rows`).
  package static let tuningSet = "tuning"

  /// Whether the program has this task itself.
  package var isBuiltIn: Bool { Self.builtIn(id) != nil }

  /// Whether the id says all of a run's task, as GLUE's do. Of a text to be written the prompt decides too, so that it is part of
  /// the run.
  package var isKnownByID: Bool { GLUETask(rawValue: id) != nil }
}

extension TaskDefinition.Column {
  /// The column in a sentence: "column 3", "column 'label'".
  package var phrase: String {
    switch self {
    case .index(let index): "column \(index)"
    case .name(let name): "column \(quoted(name))"
    }
  }

  /// The column as a definition's file and a specification write it.
  package var text: String {
    switch self {
    case .index(let index): "\(index)"
    case .name(let name): name
    }
  }

  /// The column that a text means: a number in a table without a header, else a name.
  package init(_ text: String, format: TaskDefinition.Format, hasHeader: Bool) {
    if format.isTable, !hasHeader, let index = Int(text) { self = .index(index) } else { self = .name(text) }
  }
}
