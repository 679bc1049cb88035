// What a call will do, before it does: how many runs, which are done, what each costs.
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
    let count = { (values: [String], name: String) in
      let number = Set(values).count
      return "\(number) \(name)\(number == 1 ? "" : "s")"
    }
    let axes = [
      count(plan.map(\.specification.row), "method"), count(plan.map(\.specification.task), "task"),
      count(plan.map { "\($0.specification.seed)" }, "seed"),
    ]
    text =
      "\(axes.joined(separator: " × ")) = \(total) runs, \(done) done before, \(toTrain) to go"
      + (done + toTrain < total ? " (\(total - done - toTrain) shared)" : "")
  }
}

/// The plan of `--dry-run`: a line a run with its parameters, operations, memory, time and state.
public struct PlanTable {
  public let text: String

  /// - Throws: what would keep a run from starting.
  public init(_ plan: [PlannedRun], store: RunStore, inputs: RunInputs) throws {
    var estimates: [String: CostEstimate] = [:]
    var lines: [[String]] = [["run", "trainable", "with head", "steps", "PFLOP", "memory", "time", "state"]]
    var operations = 0.0
    let speed = Self.speed(plan, store)
    for run in plan {
      // seeds change no cost
      let specification = run.specification
      let key = "\(specification.row) \(specification.task)"
      let estimate = try estimates[key] ?? CostEstimate(run, inputs: inputs)
      estimates[key] = estimate
      let status = store.status(run)
      if status != .done { operations += estimate.floatingPointOperations }
      lines.append([
        specification.shortName, "\(estimate.trainable)", "\(estimate.trainableWithHead)", "\(estimate.steps)",
        String(format: "%.4f", estimate.floatingPointOperations / 1e15),
        String(format: "%.0f MB", Double(estimate.peakBytes) / 1e6),
        speed.map { RunProgress.readable(seconds: estimate.floatingPointOperations / $0) } ?? "unknown", status.description,
      ])
    }
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let rows = lines.map { line in
      zip(line, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return (1...6).contains(column) ? space + cell.0 : cell.0 + space
      }.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }
    let summary = PlanSummary(plan, store: store)
    let time = speed.map { ", about \(RunProgress.readable(seconds: operations / $0)) for one job" } ?? ""
    text = (rows + ["\(summary.text): \(String(format: "%.4f", operations / 1e15)) PFLOP\(time)"]).joined(separator: "\n")
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
