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
    let workspace = try project.workspace()
    let experiment = try project.experiment(experiment, selection.profile, model: selection.model, in: workspace)
    if dryRun, selection.profile == .paper, selection.model == nil, selection.data == nil,
      let table = try PlanTable(withoutFiles: experiment.runs(selection.narrowing()))
    {
      say(table.text)
      return
    }
    let inputs = RunInputs(workspace: workspace, data: selection.dataFolder)
    let store = RunStore(workspace)
    let plan = try Plan([experiment], profile: selection.profile, narrowing: selection.narrowing(), inputs: inputs, store: store)
    guard plan.problems.isEmpty else { throw ManifestError.invalid(plan.problems) }
    if dryRun {
      say(try PlanTable(plan.runs, store: store, inputs: inputs).text)
      for note in ExperimentSeries(plan, store: store).notes { say("note: \(note)") }
      return
    }
    let outcome = try training.train(ExperimentSeries(plan, store: store), store, inputs) { try report($0, workspace, inputs) }
    if !outcome.incomplete.isEmpty { throw ExitCode.failure }
  }

  /// Writes the table from all records, prints it, and draws the figures; returns what it lacks.
  private func report(_ experiment: Experiment, _ workspace: Workspace, _ inputs: RunInputs) throws -> [String] {
    let results = ResultsFolder(workspace.results)
    let findings = results.findings(for: experiment.runs, inputs: inputs.digestsAtHand)
    let report = try Report(experiment, findings)
    let file = try report.write(to: results)
    say("\n\(try report.rendered(.markdown))")
    if experiment.isTimed { say(report.cost.markdown) }
    say("→ \(project.readable(file))")
    try project.drawFigures(of: experiment, findings, results)
    return report.table.problems
  }
}
