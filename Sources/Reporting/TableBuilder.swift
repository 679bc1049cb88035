// From a manifest's plan and the records found to the table. Pure: the same records give the same table.
import Manifests
import Metrics
import Records
import Settings

extension TableModel {
  /// Makes the table of an experiment.
  /// - Parameters:
  ///   - findings: the records of runs, and why others cannot be used.
  ///   - evaluation: which epoch and metric are reported and how seeds are summarised; by default what the manifest says.
  ///   - manifestDigest: SHA-256 of the manifest's files.
  /// - Throws: `ReportError.unrecordedMetric`.
  package init(
    _ experiment: Experiment, _ findings: RunFindings, evaluation: EvaluationProtocol? = nil, manifestDigest: String? = nil
  ) throws(ReportError) {
    let runs = experiment.runs
    let evaluation = evaluation ?? EvaluationProtocol(epoch: experiment.report.epoch, aggregate: experiment.report.aggregate)
    let columns = experiment.report.columns.map { TableColumn(name: $0) }
    let records = runs.compactMap { run -> (key: RunKey, record: RunRecord)? in
      guard let record = findings.records[RunKey(run)], findings.difference(run) == nil else { return nil }
      return (RunKey(run), record)
    }
    let tasks = experiment.tasks.flatMap { task in
      Self.columns(
        task, metric: evaluation.metric, settings: experiment.report,
        records: records.filter { $0.key.task == task.id }.map(\.record))
    }
    if let metric = evaluation.metric, !records.isEmpty, !tasks.contains(where: { $0.metric == metric }) {
      let recorded = records.flatMap { $0.record.epochs.prefix(1).flatMap(\.scores).map(\.metric) }
        .filter { name in Metric(rawValue: name).map { Metric.scoring.contains($0) } ?? true }
      throw ReportError.unrecordedMetric(metric, experiment: experiment.id, recorded: TableProvenance.distinct(recorded))
    }
    let rowOption = experiment.report.rows.hasPrefix("method.") ? String(experiment.report.rows.dropFirst(7)) : nil
    var matching = experiment.published.map { PublishedMatching($0, tasks: tasks, measures: columns.compactMap(\.measure)) }
    var rows = experiment.rows.map { row in
      let ownRuns = runs.filter { $0.row == row.id }
      let cells = tasks.map { column in
        CellReading(column: column, evaluation: evaluation, findings: findings)
          .cell(ownRuns.filter { $0.task.id == column.task })
      }
      let scores = cells.compactMap(\.score)
      let average = scores.count == cells.count ? mean(scores) : nil
      let ownRecords = Self.records(ownRuns, zip(tasks, cells).filter(\.0.isFirst).map(\.1), findings)
      return TableRow(
        id: row.id, label: Self.label(row, option: rowOption, run: ownRuns.first),
        trainableParameters: mean(ownRecords.map(\.trainableParameters.average)),
        measures: columns.compactMap(\.measure).map { name in
          RowMeasure(name: name, value: mean(ownRecords.compactMap { $0.number(named: name) }))
        }, cells: cells, average: average, averageRank: nil, meanRank: nil,
        published: matching?.figures(for: row, runs: ownRuns, cells: cells, average: average))
    }
    Ranking.mark(&rows, taskCount: tasks.count)
    Ranking.setMeanRanks(&rows, tasks)

    let counted = rows.reduce(0) { $0 + zip(tasks, $1.cells).reduce(0) { $0 + ($1.0.isFirst ? $1.1.countedRuns : 0) } }
    let provenance = TableProvenance(
      recipe: experiment.recipe, manifest: manifestDigest, tasks: experiment.tasks.map(\.id), records: records, runs: counted,
      planned: runs.count, tuned: experiment.usedTunings(among: runs))
    self.init(
      experiment: experiment.id, callName: experiment.callName, title: experiment.title, description: experiment.description,
      preregistered: experiment.preregistered,
      profile: experiment.profile,
      evaluation: evaluation,
      seeds: experiment.seeds, rowHeader: rowOption?.replacing("_", with: " ") ?? "method", columns: columns, tasks: tasks,
      rows: rows,
      parametersVary: records.contains { $0.record.trainableParameters.initial != $0.record.trainableParameters.final },
      differences: experiment.report.baseline.flatMap { baseline in
        BaselineDifferences(
          rows: rows, columns: tasks, baseline: baseline, equivalence: experiment.report.equivalence.map { $0 / 100 })
      },
      variance: VarianceTable(rows: rows, columns: tasks, seeds: experiment.seeds),
      published: matching.map { $0.source(rows: rows) }, problems: Self.problems(rows, tasks),
      unlikeRows: experiment.tuningSentences(among: runs, tasks)
        + experiment.unlikeRows(among: runs, updates: Self.updates(runs, findings)) + Self.unlikeBudgets(rows, columns),
      warnings: provenance.warnings + Self.unrecordedMeasures(rows, records.map(\.record)), provenance: provenance)
  }

