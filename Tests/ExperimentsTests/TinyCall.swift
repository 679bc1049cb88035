// The tiny project as this program's own code sees it: its plan, its runs, their records.
import Foundation
import Manifests
import Records
import Synchronization
import TestSupport
import Testing

@testable import Experiments

extension TinyProject {
  func workspace(results: String? = nil) throws -> Workspace {
    try Workspace(root: root, results: results.map { root.appending(path: $0) })
  }

  /// All that one call of `lowrank run tiny` would use, read afresh.
  func call(results: String? = nil, jobs: Int = 1, options: ExecutionOptions = ExecutionOptions()) throws -> TinyCall {
    let workspace = try workspace(results: results)
    let manifest = try ExperimentFolder(path: workspace.experiments.path).manifest(named: "tiny", vocabulary: .registered)
    let inputs = RunInputs(workspace: workspace, data: nil)
    let digest = try ManifestDigest.of(manifest)
    let store = RunStore(workspace)
    return TinyCall(
      plan: try manifest.resolve(profile: .pocket).map { try inputs.plan($0, manifestDigest: digest) }, store: store,
      inputs: inputs, runner: Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: jobs))
  }
}

struct TinyCall: Sendable {
  let plan: [PlannedRun]
  let store: RunStore
  let inputs: RunInputs
  let runner: Runner

  /// Makes the runs; the lines that a person would see come too.
  func run() throws -> (summary: RunnerSummary, lines: String) {
    let lines = Mutex("")
    let progress = RunProgress(isTerminal: false) { text in lines.withLock { $0 += text } }
    let summary = try runner.run(plan, progress: progress)
    return (summary, lines.withLock { $0 })
  }

  func record(_ index: Int) throws -> RunRecord { try #require(store.record(plan[index].identity)) }
  func folder(_ index: Int) -> URL { store.workspace.run(plan[index].identity) }
}
