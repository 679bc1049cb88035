// The tiny project as this program's own code sees it: its plan, its runs, their records.
import Foundation
import Manifests
import Records
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Experiments

extension TinyProject {
  func workspace(results: String? = nil) throws -> Workspace {
    try Workspace(root: root, results: results.map { root.appending(path: $0) })
  }

  /// What is wrong with the manifest's runs, by the paths below the project's root.
  func problems() throws -> [String] {
    let workspace = try workspace(), folder = ExperimentFolder(path: workspace.experiments.path)
    let experiment = try folder.manifest(named: "tiny", profile: .pocket, methods: .registered).experiment(.pocket)
    let plan = try Plan(
      [experiment], profile: .pocket, inputs: RunInputs(workspace: workspace, data: nil), store: RunStore(workspace))
    return plan.problems.map { "\($0)".replacing(workspace.root.path + "/", with: "") }
  }

  /// All that one call of `lowrank run tiny` would use, read afresh.
  func call(results: String? = nil, jobs: Int = 1, options: ExecutionOptions = ExecutionOptions()) throws -> TinyCall {
    let workspace = try workspace(results: results)
    let experiment = try ExperimentFolder(path: workspace.experiments.path).manifest(
      named: "tiny", profile: .pocket, methods: .registered
    )
    .experiment(.pocket)
    let inputs = RunInputs(workspace: workspace, data: nil)
    let digest = try FileDigest.sha256(ofAll: experiment.sources.map { URL(filePath: $0) })
    let store = RunStore(workspace)
    return TinyCall(
      experiment: experiment, plan: try experiment.runs.map { try inputs.plan($0, manifestDigest: digest) }, store: store,
      inputs: inputs, runner: Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: jobs))
  }
}

struct TinyCall: Sendable {
  let experiment: Experiment
  let plan: [PlannedRun]
  let store: RunStore
  let inputs: RunInputs
  let runner: Runner

  /// Makes the runs; the lines that a person would see come too.
  func run() throws -> (summary: RunnerSummary, lines: String) {
    let lines = Mutex("")
    let progress = RunProgress(.lines) { text in lines.withLock { $0 += text } }
    let summary = try runner.run(plan, progress: progress)
    return (summary, lines.withLock { $0 })
  }

  /// The call's plan as a checked value.
  func checked() throws -> Plan { try Plan([experiment], profile: experiment.profile, inputs: inputs, store: store) }

  /// What is wrong with the plan, by the paths below the project's root.
  func problems() throws -> [String] {
    try checked().problems.map { "\($0)".replacing(store.workspace.root.path + "/", with: "") }
  }

  func record(_ index: Int) throws -> RunRecord { try #require(store.record(plan[index].identity)) }
  func folder(_ index: Int) -> URL { store.workspace.run(plan[index].identity) }
}
