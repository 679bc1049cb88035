// The figures that a paper prints, each beside the measured one that it belongs to, and what has no place.
import Manifests
import Metrics
import Records

/// A published figure and the measured one's difference to it, as shares (0.01 is one point).
package struct PublishedFigure: Sendable, Equatable, Encodable {
  /// The published figure.
  package let value: Double
  /// Its standard deviation, where one is printed.
  package let deviation: Double?
  /// The measured figure less the published one; nil where none was measured or the two are not of the same kind.
  package let difference: Double?
}

/// What a paper prints for one row of a table.
package struct PublishedRowFigures: Sendable, Equatable, Encodable {
  /// What the paper calls the row, beside the method.
  package let setting: String?
  /// Whether the paper copied the row from elsewhere.
  package let isQuoted: Bool
  /// Trainable parameters, as printed; nil where they stand among the measures.
  package let parameters: Double?
  /// The recorded number that `parameters` is, where it is not what is trained and the table has no column for it.
  package let parametersCountedAs: String?
  /// The table's measures, where they are printed, in its order.
  package let measures: [RowMeasure]
  /// The figures of each of the table's tasks, in the order of its validation sets; empty where none belongs there.
  package let tasks: [[PublishedFigure]]
  /// The printed average. It has a difference only where it is the average of the figures shown, as the measured one is.
  package let average: PublishedFigure?
}

/// Where the published figures of a table come from, and which of them it does not show.
package struct PublishedSource: Sendable, Equatable, Encodable {
  /// The published table's id.
  package let table: String
  /// Its number in the paper.
  package let number: Int
  /// The paper's title.
  package let paper: String
  /// The paper's number at arXiv.
  package let arxiv: String?
  /// The model that the paper's table is about.
  package let model: String
  /// The seeds behind a published figure, where the paper says it.
  package let seeds: Int?
  /// How the paper sums seeds up, where it says it.
  package let statistic: String?
  /// Whether the paper says how its scores are computed; a difference to one of unknown making is not taken.
  package let isProtocolStated: Bool
  /// The labels of the table's rows that the paper has nothing on.
  let rowsWithoutFigures: [String]
  /// The paper's rows that are not in the table.
  let rowsLeftOut: [String]
  /// Figures of the paper, by task and metric, that have no place in the rows shown.
  let figuresLeftOut: [String]
  /// Tasks of several validation sets whose figure the paper takes over all rows together, where the measured one is the mean of the
  /// sets; nil for none.
  let pooledTasks: [String]?
}

/// Puts a paper's table beside a measured one.
struct PublishedMatching {
  /// How far a printed average may be from that of the printed figures, which were rounded.
  private static let averageTolerance = 0.0006

  let published: PublishedTable
  let tasks: [TaskColumn]
  let measures: [String]
  private(set) var usedRows: [Int] = []
  private(set) var leftOut: [String] = []
  private(set) var pooled: [String] = []

  /// - Parameters:
  ///   - tasks: the columns of the measured table.
  ///   - measures: the recorded numbers that it has columns for.
  init(_ published: PublishedTable, tasks: [TaskColumn], measures: [String]) {
    self.published = published
    self.measures = measures
    self.tasks = tasks
  }