  /// A column for each of a task's metrics: the one asked for where the task has it, else the manifest's, else the task's own primary
  /// one as its records or its definition say.
  private static func columns(
    _ task: TaskDefinition, metric wanted: String?, settings: ReportSettings, records: [RunRecord]
  ) -> [TaskColumn] {
    func has(_ metric: String) -> Bool {
      records.contains { $0.epochs.contains { $0.scores.contains { $0.metric == metric } } }
    }
    let own = settings.metrics.filter { $0.task == task.id }.map(\.metric)
    var metrics: [String?] = wanted.flatMap { has($0) ? [$0] : nil } ?? own
    if metrics.isEmpty {
      let metric = settings.metrics.first { $0.task == nil && has($0.metric) }?.metric
      metrics = [metric ?? (task.isBuiltIn ? nil : task.primaryMetric.rawValue) ?? records.first?.primary.metric]
    }
    return metrics.enumerated().map { index, metric in
      let record = records.first { $0.epochs.contains { $0.scores.contains { $0.metric == metric } } }
      let scores = record?.epochs.first { $0.scores.contains { $0.metric == metric } }?.scores ?? []
      return TaskColumn(
        task: task.id, metric: metric,
        splits: scores.filter { $0.metric == metric && record?.reports($0.split) ?? true }.map(\.split),
        isHeldOut: record?.heldOut != nil, selection: records.first?.primary.metric, isFirst: index == 0)
    }
  }

  /// The record of each run that is in a cell, or would be if its score had a value.
  private static func records(_ runs: [RunSpecification], _ cells: [TableCell], _ findings: RunFindings) -> [RunRecord] {
    zip(runs, cells.flatMap(\.runs)).compactMap { run, state in
      state.state.counts || state.state == .undefined ? findings.records[RunKey(run)] : nil
    }
  }

  /// How much the runs that came to their end were trained.
  private static func updates(_ runs: [RunSpecification], _ findings: RunFindings) -> [UpdateCount] {
    runs.compactMap { run in
      guard let record = findings.records[RunKey(run)], record.outcome == .completed, findings.difference(run) == nil else {
        return nil
      }
      return UpdateCount(
        row: run.row, task: run.task.id, updates: record.steps, preliminary: record.preliminarySteps ?? 0,
        batch: run.training.batchSize)
    }
  }

  /// Says how far trainable parameters are apart where no column shows them.
  private static func unlikeBudgets(_ rows: [TableRow], _ columns: [TableColumn]) -> [String] {
    let counts = rows.compactMap { row in row.trainableParameters.map { (row.id, $0) } }
    guard !columns.contains(.parameters), let least = counts.min(by: { $0.1 < $1.1 }), let most = counts.max(by: { $0.1 < $1.1 }),
      most.1 > 1.1 * least.1
    else { return [] }
    return [
      "Trainable parameters differ between rows: from \(NumberText.count(least.1)) (\(least.0)) to \(NumberText.count(most.1)) (\(most.0))."
    ]
  }

  /// Says which columns no run recorded, and what there is instead.
  private static func unrecordedMeasures(_ rows: [TableRow], _ records: [RunRecord]) -> [String] {
    guard let row = rows.first, !records.isEmpty else { return [] }
    let known = Set(records.flatMap { ($0.measures ?? [:]).keys }).sorted()
    return row.measures.indices.filter { index in rows.allSatisfy { $0.measures[index].value == nil } }.map { index in
      "No run recorded '\(row.measures[index].name)', which the report has a column for "
        + "(columns: \((["parameters", "tasks", "average", RunRecord.updates] + known).joined(separator: ", ")))."
    }
  }

  /// A row's name. In a table over one option, that option's value stands for a name that was only made from it.
  private static func label(_ row: MethodRow, option: String?, run: RunSpecification?) -> String {
    guard let option, let value = run?.options[option]?.readable,
      row.label.hasSuffix(", " + option.replacing("_", with: " ") + " " + value)
    else { return row.label }
    let name = row.label.dropLast(option.count + value.count + 3)
    return name.contains(", ") ? row.label : value
  }

  /// The most missing runs of a task that are named one by one.
  private static let mostMissing = 3

