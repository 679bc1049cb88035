import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting

/// `lowrank all`
struct All: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the runs of every experiment that are not done, and write each table and its figures as soon as they are.",
    discussion:
      "Experiments come one after the other, pilots not among them; runs that several share are trained once. An incomplete one keeps "
      + "no other from being run: the exit status is then 1, and the last lines say which.")

  @Option(help: "The size: pocket, small or paper. Experiments that have it not are left out.")
  var profile = Profile.pocket

  @Option(help: ArgumentHelp("The folder of GLUE's files.", valueName: "folder"))
  var data: String?

  @OptionGroup var training: TrainingOptions
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let blas = try training.core.take()
    let workspace = try project.workspace()
    let folder = ExperimentFolder(path: workspace.experiments.path)
    var manifests: [Manifest] = []
    var broken: [String] = []
    for file in folder.tables {
      do { manifests.append(try Manifest.load(path: file, recipes: folder.recipes, vocabulary: .registered)) } catch {
        broken.append("\(error)")
      }
    }
    let inputs = RunInputs(workspace: workspace, data: data.map { URL(filePath: ($0 as NSString).expandingTildeInPath) })
    let store = RunStore(workspace)
    let series = ExperimentSeries(manifests, profile: profile, inputs: inputs, store: store)
    say((broken + [series.summary(store)]).joined(separator: "\n"))
    sayProducts(blas, series.items.flatMap(\.plan), store)
    let stop = StopSignal()
    let outcome = series.run(
      runner: { training.runner(store, inputs, stop, isTimed: $0.isTimed) },
      progress: { place in
        RunProgress(isTerminal: isatty(1) == 1, subject: place) { say($0, terminator: "") }
      }, say: { say($0) }, report: { try report($0, workspace) })
    if outcome.wasStopped {
      say("stopped after \(outcome.trained) run\(outcome.trained == 1 ? "" : "s"); the same command goes on from here")
      throw ExitCode(128 + stop.received)
    }
    if let text = outcome.text(of: series.items.count) {
      say(text)
    }
    if !broken.isEmpty || !outcome.incomplete.isEmpty { throw ExitCode.failure }
  }

  /// Writes an experiment's table and draws its figures; returns what it lacks.
  private func report(_ manifest: Manifest, _ workspace: Workspace) throws -> [String] {
    let results = ResultsFolder(workspace.results)
    let report = try Report(manifest: manifest, profile: profile, results: results)
    say("→ \(project.readable(try report.write(to: results)))")
    try project.drawFigures(of: manifest, profile, results)
    return report.table.problems
  }
}
