// What a call will do, before it does: which runs are done, and what each costs.
import Foundation
import Manifests
import Records

/// The plan of `--dry-run`: a line a run with its parameters, operations, memory, time and state.
package struct PlanTable {
  /// The table, a line for each run, in Markdown's columns.
  package private(set) var text: String
  /// How much each run is trained.
  package let updates: [UpdateCount]

  /// - Throws: what would keep a run from starting.
  package init(_ plan: [PlannedRun], store: RunStore, inputs: RunInputs) throws {
    let summary = PlanSummary(plan, store: store)
    let done = Set(plan.map(\.identity).filter { store.record($0) != nil })
    (text, updates) = try Self.table(
      plan, \.specification, summary: summary.text, speed: Self.speed(plan, store) ?? MachineRate.measured(),
      isDone: { done.contains($0.identity) },
      state: { store.status($0).description }, estimate: { try CostEstimate($0, inputs: inputs) })
  }

  /// The plan of runs whose model or data are not here, by their published sizes; nil where those are not known.
  ///
  /// - Throws: `AdapterError` where a method's options make no sense.
  package init?(withoutFiles runs: [RunSpecification]) throws {
    guard
      runs.allSatisfy({ PublishedSizes.configuration(of: $0.model) != nil && $0.task.isBuiltIn })
    else { return nil }
    let models = Set(runs.map(\.model)).sorted().joined(separator: ", ")
    (text, updates) = try Self.table(
      runs, \.self, summary: "\(PlanSummary.axes(runs)) = \(runs.count) runs", speed: MachineRate.measured(),
      isDone: { _ in false },
      state: { _ in "no files" }, estimate: { try CostEstimate(published: $0) })
    text +=
      "\nCounted by the sizes of \(models) and of GLUE, whose rows are taken to have their mean length; longer ones need more memory. MODEL=<folder> and DATA=<folder> "
      + "plan, and run, with files."
  }

  private static func table<Run>(
    _ runs: [Run], _ specification: KeyPath<Run, RunSpecification>, summary: String, speed: Double?, isDone: (Run) -> Bool,
    state: (Run) -> String, estimate: (Run) throws -> CostEstimate?
  ) throws -> (text: String, updates: [UpdateCount]) {
    var estimates: [String: CostEstimate] = [:]
    var updates: [UpdateCount] = []
    var lines: [[String]] = [["run", "trainable", "with head", "steps", "PFLOP", "memory", "time", "state"]]
    var operations = 0.0, bytes = 0.0
    var totals: [(row: String, runs: Int, operations: Double)] = []
    for run in runs {
      // seeds change no cost
      let specification = run[keyPath: specification]
      let key = "\(specification.row) \(specification.task.id)"
      guard let cost = try estimates[key] ?? estimate(run) else { continue }
      estimates[key] = cost
      if totals.last?.row != specification.row { totals.append((specification.row, 0, 0)) }
      if !isDone(run) {
        operations += cost.floatingPointOperations
        bytes += cost.diskBytes
        totals[totals.count - 1].runs += 1
        totals[totals.count - 1].operations += cost.floatingPointOperations
      }
      updates.append(
        UpdateCount(
          row: specification.row, task: specification.task.id, updates: cost.steps - cost.preliminarySteps,
          preliminary: cost.preliminarySteps, batch: specification.training.batchSize))
      lines.append([
        specification.shortName, "\(cost.trainable)", "\(cost.trainableWithHead)", "\(cost.steps)",
        String(format: "%.4f", cost.floatingPointOperations / 1e15), String(format: "%.0f MB", Double(cost.peakBytes) / 1e6),
        speed.map { RunProgress.readable(seconds: cost.floatingPointOperations / $0) } ?? "unknown", state(run),
      ])
    }
    let time = { (operations: Double) in speed.map { RunProgress.readable(seconds: operations / $0) } ?? "unknown" }
    var text = aligned(lines, numbers: 1...6)
    if totals.count > 1, operations > 0 {
      let rows = totals.map { [$0.row, "\($0.runs)", String(format: "%.4f", $0.operations / 1e15), time($0.operations)] }
      text += [""] + aligned([["to go", "runs", "PFLOP", "time"]] + rows, numbers: 1...3) + [""]
    }
    let work = String(format: "%.4f", operations / 1e15) + " PFLOP"
    let rest = operations > 0 ? ", about \(time(operations)) here for one job, \(megabytes(bytes)) on disk" : ""
    return ((text + ["\(summary): \(work)\(rest)"]).joined(separator: "\n"), updates)
  }

  private static func megabytes(_ bytes: Double) -> String {
    bytes < 1e9 ? String(format: "%.0f MB", max(1, bytes / 1e6)) : String(format: "%.1f GB", bytes / 1e9)
  }

  /// Lines of columns that line up, those of numbers at their right.
  private static func aligned(_ lines: [[String]], numbers: ClosedRange<Int>) -> [String] {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      zip(line, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return numbers.contains(column) ? space + cell.0 : cell.0 + space
      }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }
  }

  /// Operations a second of the plan's finished runs; `nil` before there are any.
  private static func speed(_ plan: [PlannedRun], _ store: RunStore) -> Double? {
    var operations = 0.0, seconds = 0.0
    for run in plan {
      guard let record = store.record(run.identity) else { continue }
      let file = RunFile.timing.url(in: store.workspace.run(run.identity))
      guard let data = try? Data(contentsOf: file), let timing = try? TimingRecord(jsonData: data, file: file.path) else {
        continue
      }
      operations += Double(record.flops)
      seconds += timing.totalSeconds
    }
    return seconds > 0 ? operations / seconds : nil
  }
}