  /// One sentence for each cell that lacks a run, and one for each task that lacks many.
  private static func problems(_ rows: [TableRow], _ tasks: [TaskColumn]) -> [String] {
    let columns = tasks.indices.filter { tasks[$0].isFirst }
    let missing = columns.map { column in rows.reduce(0) { $0 + $1.cells[column].missingRuns } }
    let folded = Set(zip(columns, missing).filter { $0.1 > mostMissing }.map(\.0))
    let cells = rows.flatMap { row in
      columns.compactMap { column -> String? in
        let left = row.cells[column].runs.filter {
          !$0.state.counts && $0.state != .undefined && !($0.state == .missing && folded.contains(column))
        }
        let reasons = left.map { run in
          "\(run.seed.phrase) \(run.state.phrase)" + (run.detail.map { " " + run.state.joint + $0 } ?? "")
        }
        return reasons.isEmpty ? nil : "\(row.id), \(tasks[column].task): " + reasons.joined(separator: "; ")
      }
    }
    return cells
      + zip(columns, missing).filter { folded.contains($0.0) }.map { column, count in
        let planned = rows.reduce(0) { $0 + $1.cells[column].runs.count }
        return "\(tasks[column].task): \(count == planned ? "all " : "")\(count) runs missing"
      }
  }
}

extension TableColumn {
  /// The column that a manifest names; any other name is a measure's.
  init(name: String) {
    switch name {
    case "parameters": self = .parameters
    case "tasks": self = .tasks
    case "average": self = .average
    default: self = .measure(name)
    }
  }

  /// The measure's name, where it is one.
  var measure: String? { if case .measure(let name) = self { name } else { nil } }
}

extension CellRun.State {
  /// The state in a sentence on a seed.
  var phrase: String {
    switch self {
    case .completed: "completed"
    case .collapsed: "collapsed"
    case .undefined: "has an undefined score"
    case .diverged: "diverged"
    case .failed: "failed"
    case .unscored: "has not the score shown"
    case .outdated: "is outdated"
    case .unreadable: "cannot be used"
    case .missing: "missing"
    }
  }

  /// What stands between the phrase and its detail.
  var joint: String { self == .diverged ? "" : "– " }
}

/// Finds the best and the second of each column.
enum Ranking {
  /// Marks the rows' cells and averages. Only cells of as many runs as any of their column take part.
  static func mark(_ rows: inout [TableRow], taskCount: Int) {
    var compared = [[Bool]](repeating: [], count: rows.count)
    for task in 0..<taskCount {
      let most = rows.map { $0.cells[task].countedRuns }.max() ?? 0
      for row in rows.indices { compared[row].append(most > 0 && rows[row].cells[task].countedRuns == most) }
      let ranks = ranks(rows.indices.map { compared[$0][task] ? rows[$0].cells[task].score : nil })
      for row in rows.indices { rows[row].cells[task].rank = ranks[row] }
    }
    let ranks = ranks(rows.indices.map { compared[$0].allSatisfy { $0 } ? rows[$0].average : nil })
    for row in rows.indices { rows[row].averageRank = ranks[row] }
  }

  /// Gives each row its mean rank over the tasks, among the rows whose cells have as many runs as any of their column. Scores rank as a
  /// table shows them, so that what reads alike shares its rank.
  static func setMeanRanks(_ rows: inout [TableRow], _ columns: [TaskColumn]) {
    let tasks = columns.indices.filter { columns[$0].isFirst }
    let most = tasks.map { task in rows.map { $0.cells[task].countedRuns }.max() ?? 0 }
    let ranked = rows.indices.filter { row in
      zip(tasks, most).allSatisfy { task, most in most > 0 && rows[row].cells[task].countedRuns == most }
    }
    let scores = ranked.map { row in tasks.compactMap { rows[row].cells[$0].score }.map { ($0 * 10_000).rounded() } }
    guard ranked.count > 1, scores.allSatisfy({ $0.count == tasks.count && $0.allSatisfy(\.isFinite) }) else { return }
    for (row, rank) in zip(ranked, meanRanks(scores)) { rows[row].meanRank = rank }
  }

  /// The ranks of values as a table shows them: what reads alike ranks alike. After two equal best there is no second, and
  /// where all are equal none is best.
  static func ranks(_ values: [Double?]) -> [Rank?] {
    let shown = values.map { $0.map { ($0 * 10_000).rounded() } }
    let distinct = TableProvenance.distinct(shown.compactMap { $0 }).sorted(by: >)
    guard distinct.count > 1 else { return shown.map { _ in nil } }
    let hasOneBest = shown.filter { $0 == distinct[0] }.count == 1
    return shown.map { value in
      if value == distinct[0] { return .best }
      return hasOneBest && value == distinct[1] ? .second : nil
    }
  }
}
