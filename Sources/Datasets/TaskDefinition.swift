// What a task's files look like and how it is scored: the same description for GLUE and for a user's own task.
import Metrics

/// A classification or regression task on sentences or pairs of sentences.
public struct TaskDefinition: Sendable, Equatable {
  /// How a file is written.
  public enum Format: String, Sendable, CaseIterable {
    /// Tab-separated columns without any quoting.
    case tsv
    /// One JSON object per line.
    case jsonl
  }

  /// A column of a table or a field of a JSON object.
  public enum Column: Sendable, Equatable {
    /// By position, from 0; in TSV files only.
    case index(Int)
    /// By its name in the header, or its key in a JSON object.
    case name(String)
  }

  /// The columns that are read; others are ignored.
  public struct Columns: Sendable, Equatable {
    /// The only or the first text.
    public let first: Column
    /// The second text; nil for single sentences.
    public let second: Column?
    /// The label or score.
    public let label: Column

    /// Names the columns.
    public init(first: Column, second: Column? = nil, label: Column) {
      self.first = first
      self.second = second
      self.label = label
    }
  }

  /// A named validation file.
  public struct ValidationFile: Sendable, Equatable {
    /// The set's name: "validation"; for MNLI "matched" and "mismatched".
    public let name: String
    /// The file within the task's folder.
    public let file: String

    /// Names a validation file.
    public init(name: String, file: String) {
      self.name = name
      self.file = file
    }
  }

  /// What is to be predicted.
  public enum Target: Sendable, Equatable {
    /// One of these labels, as the file writes them; a class's number is its position here.
    case classes([String])
    /// A real number.
    case regression
  }

  /// The short name in manifests and paths: "mrpc".
  public let id: String
  /// The name for people: "MRPC".
  public let title: String
  /// The names the task's folder may have, the official one first; empty where the files lie in the folder given.
  public let folders: [String]
  /// How the files are written.
  public let format: Format
  /// Whether the first line of a TSV file names the columns.
  public let hasHeader: Bool
  /// The training file within the task's folder.
  public let train: String
  /// The validation files.
  public let validation: [ValidationFile]
  /// The columns that are read.
  public let columns: Columns
  /// What is to be predicted.
  public let target: Target
  /// Labels of rows to leave out and count: MNLI's `-`, where annotators did not agree.
  public let ignoredLabels: [String]
  /// Whether rows with another number of columns than the header are left out and counted, as the usual readers do
  /// with a few lines of the official QQP files; otherwise such a row is an error.
  public let skipsIrregularRows: Bool
  /// The metrics, the primary one first.
  public let metrics: [Metric]

  /// Takes a definition as it is; `problems` says whether it holds together.
  init(
    id: String, title: String, folders: [String] = [], format: Format = .tsv, hasHeader: Bool = true,
    train: String = "train.tsv", validation: [ValidationFile] = [.init(name: "validation", file: "dev.tsv")],
    columns: Columns, target: Target, ignoredLabels: [String] = [], skipsIrregularRows: Bool = false,
    metrics: [Metric]
  ) {
    self.id = id
    self.title = title
    self.folders = folders
    self.format = format
    self.hasHeader = hasHeader
    self.train = train
    self.validation = validation
    self.columns = columns
    self.target = target
    self.ignoredLabels = ignoredLabels
    self.skipsIrregularRows = skipsIrregularRows
    self.metrics = metrics
  }

  /// The number of outputs that a model's head needs: one per class, or 1 for regression.
  public var outputCount: Int {
    switch target {
    case .classes(let labels): labels.count
    case .regression: 1
    }
  }

  /// The metric by which epochs and methods are compared.
  public var primaryMetric: Metric { metrics[0] }

  /// Everything that contradicts itself or leaves the task's folder; empty for a definition that can be loaded.
  var problems: [String] {
    var problems: [String] = []
    if !Self.isIdentifier(id) { problems.append("an id is made of the letters a-z, digits, '-' and '_'") }
    for file in [train] + validation.map(\.file) where !Self.staysInside(file) {
      problems.append("the file \(quoted(file)) is not a path within the task's folder")
    }
    if validation.isEmpty { problems.append("there is no validation file") }
    if let name = Self.repeated(validation.map(\.name)) {
      problems.append("two validation sets are named \(quoted(name))")
    }
    for set in validation where !Self.isIdentifier(set.name) || set.name == "train" {
      problems.append("\(quoted(set.name)) cannot name a validation set")
    }
    let used = [columns.first, columns.second, columns.label].compactMap { $0 }
    for (place, column) in used.enumerated() where used[..<place].contains(column) {
      problems.append("\(column.phrase) is used twice")
    }
    for column in used {
      switch (column, format) {
      case (.index, .jsonl): problems.append("\(column.phrase): fields of a JSON object have names, not numbers")
      case (.index(let index), .tsv) where index < 0: problems.append("\(column.phrase): columns count from 0")
      case (.name, .tsv) where !hasHeader: problems.append("\(column.phrase) needs a header; give its number")
      default: break
      }
    }
    return problems + targetProblems
  }

  private var targetProblems: [String] {
    var problems: [String] = []
    if case .classes(let labels) = target {
      if labels.count < 2 { problems.append("a classification task has two labels or more") }
      if let label = Self.repeated(labels + ignoredLabels) {
        problems.append("the label \(quoted(label)) is listed twice")
      }
    }
    if metrics.isEmpty { problems.append("there is no metric") }
    if let metric = Self.repeated(metrics.map(\.rawValue)) {
      problems.append("the metric \(quoted(metric)) is listed twice")
    }
    for metric in metrics {
      switch (metric.subject, target) {
      case (.scores, .classes): problems.append("the metric '\(metric.rawValue)' is for regression")
      case (.classes, .regression): problems.append("the metric '\(metric.rawValue)' is for classes")
      case (.classes, .classes(let labels)) where labels.count > 2 && (metric == .f1 || metric == .accuracyF1Mean):
        problems.append("the metric '\(metric.rawValue)' is for two classes")
      default: break
      }
    }
    return problems
  }

  private static func isIdentifier(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      }
  }

  /// Whether a path is relative and goes up nowhere.
  private static func staysInside(_ path: String) -> Bool {
    guard !path.isEmpty, !path.hasPrefix("/"), !path.hasPrefix("~"), !path.utf8.contains(0) else { return false }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != ".." && $0 != "" }
  }

  private static func repeated(_ names: [String]) -> String? {
    names.indices.first { names[..<$0].contains(names[$0]) }.map { names[$0] }
  }
}

extension TaskDefinition.Column {
  /// The column in a sentence: "column 3", "column 'label'".
  var phrase: String {
    switch self {
    case .index(let index): "column \(index)"
    case .name(let name): "column \(quoted(name))"
    }
  }
}
