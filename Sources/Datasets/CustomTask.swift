// A task of the user's own, as a YAML file states it, turned into a checked definition.
import Metrics

/// The statements of a user's task file, unchecked. Its files lie in the folder of that file.
public struct CustomTask: Sendable, Equatable {
  /// The short name: letters a-z, digits, '-' and '_'.
  public var id: String
  /// The name for people; nil takes the id.
  public var title: String?
  /// "tsv" or "jsonl".
  public var format: String
  /// Whether the first line of a TSV file names the columns.
  public var hasHeader: Bool
  /// The training file, relative to the task file's folder.
  public var train: String
  /// The validation files, relative to the task file's folder.
  public var validation: [TaskDefinition.ValidationFile]
  /// The columns that are read.
  public var columns: TaskDefinition.Columns
  /// The labels as the files write them, in the order of the classes; nil for regression.
  public var labels: [String]?
  /// Labels of rows to leave out.
  public var ignoredLabels: [String]
  /// Names of metrics (`Metric`'s raw values), the primary one first; empty takes accuracy, or for regression the
  /// mean of Pearson and Spearman with both.
  public var metrics: [String]

  /// Takes the statements as they are; `TaskDefinition(_:)` checks them.
  public init(
    id: String, title: String? = nil, format: String = "tsv", hasHeader: Bool = true, train: String,
    validation: [TaskDefinition.ValidationFile], columns: TaskDefinition.Columns, labels: [String]?,
    ignoredLabels: [String] = [], metrics: [String] = []
  ) {
    self.id = id
    self.title = title
    self.format = format
    self.hasHeader = hasHeader
    self.train = train
    self.validation = validation
    self.columns = columns
    self.labels = labels
    self.ignoredLabels = ignoredLabels
    self.metrics = metrics
  }
}

extension TaskDefinition {
  /// Checks a user's task.
  ///
  /// - Throws: `DatasetError.invalidTask` with every problem there is.
  public init(_ custom: CustomTask) throws(DatasetError) {
    var problems: [String] = []
    let format = Format(rawValue: custom.format)
    if format == nil {
      let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
      problems.append("the format \(quoted(custom.format)) is not one of \(known)")
    }
    var metrics: [Metric] = []
    for name in custom.metrics {
      if let metric = Metric(rawValue: name) {
        metrics.append(metric)
      } else {
        let known = Metric.allCases.map(\.rawValue).joined(separator: ", ")
        problems.append("the metric \(quoted(name)) is not one of \(known)")
      }
    }
    if custom.metrics.isEmpty || metrics.isEmpty {
      metrics = custom.labels == nil ? [.pearsonSpearmanMean, .pearson, .spearman] : [.accuracy]
    }
    self.init(
      id: custom.id, title: custom.title ?? custom.id, format: format ?? .tsv, hasHeader: custom.hasHeader,
      train: custom.train, validation: custom.validation, columns: custom.columns,
      target: custom.labels.map(Target.classes) ?? .regression, ignoredLabels: custom.ignoredLabels,
      metrics: metrics)
    problems += self.problems
    guard problems.isEmpty else { throw .invalidTask(id: custom.id, problems: problems) }
  }
}
