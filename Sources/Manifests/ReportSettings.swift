// What a table shows and by which protocol. None of it changes a run.

/// Which epoch of a run is reported.
public enum EpochChoice: String, Sendable, Codable, CaseIterable {
  /// The best by the task's primary metric on the validation set.
  case best
  /// The last.
  case last
}

/// How a cell summarises its seeds.
public enum SeedAggregate: String, Sendable, Codable, CaseIterable {
  /// Mean, with the sample standard deviation.
  case mean
  /// Median.
  case median
}

/// The report of a manifest.
public struct ReportSettings: Sendable, Equatable {
  /// What a row is named by: `method` (its label) or `method.<option>` (that option's value).
  public var rows = "method"
  /// The columns: `parameters`, `tasks` (one each), `average`, or the name of a recorded diagnostic as in `kept.query`.
  public var columns = ["parameters", "tasks", "average"]
  /// The published table to show beside, by its id.
  public var published: String?
  /// Which epoch is reported.
  public var epoch = EpochChoice.best
  /// How seeds are summarised.
  public var aggregate = SeedAggregate.mean
  /// The metric of single tasks where it is not the task's first; in the order written.
  public var metrics: [TaskMetric] = []
  /// The row that differences are taken to.
  public var baseline: String?

  /// A report with all its defaults.
  public init() {}
}

/// The metric that a report shows for a task.
public struct TaskMetric: Sendable, Equatable {
  /// The task's id; nil: every task that has this metric.
  public let task: String?
  /// The metric's name.
  public let metric: String
}

/// Reads a report's settings.
struct ReportReader {
  private static let keys = ["rows", "columns", "published", "protocol", "aggregate", "metric", "baseline"]

  let reader: MappingReader
  let tasks: [String]

  /// The settings of a `report` entry.
  func report(_ entry: SourceEntry) -> ReportSettings {
    var report = ReportSettings()
    for entry in reader.entries(of: entry.value, "'report'", keys: Self.keys) ?? [] {
      switch entry.key {
      case "rows": report.rows = name(entry) ?? report.rows
      case "columns": report.columns = columns(entry) ?? report.columns
      case "published": report.published = reader.identifier(entry)
      case "protocol":
        let value = reader.value(entry, .choice(EpochChoice.allCases.map(\.rawValue)))?.text
        report.epoch = value.flatMap(EpochChoice.init) ?? report.epoch
      case "aggregate":
        let value = reader.value(entry, .choice(SeedAggregate.allCases.map(\.rawValue)))?.text
        report.aggregate = value.flatMap(SeedAggregate.init) ?? report.aggregate
      case "metric": report.metrics = metrics(entry)
      default: report.baseline = reader.identifier(entry)
      }
    }
    return report
  }

  private func name(_ entry: SourceEntry) -> String? {
    guard let text = reader.text(entry) else { return nil }
    if text == "method" || (text.hasPrefix("method.") && ScalarReading.isIdentifier(String(text.dropFirst(7)))) {
      return text
    }
    reader.problems.report(
      "'rows' must be 'method' or 'method.' and an option, as in 'method.threshold', but is \(entry.value.kind).",
      at: entry.value.position)
    return nil
  }

  private func columns(_ entry: SourceEntry) -> [String]? {
    reader.list(entry)?.compactMap { reader.checkedIdentifier($0.text, entry.key, at: $0.position) }
  }

  private func metrics(_ entry: SourceEntry) -> [TaskMetric] {
    guard case .mapping(let entries) = entry.value.content else {
      return metric(entry).map { [TaskMetric(task: nil, metric: $0)] } ?? []
    }
    return entries.compactMap { entry in
      guard tasks.contains(entry.key) else {
        reader.reportUnknown(
          "task '\(SourceNode.shortened(entry.key))' is not known", entry.key, tasks, at: entry.keyPosition)
        return nil
      }
      return metric(entry).map { TaskMetric(task: entry.key, metric: $0) }
    }
  }

  private func metric(_ entry: SourceEntry) -> String? {
    guard let name = reader.text(entry) else { return nil }
    if reader.vocabulary.metrics.contains(name) { return name }
    reader.reportUnknown(
      "metric '\(SourceNode.shortened(name))' is not known", name, reader.vocabulary.metrics, at: entry.value.position)
    return nil
  }
}
