import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Storage

/// `lowrank run table1`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the runs of an experiment that are not done, write its table, draw its figures and renew the page.",
    discussion:
      "The table goes to standard output, all else to standard error. A narrowed call prints its own part of the table; the file in "
      + "results keeps the whole. Exits with 3 where a run that was asked for is missing, diverged or failed.")

  @Argument(help: "The experiment's id or alias.")
  var experiment: String

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var read: InputOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var training: TrainingOptions
  @OptionGroup var place: LauncherOptions
  @OptionGroup var written: FormatOptions

  @Flag(help: "Print the plan with its cost; train nothing.")
  var dryRun = false

  func run() throws {
    let workspace = try project.workspace()
    let experiment = try project.experiment(experiment, selection.profile, selection.overrides(), model: read.model, in: workspace)
    let narrowing = try selection.narrowing(), part = try experiment.part(narrowing)
    if dryRun, selection.profile == .paper, read.model == nil, read.data == nil,
      let table = try PlanTable(withoutFiles: part.runs)
    {
      say(table.text)
      for note in part.unlikeRows(among: part.runs, updates: table.updates) { tell("note: \(note)") }
      return
    }
    let inputs = RunInputs(workspace: workspace, data: read.dataFolder)
    let store = RunStore(workspace)
    let plan = try Plan([experiment], profile: selection.profile, narrowing: narrowing, inputs: inputs, store: store)
    guard plan.problems.isEmpty else { throw ManifestError.invalid(plan.problems) }
    if try place.submit(plan, name: experiment.id, store, inputs, data: read.dataFolder, training, dryRun: dryRun) { return }
    if dryRun {
      let table = try PlanTable(plan.runs, store: store, inputs: inputs)
      say(table.text)
      for note in ExperimentSeries(plan, store: store).notes(updates: table.updates) { tell("note: \(note)") }
      return
    }
    var lack: String?
    let outcome = try training.train(ExperimentSeries(plan, store: store), store, inputs) { experiment in
      let own = try report(experiment, part: part, workspace, inputs)
      lack = own.table.lack
      return own.table.problems
    }
    if outcome.incomplete.isEmpty { return }
    complain("incomplete: \(lack ?? outcome.incomplete.flatMap(\.reasons).joined(separator: "; "))")
    throw ExitCode.incomplete
  }

  /// Writes the whole table from all records, draws the figures, and prints the part that was asked for, which it returns.
  private func report(
    _ experiment: Experiment, part: Experiment, _ workspace: Workspace, _ inputs: RunInputs
  ) throws -> Report {
    let results = ResultsFolder(workspace.results)
    let findings = results.findings(for: experiment.runs, inputs: inputs.digestsAtHand)
    let whole = try Report(experiment, findings), own = part == experiment ? whole : try Report(part, findings)
    let file = try whole.write(to: results)
    tell("")
    say(try written.text(own), terminator: "")
    if experiment.isTimed { say("\n" + own.cost.markdown) }
    let rest = part == experiment ? nil : whole.table.lack
    tell("→ \(project.readable(file))" + (rest.map { ", the whole table (\($0))" } ?? ""))
    try project.drawFigures(of: experiment, findings, results, tellsOfMissing: part == experiment)
    project.renewPage(of: experiment, workspace, inputs)
    project.tellOfPage(workspace)
    return own
  }
}
