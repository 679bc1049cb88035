import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting

/// `lowrank list`
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the experiments: what each is, how many runs it has, and how many of them are done.",
    discussion: "Of one experiment, named by its id or alias, every run and how it stands.")

  @Argument(help: "The experiment whose runs are listed; by default all experiments are.")
  var experiment: String?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard experiment == nil, try selection.isPart else { return }
    throw ValidationError(
      "--tasks, --methods, --seeds and --set are of one experiment: name it, as in: lowrank list table1 --tasks rte")
  }

  func run() throws {
    let workspace = try project.workspace()
    let folder = ExperimentFolder(path: workspace.experiments.path)
    let results = ResultsFolder(workspace.results), inputs = RunInputs(workspace: workspace, data: nil)
    if let experiment {
      let part = try project.experiment(experiment, selection, in: workspace).part(selection.narrowing())
      let findings = results.findings(for: part.runs, comparesTensors: false, inputs: inputs.digestsAtHand)
      return say(try TableModel(part, findings).listing, terminator: "")
    }
    let listing = folder.list(methods: .registered)
    let list = ExperimentList(listing.manifests, papers: (try? folder.papers()) ?? []) { runs in
      results.findings(for: runs, comparesTensors: false, inputs: inputs.digestsAtHand)
    }
    say(list.text, terminator: "")
    if listing.broken.isEmpty { return }
    say("\ncannot be used ('lowrank check' says everything)")
    for (file, error) in listing.broken {
      say("  \(project.readable(URL(filePath: file))): \(error.summary(in: file))")
    }
    throw ExitCode.failure
  }
}
