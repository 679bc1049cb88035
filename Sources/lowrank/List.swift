import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting

/// `lowrank list`
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the experiments: what each is, how many runs it has, and how many of them are done.")

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let folder = ExperimentFolder(path: workspace.experiments.path)
    let results = ResultsFolder(workspace.results), inputs = RunInputs(workspace: workspace, data: nil)
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
