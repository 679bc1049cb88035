// Two experiments, or one at two commits, cell by cell: scores, differences over shared seeds, which runs are the same, and which
// settings are not.
import Manifests
import Metrics
import Records
import Settings

/// The comparison of two sides.
package struct Comparison: Sendable, Equatable {
  /// A row on a task, in one of the task's metrics, that both sides have.
  struct Cell: Sendable, Equatable {
    /// The row's id.
    let row: String
    /// The row's name for people, as the first side has it.
    let label: String
    /// The task and metric.
    let column: TaskColumn
    /// What each side has of it.
    let first: TableCell, second: TableCell
    /// The seeds that are planned on both sides.
    let shared: [SharedSeed]

    /// The second side's score less the first's; nil where one has none.
    var difference: Double? {
      guard let before = first.score, let after = second.score else { return nil }
      return BaselineDifferences.difference(after, before)
    }

    /// The mean of the differences of shared seeds that count on both sides; nil where none does.
    var paired: SeedMean? {
      SeedMean(shared.compactMap { shared in shared.difference.map { SeededValue(shared.seed, $0) } })
    }

    /// Shared seeds of which both sides have a record, and those of them whose runs are one and the same.
    var recorded: Int { shared.count { $0.isSameRun != nil } }
    var same: Int { shared.count { $0.isSameRun == true } }
  }

  /// A seed of a cell that both sides have.
  struct SharedSeed: Sendable, Equatable {
    let seed: RunSeed
    /// The second side's score less the first's; nil where a run does not count.
    let difference: Double?
    /// Whether both sides have one and the same run; nil where one has no record.
    let isSameRun: Bool?
  }

  /// Something that differs between the settings of both sides.
  struct Change: Sendable, Equatable {
    let difference: SettingsDifference
    /// The rows and tasks in which it does: `all rows`, `lora`, `lora on rte`.
    let scope: String
  }

  /// The two sides' names.
  let names: (first: String, second: String)
  /// The size at which both were run.
  let profile: Profile
  /// How cells are made, by the first side's manifest.
  let evaluation: EvaluationProtocol
  /// The seeds of either side.
  let seeds: (first: [RunSeed], second: [RunSeed])
  /// The cells that both sides have, by row and then by task.
  let cells: [Cell]
  /// The second side against the first by row, over the tasks' first metrics.
  let rows: BaselineDifferences
  /// What differs in the settings, in the order of the rows.
  let changes: [Change]
  /// What only one side has, and where the records are from: a sentence each.
  let notes: [String]
  /// The sides that a shared cell lacks, for want of a run that counts: a sentence each.
  let problems: [String]

  /// `2 of 8 cells lack a side`: what keeps sides from being compared; nil where nothing does.
  package var lack: String? {
    let shared = cells.filter(\.column.isFirst), lacking = shared.count { $0.first.countedRuns == 0 || $0.second.countedRuns == 0 }
    return lacking == 0 ? nil : "\(lacking) of \(shared.count) cells \(lacking == 1 ? "lacks" : "lack") a side"
  }

  /// Compares two sides of one profile.
  /// - Throws: `ReportError.nothingInCommon`, `.unrecordedMetric`.
  package init(_ first: ComparedSide, _ second: ComparedSide) throws(ReportError) {
    let one = first.experiment, other = second.experiment
    let rows = one.rows.filter { row in other.rows.contains { $0.id == row.id } }
    let tasks = one.tasks.map(\.id).filter { id in other.tasks.contains { $0.id == id } }
    guard !rows.isEmpty, !tasks.isEmpty else {
      throw .nothingInCommon(
        first.name, second.name, rows: [one, other].map { $0.rows.map(\.id) }, tasks: [one, other].map { $0.tasks.map(\.id) })
    }
    let evaluation = EvaluationProtocol(epoch: one.report.epoch, aggregate: one.report.aggregate)
    let tables = (try TableModel(one, first.findings), try TableModel(other, second.findings))
    let columns = tasks.flatMap { task in
      // a side without any record does not know the metric's validation sets
      let found = [tables.0, tables.1].map { $0.tasks.filter { $0.task == task } }
      return found.first { $0.contains { !$0.splits.isEmpty } } ?? found[0]
    }
    cells = rows.flatMap { row in columns.map { Self.cell(row, $0, evaluation, first, second) } }
    names = (first.name, second.name)
    profile = one.profile
    self.evaluation = evaluation
    seeds = (one.seeds, other.seeds)
    let shared = cells
    self.rows = BaselineDifferences(
      rows.map { row in
        // in one metric of each task, else a task counts for each
        let own = shared.filter { $0.row == row.id && $0.column.isFirst }
        return (Self.row(row, own.map(\.second)), Self.row(row, own.map(\.first)))
      }, tasks: columns.filter(\.isFirst).map(\.task), baseline: first.name, label: first.name)
    changes = SettingsChanges(first, second, rows: rows.map(\.id), tasks: tasks).found
    notes = Self.notes(first, second)
    problems = shared.filter(\.column.isFirst).flatMap { cell in
      [(first.name, cell.first), (second.name, cell.second)].filter { $0.1.countedRuns == 0 }.map { name, _ in
        "\(cell.row), \(cell.column.task): \(name) has no run that counts"
      }
    }
  }

  private static func cell(
    _ row: MethodRow, _ column: TaskColumn, _ evaluation: EvaluationProtocol, _ first: ComparedSide, _ second: ComparedSide
  ) -> Cell {
    func read(_ side: ComparedSide) -> (cell: TableCell, runs: [RunSpecification]) {
      let runs = side.experiment.runs.filter { $0.row == row.id && $0.task.id == column.task }
      return (CellReading(column: column, evaluation: evaluation, findings: side.findings).cell(runs), runs)
    }
    let (one, other) = (read(first), read(second))
    func score(_ cell: TableCell, _ seed: RunSeed) -> Double? { cell.runs.first { $0.seed == seed }?.score }
    func identity(_ side: ComparedSide, _ seed: RunSeed) -> String? {
      side.findings.records[RunKey(row: row.id, task: column.task, seed: seed)]?.identity
    }
    let shared = one.runs.map(\.seed).filter { seed in other.runs.contains { $0.seed == seed } }.map { seed in
      let scores = (score(one.cell, seed), score(other.cell, seed)), runs = (identity(first, seed), identity(second, seed))
      return SharedSeed(
        seed: seed, difference: scores.0.flatMap { before in scores.1.map { BaselineDifferences.difference($0, before) } },
        isSameRun: runs.0.flatMap { before in runs.1.map { $0 == before } })
    }
    return Cell(row: row.id, label: row.label, column: column, first: one.cell, second: other.cell, shared: shared)
  }

  private static func row(_ row: MethodRow, _ cells: [TableCell]) -> TableRow {
    TableRow(
      id: row.id, label: row.label, trainableParameters: nil, measures: [], cells: cells, average: nil, averageRank: nil,
      meanRank: nil, published: nil)
  }

  private static func notes(_ first: ComparedSide, _ second: ComparedSide) -> [String] {
    func only(_ side: ComparedSide, _ other: ComparedSide) -> String? {
      let rows = side.experiment.rows.map(\.id).filter { id in !other.experiment.rows.contains { $0.id == id } }
      let tasks = side.experiment.tasks.map(\.id).filter { id in !other.experiment.tasks.contains { $0.id == id } }
      let parts = [("rows", rows), ("tasks", tasks)].filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
      return parts.isEmpty ? nil : "Only in \(side.name): \(parts.joined(separator: "; "))."
    }
    return [only(first, second), only(second, first)].compactMap { $0 }
      + [first, second].flatMap { side in
        [side.origin].compactMap { $0 } + side.notes.map { "\(side.name): \($0)" }
      }
  }

  package static func == (one: Comparison, other: Comparison) -> Bool {
    one.names == other.names && one.profile == other.profile && one.evaluation == other.evaluation && one.seeds == other.seeds
      && one.cells == other.cells && one.rows == other.rows && one.changes == other.changes && one.notes == other.notes
      && one.problems == other.problems
  }
}
