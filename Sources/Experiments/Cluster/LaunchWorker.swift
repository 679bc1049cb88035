// A task of a launch on a node of the cluster: its runs, by the same runner that trains on this machine.
import Foundation
import Records
import Storage
import Training

/// Carries out tasks of a launch.
package struct LaunchWorker {
  /// What is carried out.
  package let launch: Launch
  /// What its runs read.
  package let inputs: RunInputs
  private let store: RunStore

  /// Reads a launch from its file.
  ///
  /// - Throws: `LaunchError`, `StorageError`.
  package init(_ file: URL, in workspace: Workspace) throws {
    launch = try Launch(file: file)
    inputs = RunInputs(workspace: workspace, data: launch.data.map { URL(filePath: $0) })
    store = RunStore(workspace)
  }

  /// Trains the runs of a task that are not done. A run that another worker holds is waited for: it may be of a task that was killed, whose
  /// claim expires.
  ///
  /// - Throws: `LaunchError` where there is no such task, or a run would read other files than when the launch was made; as `Runner.run`.
  package func work(
    task index: Int, progress: RunProgress, shouldStop: @escaping @Sendable () -> Bool
  ) throws -> RunnerSummary {
    let runs = try launch.runs(ofTask: index)
    for run in runs where store.record(run.identity) == nil {
      let now = try inputs.plan(run.specification, manifestDigest: run.digests.manifest)
      guard now.identity == run.identity else { throw LaunchError.changedRun(run.specification.shortName) }
    }
    var options = ExecutionOptions()
    options.threads = launch.training.threads
    options.checkpointInterval = launch.training.checkpointSeconds
    options.shouldStop = shouldStop
    let runner = Runner(
      store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: launch.training.jobs, limitsAttempts: true)
    return try runner.run(runs, progress: progress)
  }
}
