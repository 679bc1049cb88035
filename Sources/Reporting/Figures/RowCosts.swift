// What the runs of a table's row cost: parameters, operations, time and memory, and how far the measured ones can be compared.
import Manifests
import Metrics
import Records

/// The costs of one row's runs on a figure's tasks.
struct RowCosts {
  private let runs: [FigureRun]
  private let tasks: [String]

  /// - Parameter runs: those of the row that came to their end.
  init(_ runs: [FigureRun], tasks: [String]) { (self.runs, self.tasks) = (runs, tasks) }

  /// What the row costs; nil where no run, or none on some task, says it.
  func value(_ quantity: CostQuantity) -> Double? {
    switch quantity {
    case .parameters: return mean(runs.map(\.record.trainableParameters.average))
    case .kept:
      let counts = runs.compactMap { $0.record.number(named: RunRecord.keptParameters) }
      return counts.count == runs.count ? mean(counts) : nil
    case .operations: return perTask { mean($0.map { Double($0.record.flops) }) }
    // the median, for other work of the machine slows single runs down
    case .time: return perTask { median($0.compactMap { $0.timing?.wholeTrainingSeconds }) }
    case .memory: return runs.compactMap { $0.timing?.peakMemoryBytes }.max().map(Double.init)
    }
  }

  /// The mean over the tasks, each of which counts once.
  private func perTask(_ value: ([FigureRun]) -> Double?) -> Double? {
    let values = tasks.compactMap { task in value(runs.filter { $0.task == task }) }
    return values.count == tasks.count ? mean(values) : nil
  }
}

/// By what machine runs were timed, and whether they had it for themselves.
struct CostConditions {
  /// Whether there is a timing.
  let isTimed: Bool
  /// Whether every run was made to be timed: one at a time, with the time of each update kept.
  let isAlone: Bool
  /// The processors, in the order of their first appearance.
  let processors: [String]
  /// The different numbers of threads, ascending.
  let threads: [Int]

  init(_ runs: [FigureRun]) {
    let timed = runs.filter { $0.timing != nil }
    let segments = timed.compactMap(\.timing).flatMap(\.segments)
    isTimed = !segments.isEmpty
    isAlone = isTimed && segments.allSatisfy { $0.stepSeconds != nil }
    processors = TableProvenance.distinct(timed.map(\.record.environment.processor))
    threads = TableProvenance.distinct(segments.map(\.threads)).sorted()
  }

  /// What a panel of times must say of them.
  var phrase: String {
    guard isTimed else { return "no run was timed" }
    let number = threads.map(String.init).joined(separator: " and ") + " thread\(threads == [1] ? "" : "s")"
    if processors.count > 1 || threads.count > 1 {
      return "on \(processors.count > 1 ? "\(processors.count) processors, " : "")\(number): not to be compared"
    }
    return isAlone ? "timed alone, \(number)" : "not timed alone, \(number): other runs slow it down"
  }
}
