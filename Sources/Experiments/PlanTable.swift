// What a call will do, before it does: how many runs, which are done, what each costs.
import Datasets
import Foundation
import Manifests
import Records
import Storage

/// The digest of all files that a manifest was made from.
public enum ManifestDigest {
  /// - Throws: `StorageError` when a file has gone since.
  public static func of(_ manifest: Manifest) throws -> String {
    let lines = try manifest.sources.map { try FileDigest.sha256(of: URL(filePath: $0)) + "\n" }
    return FileDigest.sha256(of: Array(lines.joined().utf8))
  }
}

/// The size of a plan in one line.
public struct PlanSummary: Sendable, Equatable {
  public let total: Int
  public let done: Int
  /// Different runs that are not done: rows may share one.
  public let toTrain: Int
  /// `5 methods × 4 tasks × 2 seeds = 40 runs, 16 done before, 24 to go`
  public let text: String

  public init(_ plan: [PlannedRun], store: RunStore) {
    total = plan.count
    done = plan.reduce(0) { $0 + (store.record($1.identity) == nil ? 0 : 1) }
    toTrain = Set(plan.filter { store.record($0.identity) == nil }.map(\.identity)).count
    text =
      "\(Self.axes(plan.map(\.specification))) = \(total) runs, \(done) done before, \(toTrain) to go"
      + (done + toTrain < total ? " (\(total - done - toTrain) shared)" : "")
  }

  /// `5 methods × 4 tasks × 2 seeds`
  static func axes(_ runs: [RunSpecification]) -> String {
    func count(_ values: [String], _ name: String) -> String {
      let number = Set(values).count
      return "\(number) \(name)\(number == 1 ? "" : "s")"
    }
    return [count(runs.map(\.row), "method"), count(runs.map(\.task), "task"), count(runs.map { "\($0.seed)" }, "seed")]
      .joined(separator: " × ")
  }
}

/// The plan of `--dry-run`: a line a run with its parameters, operations, memory, time and state.
public struct PlanTable {
  public let text: String

  /// - Throws: what would keep a run from starting.
  public init(_ plan: [PlannedRun], store: RunStore, inputs: RunInputs) throws {
    let summary = PlanSummary(plan, store: store)
    let done = Set(plan.map(\.identity).filter { store.record($0) != nil })
    text = try Self.text(
      plan, \.specification, summary: summary.text, speed: Self.speed(plan, store), isDone: { done.contains($0.identity) },
      state: { store.status($0).description }, estimate: { try CostEstimate($0, inputs: inputs) })
  }

  /// The plan of runs whose model or data are not here, by their published sizes; nil where those are not known.
  ///
  /// - Throws: `AdapterError` where a method's options make no sense.
  public init?(withoutFiles runs: [RunSpecification]) throws {
    guard
      runs.allSatisfy({
        PublishedSizes.configuration(of: $0.model) != nil && $0.taskDefinition == nil && GLUETask(rawValue: $0.task) != nil
      })
    else { return nil }
    let models = Set(runs.map(\.model)).sorted().joined(separator: ", ")
    text =
      try Self.text(
        runs, \.self, summary: "\(PlanSummary.axes(runs)) = \(runs.count) runs", speed: nil, isDone: { _ in false },
        state: { _ in "no files" }, estimate: { try CostEstimate(published: $0) })
      + "\nCounted by the sizes of \(models) and of GLUE, whose rows are taken to have their mean length; longer ones need more memory. MODEL=<folder> and DATA=<folder> "
      + "plan, and run, with files."
  }

  private static func text<Run>(
    _ runs: [Run], _ specification: KeyPath<Run, RunSpecification>, summary: String, speed: Double?, isDone: (Run) -> Bool,
    state: (Run) -> String, estimate: (Run) throws -> CostEstimate?
  ) throws -> String {
    var estimates: [String: CostEstimate] = [:]
    var lines: [[String]] = [["run", "trainable", "with head", "steps", "PFLOP", "memory", "time", "state"]]
    var operations = 0.0
    for run in runs {
      // seeds change no cost
      let specification = run[keyPath: specification]
      let key = "\(specification.row) \(specification.task)"
      guard let cost = try estimates[key] ?? estimate(run) else { continue }
      estimates[key] = cost
      if !isDone(run) { operations += cost.floatingPointOperations }
      lines.append([
        specification.shortName, "\(cost.trainable)", "\(cost.trainableWithHead)", "\(cost.steps)",
        String(format: "%.4f", cost.floatingPointOperations / 1e15), String(format: "%.0f MB", Double(cost.peakBytes) / 1e6),
        speed.map { RunProgress.readable(seconds: cost.floatingPointOperations / $0) } ?? "unknown", state(run),
      ])
    }
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let rows = lines.map { line in
      zip(line, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return (1...6).contains(column) ? space + cell.0 : cell.0 + space
      }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }
    let time = speed.map { ", about \(RunProgress.readable(seconds: operations / $0)) for one job" } ?? ""
    return (rows + ["\(summary): \(String(format: "%.4f", operations / 1e15)) PFLOP\(time)"]).joined(separator: "\n")
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
