// How far a launch is: what our own records and claims say, beside what the cluster says of its tasks.
import Foundation
import Records

/// How far one launch is.
package struct LaunchStatus: Sendable, Equatable {
  /// A line about the launch, and one for each task or run that a person should know of.
  package let text: String

  /// - Parameters:
  ///   - queue: what waits and goes on; nil where the cluster could not be asked.
  ///   - slurm: tells how tasks ended, where the cluster keeps accounts.
  /// - Throws: `LaunchError`, `StorageError` where the launch cannot be read.
  package init(_ folder: LaunchFolder, queue: LaunchQueue?, store: RunStore, slurm: Slurm) throws {
    let launch = try Launch(file: folder.launch), own = queue?.tasks.filter { $0.folder == folder } ?? []
    let waiting = Set(own.map(\.index))
    var done = 0, failed: [(run: PlannedRun, reason: String)] = [], idle: [Int: Int] = [:]
    for index in launch.tasks.indices {
      for run in try launch.runs(ofTask: index) {
        switch store.status(run) {
        case .done: done += 1
        case .failed(let reason) where !waiting.contains(index): failed.append((run, reason))
        default: if !waiting.contains(index) { idle[index, default: 0] += 1 }
        }
      }
    }
    let all = launch.tasks.reduce(0) { $0 + $1.count }
    let runs = { (tasks: [LaunchQueue.Task]) in tasks.reduce(0) { $0 + $1.runs.count { store.record($0.identity) == nil } } }
    let (running, pending) = (own.filter(\.queued.isRunning), own.filter { !$0.queued.isRunning })
    var parts = ["\(done) of \(all) runs done"]
    if !running.isEmpty { parts.append("\(runs(running)) in \(running.count) running \(running.count == 1 ? "task" : "tasks")") }
    if !pending.isEmpty { parts.append("\(runs(pending)) in \(pending.count) waiting") }
    if !failed.isEmpty { parts.append("\(failed.count) failed") }
    let left = idle.values.reduce(0, +)
    if queue == nil { parts.append("the cluster was not asked") } else if left > 0 { parts.append("\(left) in no task any more") }
    var lines = ["\(folder.name): \(parts.joined(separator: ", "))"]
    for task in running {
      let names = task.runs.filter { store.record($0.identity) == nil }.map(\.specification.shortName)
      lines.append("  task \(task.index) on \(task.queued.place), \(task.queued.timeLeft) left: \(names.joined(separator: ", "))")
    }
    for reason in Set(pending.map(\.queued.place)).sorted() {
      lines.append("  waiting \(reason): \(pending.count { $0.queued.place == reason })")
    }
    for (run, reason) in failed { lines.append("  \(run.specification.shortName) failed: \(reason)") }
    if queue != nil, left > 0, let ended = slurm.ended(folder.jobs.arrays) {
      for index in idle.keys.sorted() {
        let array = launch.arrays.firstIndex { $0.contains(index) } ?? 0
        let name = folder.jobName(ofArray: array), place = index - (launch.arrays[array].lowerBound)
        guard let task = ended.last(where: { $0.name == name && $0.index == place }) else { continue }
        lines.append("  task \(index) ended as \(task.state): \(folder.logs.path)/array-\(array)-\(place).log")
      }
    }
    text = lines.joined(separator: "\n")
  }
}
