// Which runs of all launches wait or go on: the cluster says which tasks, the launches say which runs these are.
import Foundation
import Records

/// The tasks of all launches of a folder of results that have not ended.
package struct LaunchQueue: Sendable {
  /// A launch's task that has not ended.
  package struct Task: Sendable, Equatable {
    /// The launch.
    package let folder: LaunchFolder
    /// Its number in the launch.
    package let index: Int
    /// What the cluster says.
    package let queued: Slurm.QueuedTask
    /// What the task trains, in order, what is done included.
    package let runs: [PlannedRun]
  }

  /// The tasks, by launch and number.
  package private(set) var tasks: [Task] = []
  /// Launches whose file cannot be read, with the reason: which runs their tasks do is not known.
  package private(set) var problems: [String] = []

  /// - Parameter queue: what the cluster says of the user's tasks; those of other projects are left out.
  package init(_ layout: ResultsLayout, _ queue: [Slurm.QueuedTask]) {
    for folder in LaunchFolder.all(in: layout) {
      let own = queue.compactMap { task in folder.array(ofJobName: task.name).map { (array: $0, task: task) } }
      if own.isEmpty { continue }
      do {
        let launch = try Launch(file: folder.launch)
        tasks += try own.compactMap { array, task -> Task? in
          guard let index = task.index, launch.arrays.indices.contains(array), launch.arrays[array].count > index else {
            return nil
          }
          let number = launch.arrays[array].lowerBound + index
          return Task(folder: folder, index: number, queued: task, runs: try launch.runs(ofTask: number))
        }.sorted { $0.index < $1.index }
      } catch {
        problems.append("\(error)")
      }
    }
  }

  /// The names of the jobs that a launch has in the queue, the report's among them.
  package func jobNames(of folder: LaunchFolder) -> [String] {
    let arrays = tasks.filter { $0.folder == folder }.map(\.queued.name)
    return Set(arrays).sorted() + [folder.reportJobName]
  }

  /// The identities of their runs.
  package var identities: Set<String> { Set(tasks.flatMap { $0.runs.map(\.identity) }) }
}