  /// The figures for a row of the table, of which these are the runs; nil where the paper has none.
  mutating func figures(
    for row: MethodRow, runs: [RunSpecification], cells: [TableCell], average measured: Double?
  ) -> PublishedRowFigures? {
    // Of several that fit, the one that says most: a row for one option before a row for the method.
    let fitting = published.rows.indices.filter { published.rows[$0].belongs(to: row, runs: runs) }
    func conditions(_ index: Int) -> Int { published.rows[index].options.values.count + (published.rows[index].row == nil ? 0 : 1) }
    guard let index = fitting.max(by: { (conditions($0), $1) < (conditions($1), $0) }) else { return nil }
    usedRows.append(index)
    let found = published.rows[index]
    var used: [Int] = []
    let figures = zip(tasks, cells).map { task, cell in
      let matches = Self.matches(found.scores, task: task)
      used += matches.map(\.index)
      if matches.isEmpty, let parts = Self.parts(found.scores, task: task) {
        used += parts
        let value = parts.reduce(0) { $0 + found.scores[$1].value } / Double(parts.count) / 100
        return [figure(value, measured: cell.score)]
      }
      if matches.contains(where: \.isOverall), !pooled.contains(task.task) { pooled.append(task.task) }
      return matches.map { match in
        let score = found.scores[match.index]
        let measured = match.isOverall ? cell.score : cell.splits.first { $0.split == match.split }?.value
        return figure(score.value / 100, deviation: score.deviation.map { $0 / 100 }, measured: measured)
      }
    }
    for (index, score) in found.scores.enumerated() where !used.contains(index) {
      // Without any record it is not known yet which metric the column shows.
      if tasks.contains(where: { $0.task == score.task && $0.metric == nil }) { continue }
      let split = score.split.map { " \($0)" } ?? ""
      let name = "\(score.task) (\(MetricText.short(score.metric))\(split))"
      if !leftOut.contains(name) { leftOut.append(name) }
    }
    // a count stands in the column of what it is a count of
    let hasColumn = found.countedAs.map(measures.contains) ?? false
    return PublishedRowFigures(
      setting: found.setting, isQuoted: found.isQuoted, parameters: hasColumn ? nil : found.parameters,
      parametersCountedAs: hasColumn ? nil : found.countedAs,
      measures: measures.map { name in
        RowMeasure(name: name, value: found.measures[name] ?? (name == found.countedAs ? found.parameters : nil))
      }, tasks: figures,
      average: found.average.map { average($0 / 100, of: figures, measured: measured) })
  }

  private func figure(_ value: Double, deviation: Double? = nil, measured: Double?) -> PublishedFigure {
    PublishedFigure(
      value: value, deviation: deviation, difference: published.isProtocolStated ? measured.map { $0 - value } : nil)
  }

  /// The source, after all rows have asked for their figures.
  func source(rows: [TableRow]) -> PublishedSource {
    let unused = published.rows.indices.filter { !usedRows.contains($0) }
    return PublishedSource(
      table: published.id, number: published.number, paper: published.paper.title, arxiv: published.paper.arxiv,
      model: published.model, seeds: published.paper.seeds, statistic: published.paper.statistic,
      isProtocolStated: published.isProtocolStated,
      rowsWithoutFigures: rows.filter { $0.published == nil }.map(\.label),
      rowsLeftOut: unused.map { index in
        let row = published.rows[index]
        return row.methodLabel + (row.setting.map { " (\($0))" } ?? "")
      }, figuresLeftOut: leftOut, pooledTasks: pooled.isEmpty ? nil : pooled)
  }

  /// The scores of a task in the order of its validation sets.
  private static func matches(
    _ scores: [PublishedScore], task: TaskColumn
  ) -> [(index: Int, split: String?, isOverall: Bool)] {
    let fitting = scores.indices.filter { scores[$0].task == task.task && scores[$0].metric == task.metric }
    if task.splits.count < 2 {
      return fitting.filter { scores[$0].split == nil }.prefix(1).map { ($0, task.splits.first, false) }
    }
    let single = zip(task.splits, task.splitNames).compactMap { split, name in
      fitting.first { scores[$0].split == name }.map { (index: $0, split: String?.some(split), isOverall: false) }
    }
    if single.count == task.splits.count { return single }
    return fitting.filter { scores[$0].split == "overall" }.prefix(1).map { ($0, nil, true) }
  }

  /// The figures whose mean the column shows, where a paper prints them one by one.
  private static func parts(_ scores: [PublishedScore], task: TaskColumn) -> [Int]? {
    let metrics = task.metric.flatMap(Metric.init(rawValue:))?.parts ?? []
    let parts = metrics.compactMap { metric in
      scores.firstIndex { $0.task == task.task && $0.metric == metric.rawValue && $0.split == nil }
    }
    return parts.isEmpty || parts.count < metrics.count ? nil : parts
  }

  private func average(_ printed: Double, of figures: [[PublishedFigure]], measured: Double?) -> PublishedFigure {
    let means = figures.compactMap { mean($0.map(\.value)) }
    let isOfTheSame = means.count == figures.count && mean(means).map { abs($0 - printed) <= Self.averageTolerance } ?? false
    return figure(printed, measured: isOfTheSame ? measured : nil)
  }
}
