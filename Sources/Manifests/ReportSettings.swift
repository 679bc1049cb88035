// What a table shows and by which protocol. None of it changes a run.

/// Which epoch of a run is reported.
package enum EpochChoice: String, Sendable, Codable, CaseIterable {
  /// The best by the task's primary metric on the validation set.
  case best
  /// The last.
  case last
}

/// How a cell summarises its seeds.
package enum SeedAggregate: String, Sendable, Codable, CaseIterable {
  /// Mean, with the sample standard deviation.
  case mean
  /// Median.
  case median
}

/// The report of a manifest.
package struct ReportSettings: Sendable, Equatable, Codable {
  /// What a row is named by: `method` (its label) or `method.<option>` (that option's value).
  package var rows = "method"
  /// The columns: `parameters`, `tasks` (one each), `average`, `updates`, or the name of a recorded number as in `kept.query`.
  package var columns = ["parameters", "tasks", "average"]
  /// The published table to show beside, by its id.
  package var published: String?
  /// Which epoch is reported.
  package var epoch = EpochChoice.best
  /// How seeds are summarised.
  package var aggregate = SeedAggregate.mean
  /// The metrics of single tasks where it is not the task's first; in the order written, a column for each.
  package var metrics: [TaskMetric] = []
  /// The row that differences are taken to.
  package var baseline: String?
  /// The bound within which a row is level with the baseline, in points of the average; nil: the table calls none level.
  package var equivalence: Double?

  /// A report with all its defaults.
  package init() {}
}

/// The metric that a report shows for a task.
package struct TaskMetric: Sendable, Equatable, Codable {
  /// The task's id; nil: every task that has this metric.
  package let task: String?
  /// The metric's name.
  package let metric: String
}

extension ReportSettings {
  /// The keys of a `report` entry.
  /// - Parameter tasks: the tasks that `metric` may name.
  static func form(tasks: [String]) -> MappingForm<ReportSettings> {
    MappingForm(
      "'report'",
      [
        .custom("rows", "what a row is named by") { report, entry, reader in
          rowName(entry, reader).map { report.rows = $0 } != nil
        },
        .custom(
          "columns",
          "what the columns are: `parameters`, `tasks`, `average`, `updates`, or a number that runs record, as `kept.parameters`"
        ) { report, entry, reader in
          guard let names = reader.list(entry) else { return false }
          report.columns = names.compactMap { reader.checkedIdentifier($0.text, entry.key, at: $0.position) }
          return true
        },
        .identifier("published", \.published, "the paper's table beside it"),
        .choice("protocol", \.epoch, "the epoch that is reported"),
        .choice("aggregate", \.aggregate, "how seeds are summarised"),
        .custom("metric", "the metric, for all tasks or by task") { report, entry, reader in
          guard case .mapping(let entries) = entry.value.content else {
            report.metrics = metric(entry, reader).map { [TaskMetric(task: nil, metric: $0)] } ?? []
            return true
          }
          report.metrics = entries.flatMap { entry in
            guard reader.isTask(entry, of: tasks) else { return [TaskMetric]() }
            return metrics(entry, reader).map { TaskMetric(task: entry.key, metric: $0) }
          }
          return true
        },
        .identifier("baseline", \.baseline, "the row that differences are taken to"),
        .value(
          "equivalence", .numberAbove(0, atMost: 100), \.equivalence,
          "the bound, in points, within which a row is called level with the baseline"),
      ])
  }

  private static func rowName(_ entry: SourceEntry, _ reader: MappingReader) -> String? {
    guard let text = reader.text(entry) else { return nil }
    if text == "method" || (text.hasPrefix("method.") && ScalarReading.isIdentifier(String(text.dropFirst(7)))) {
      return text
    }
    reader.problems.report(
      "'rows' must be 'method' or 'method.' and an option, as in 'method.threshold', but is \(entry.value.kind).",
      at: entry.value.position)
    return nil
  }

  /// One metric, or a list of them.
  private static func metrics(_ entry: SourceEntry, _ reader: MappingReader) -> [String] {
    guard case .sequence = entry.value.content else { return metric(entry, reader).map { [$0] } ?? [] }
    return (reader.list(entry) ?? []).compactMap { reader.metric($0.text, at: $0.position)?.rawValue }
  }

  private static func metric(_ entry: SourceEntry, _ reader: MappingReader) -> String? {
    reader.text(entry).flatMap { reader.metric($0, at: entry.value.position)?.rawValue }
  }
}
