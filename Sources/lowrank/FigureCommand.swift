import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Settings

/// `lowrank figure table1`, or `lowrank figure --run results/table1/pocket/aflora/rte/seed-0 --to .`
struct FigureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figure", abstract: "Draw an experiment's figures, or one run's learning curves, from what is there.",
    discussion:
      "Trains nothing. Each figure is an SVG, a PNG and a CSV of its values. Of a part of an experiment they go where --to says, "
      + "since those in results are of the whole. Exits with 1 where one could not be drawn although its runs are there.")

  @Argument(help: "The experiment's id or alias.")
  var experiment: String?

  @OptionGroup var selection: SelectionOptions

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("One run, as for `lowrank show`: its learning curves are drawn.", valueName: "run"))
  var runName: String?

  @Option(help: ArgumentHelp("Where figures of one run or of a part of an experiment go.", valueName: "folder"))
  var to: String?

  @Option(help: ArgumentHelp("The folder of manifests; by default 'experiments' in the root.", valueName: "folder"))
  var experiments: String?

  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard (experiment == nil) != (runName == nil) else { throw ValidationError("give an experiment or --run, one of them") }
    if runName != nil, to == nil { throw ValidationError("--run wants --to, the folder where its figure goes") }
    if runName != nil, try selection.isPart || selection.profile != .pocket {
      throw ValidationError("--profile, --tasks, --methods, --seeds and --set are of an experiment, and --run names one run")
    }
  }

  func run() throws {
    let workspace = try project.workspace()
    let results = ResultsFolder(workspace.results)
    let gnuplot = try Gnuplot()
    if let runName, let to {
      let files = try RunFigure.write(runIn: results.folder(of: runName), to: URL(filePath: to), with: gnuplot)
      say(FigureFiles.text(files, project.readable))
      return
    }
    guard let id = experiment else { return }
    let whole = try project.experiment(id, selection, in: workspace, folder: experiments)
    let experiment = try whole.part(selection.narrowing())
    guard experiment == whole || to != nil else {
      throw Failure(
        description: "figures of a part of \(whole.id) want --to, the folder where they go: those in results are of the whole")
    }
    let inputs = RunInputs(workspace: workspace, data: nil)
    let figures = try ExperimentFigures(
      experiment, results.findings(for: experiment.runs, inputs: inputs.digestsAtHand), results: results)
    guard !figures.settings.isEmpty else {
      throw Failure(description: "\(experiment.id) has no figures: its manifest names none\(to == nil ? "" : " of this part").")
    }
    let outcomes = figures.draw(with: gnuplot, to: to.map { URL(filePath: ($0 as NSString).expandingTildeInPath) })
    for outcome in outcomes { say(outcome.text(project.readable)) }
    if outcomes.contains(where: \.isFailure) { throw ExitCode.failure }
  }
}

extension ProjectOptions {
  /// Writes an experiment's table, draws its figures and renews the page; returns what the table lacks.
  func writeTable(of experiment: Experiment, _ workspace: Workspace, _ inputs: RunInputs) throws -> [String] {
    let results = ResultsFolder(workspace.results)
    let findings = results.findings(for: experiment.runs, inputs: inputs.digestsAtHand)
    let report = try Report(experiment, findings)
    tell("→ \(readable(try report.write(to: results)))")
    try drawFigures(of: experiment, findings, results)
    renewPage(of: experiment, workspace, inputs)
    return report.table.problems
  }

  /// Draws a manifest's figures. They are made from records as its table is, so one that cannot be drawn is no failure of the runs.
  /// - Parameter tellsOfMissing: whether a figure is told of that lacks its runs; a narrowed call asked for none of them.
  func drawFigures(
    of experiment: Experiment, _ findings: RunFindings, _ results: ResultsFolder, tellsOfMissing: Bool = true
  ) throws {
    let figures = try ExperimentFigures(experiment, findings, results: results)
    if figures.settings.isEmpty { return }
    do throws(ReportError) {
      for outcome in figures.draw(with: try Gnuplot()) where tellsOfMissing || outcome.state != .withoutRuns {
        tell(outcome.text(readable))
      }
    } catch {
      tell("no figures: \(error)")
    }
  }
}
