import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Storage

/// `lowrank run table1`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the runs of an experiment that are not done, write its table and draw its figures.")

  @Argument(help: "The experiment's id or alias.")
  var experiment: String

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var training: TrainingOptions

  @Flag(help: "Print the plan with its cost; train nothing.")
  var dryRun = false

  func run() throws {
    let blas = try training.core.take()
    let workspace = try project.workspace()
    let manifest = try project.manifest(experiment, in: workspace)
    let specifications = try manifest.resolve(profile: selection.profile, narrowing: selection.narrowing(), model: selection.model)
    if dryRun, selection.profile == .paper, selection.model == nil, selection.data == nil,
      let table = try PlanTable(withoutFiles: specifications)
    {
      say(table.text)
      return
    }
    let inputs = RunInputs(workspace: workspace, data: selection.dataFolder)
    let digest = try ManifestDigest.of(manifest)
    let plan = try specifications.map { try inputs.plan($0, manifestDigest: digest) }
    let store = RunStore(workspace)
    let problems = try PlanCheck.problems(plan, store: store, inputs: inputs)
    guard problems.isEmpty else {
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      throw Failure(description: problems.joined(separator: "\n") + "\n\(count); nothing was run.")
    }
    if dryRun {
      say(try PlanTable(plan, store: store, inputs: inputs).text)
      sayProducts(blas, plan, store)
      return
    }
    let stop = StopSignal()
    let summary = PlanSummary(plan, store: store)
    say("\(manifest.id) · \(selection.profile.rawValue) · \(summary.text)")
    sayProducts(blas, plan, store)
    let progress = RunProgress(isTerminal: isatty(1) == 1) { say($0, terminator: "") }
    let isTimed = try manifest.plan(for: selection.profile).isTimed
    let result = try training.runner(store, inputs, stop, isTimed: isTimed).run(plan, progress: progress)
    stop.end()
    if result.wasStopped {
      say("stopped after \(result.trained) of \(summary.toTrain) runs; the same command goes on from here")
      throw ExitCode(128 + stop.received)
    }
    for failure in result.failures { say("failed: \(failure.run.specification.shortName): \(failure.reason)") }
    try writeReport(manifest, workspace)
    if !result.failures.isEmpty { throw ExitCode.failure }
  }

  /// Writes the table from all records, and fails when a cell is not whole.
  private func writeReport(_ manifest: Manifest, _ workspace: Workspace) throws {
    let results = ResultsFolder(workspace.results)
    let report = try Report(manifest: manifest, profile: selection.profile, results: results)
    let file = try report.write(to: results)
    say("\n\(try report.rendered(.markdown))")
    if try manifest.plan(for: selection.profile).isTimed { say(report.cost.markdown) }
    say("→ \(project.readable(file))")
    try project.drawFigures(of: manifest, selection.profile, results)
    guard report.table.isComplete else { throw ExitCode.failure }
  }
}
