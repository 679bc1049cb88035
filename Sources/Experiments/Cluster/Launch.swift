// What is handed to a cluster: a plan that is cut into tasks, as one file. A worker on another machine needs nothing else but the project,
// its results and what its runs read, at the same paths.
import Foundation
import Manifests
import Records
import Settings
import Storage

/// A plan as a cluster carries it out.
package struct Launch: Sendable, Equatable, Codable {
  /// How its runs are trained; none of it changes a number.
  package struct Training: Sendable, Equatable, Codable {
    /// Threads of a run.
    package var threads: Int
    /// Runs of a task at the same time.
    package var jobs: Int
    /// Seconds between a run's checkpoints.
    package var checkpointSeconds: Double

    /// Makes settings from their parts.
    package init(threads: Int, jobs: Int, checkpointSeconds: Double) {
      (self.threads, self.jobs, self.checkpointSeconds) = (threads, jobs, checkpointSeconds)
    }
  }

  private static let knownVersion = 1
  /// The largest file that is read as one: some 50,000 runs.
  private static let largestFile = 1 << 28

  /// The version of this form.
  private let version: Int
  /// The version of the arithmetic that the identities of its runs are of.
  package let numerics: Int
  /// The experiments with the runs that were asked for, those that were done included.
  package let plan: Plan
  /// The identities of each task's runs, in the order in which they are trained.
  package let tasks: [[String]]
  /// How many tasks a job array has; the last may have fewer.
  package let tasksPerArray: Int
  /// How they are trained.
  package let training: Training
  /// The folder of the built-in tasks' files, where one was named.
  package let data: String?

  /// Cuts the runs of a plan into tasks of so many.
  ///
  /// - Parameters:
  ///   - identities: the runs that are to be trained, in the plan's order.
  ///   - runsPerTask: how many a task has; the last may have fewer.
  ///   - largestArray: the most tasks of one job array.
  package init(_ plan: Plan, _ identities: [String], runsPerTask: Int, largestArray: Int, training: Training, data: URL?) {
    version = Self.knownVersion
    numerics = Numerics.version
    self.plan = plan
    let size = max(1, runsPerTask)
    tasks = stride(from: 0, to: identities.count, by: size).map { Array(identities[$0..<min(identities.count, $0 + size)]) }
    tasksPerArray = max(1, largestArray)
    self.training = training
    self.data = data?.path
  }

  /// The tasks of each job array.
  package var arrays: [Range<Int>] {
    stride(from: 0, to: tasks.count, by: tasksPerArray).map { $0..<min(tasks.count, $0 + tasksPerArray) }
  }

  /// Reads a launch from its file.
  ///
  /// - Throws: `LaunchError` where it is none that this program can carry out; `StorageError` where it cannot be read.
  package init(file: URL) throws {
    let bytes = try SmallFile.contents(of: file, limit: Self.largestFile)
    do { self = try JSONDecoder().decode(Launch.self, from: bytes) } catch {
      throw LaunchError.notALaunch(file.path, reason: "\(error)")
    }
    guard version == Self.knownVersion else {
      throw LaunchError.notALaunch(file.path, reason: "it is of version \(version), this program knows \(Self.knownVersion)")
    }
    guard numerics == Numerics.version else { throw LaunchError.otherNumerics(found: numerics, own: Numerics.version) }
  }

  /// The runs of a task, in order.
  ///
  /// - Throws: `LaunchError.noTask` where there is none of that number, or the plan lacks one of its runs.
  package func runs(ofTask index: Int) throws -> [PlannedRun] {
    guard tasks.indices.contains(index) else { throw LaunchError.noTask(index, count: tasks.count) }
    let known = Dictionary(plan.runs.map { ($0.identity, $0) }) { first, _ in first }
    return try tasks[index].map { identity in
      guard let run = known[identity] else { throw LaunchError.noTask(index, count: tasks.count) }
      return run
    }
  }

  /// Writes the file whole.
  ///
  /// - Throws: `StorageError`.
  package func write(to file: URL) throws { try AtomicFile.write(try JSONEncoder().encode(self), to: file) }
}

/// Why a launch cannot be carried out.
package enum LaunchError: Error, Equatable, CustomStringConvertible {
  case notALaunch(String, reason: String)
  case otherNumerics(found: Int, own: Int)
  case noTask(Int, count: Int)
  case changedRun(String)

  package var description: String {
    switch self {
    case .notALaunch(let path, let reason): "\(path): is no launch that this program knows: \(reason). Submit the table again"
    case .otherNumerics(let found, let own):
      "the launch is of numerics \(found), and the program on this node has numerics \(own): its runs would be others. Build the same "
        + "version on every node, or share one build"
    case .noTask(let index, let count): "there is no task \(index): the launch has \(count), numbered from 0"
    case .changedRun(let name):
      "\(name): what it reads is not what it was when the launch was made. Restore the files, or submit the table again"
    }
  }
}
