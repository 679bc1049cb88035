// From the records of one cell to what the cell says.
import Metrics
import Records
import Settings

/// Reads the runs of one row on one task.
struct CellReading {
  let column: TaskColumn
  let evaluation: EvaluationProtocol
  let findings: RunFindings

  /// The cell of a row's runs on this column's task, and the records that stand in the table.
  func cell(_ runs: [RunSpecification]) -> TableCell {
    var states: [CellRun] = []
    var values: [[Double]] = column.splits.map { _ in [] }
    for run in runs {
      let state = read(run)
      states.append(state)
      for (split, score) in (state.scores ?? []).enumerated() { values[split].append(score) }
    }
    let summaries = zip(column.splits, values).compactMap { split, values in summary(split, values) }
    return TableCell(splits: summaries, runs: states, rank: nil)
  }

  private func summary(_ split: String, _ values: [Double]) -> SplitSummary? {
    switch evaluation.aggregate {
    case .mean:
      return mean(values).map { SplitSummary(split: split, value: $0, deviation: sampleStandardDeviation(values)) }
    case .median:
      return median(values).map { SplitSummary(split: split, value: $0, deviation: nil) }
    }
  }

  /// How a run stands, and, where it counts, its score on each validation set.
  private func read(_ run: RunSpecification) -> CellRun {
    func left(_ state: CellRun.State, _ detail: String? = nil) -> CellRun {
      CellRun(seed: run.seed, state: state, detail: detail)
    }
    let key = RunKey(run)
    if let reason = findings.unreadable[key] { return left(.unreadable, reason) }
    guard let record = findings.records[key] else { return left(.missing) }
    if let difference = findings.difference(run) { return left(.outdated, difference) }
    switch record.outcome {
    case .diverged(let step): return left(.diverged, "at step \(step)")
    case .failed(let message): return left(.failed, message)
    case .completed: break
    }
    let epoch = evaluation.epoch == .best ? record.bestEpoch : record.lastEpoch
    guard let metric = column.metric, let scores = epoch.flatMap({ record.scores(epoch: $0) }) else { return left(.unscored) }
    let values = column.splits.map { scores.value(split: $0, metric: metric) }
    let found = values.compactMap { $0 }
    guard found.count == values.count, !found.isEmpty else { return left(.unscored, "no score '\(metric)'") }
    let isCollapsed = record.flags.contains(.collapsed)
    if found.allSatisfy(\.isFinite) { return CellRun(seed: run.seed, state: isCollapsed ? .collapsed : .completed, scores: found) }
    // A correlation with a constant answer has no value. To leave such a run out would score a method that collapses on its other
    // seeds alone, so it counts as 0, as Matthews' correlation does of itself. Where the right answers are constant, no method is to
    // blame.
    guard isCollapsed else { return left(.undefined) }
    return CellRun(
      seed: run.seed, state: .collapsed, detail: CellRun.countedAsZero, scores: found.map { $0.isFinite ? $0 : 0 })
  }
}
