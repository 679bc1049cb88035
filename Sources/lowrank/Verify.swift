import ArgumentParser
import Foundation
import Manifests
import Reporting

/// `lowrank verify table1`
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare every file that runs left with their records, and the records with their seals.",
    discussion: "Trains nothing and changes nothing. Exits with 1 where anything is not what a run wrote.")

  @Argument(
    help: ArgumentHelp("Only the runs of this experiment, by its id or alias; all runs without it.", valueName: "experiment"))
  var experiment: String?

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let results = ResultsFolder(workspace.results)
    let id = try experiment.map {
      let manifest = try ExperimentFolder(path: workspace.experiments.path).manifest(
        named: $0, profile: .pocket, methods: .registered)
      // with settings in its name it is an experiment of its own
      return manifest.experiments.first?.id ?? manifest.id
    }
    let found = RunVerification(id.map { results.runFolders(of: $0) } ?? results.runFolders)
    for problem in found.problems { say(problem) }
    say(found.text)
    if !found.isWhole { throw ExitCode.failure }
  }
}
