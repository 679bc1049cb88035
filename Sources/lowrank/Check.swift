import ArgumentParser
import Experiments
import Foundation
import Manifests
import Pocket
import Settings

/// `lowrank check`
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Check every manifest under every profile, with the recipes, tasks, searches, pre-trainings and published figures beside them.",
    discussion:
      "Runs whose model and data are here are put on the model too, without its weights: an option that the model lacks, or a length "
      + "over its positions, is a problem. Trains nothing. Exits with 1 where there is any problem.")

  @Option(
    help: ArgumentHelp(
      "The folder of GLUE's files; without it, runs on real data are not put on their models.", valueName: "folder"))
  var data: String?

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let folder = ExperimentFolder(path: workspace.experiments.path)
    let listing = folder.checked(methods: .registered)
    var problems = listing.broken.flatMap { $0.error.problems }
    for file in folder.pretrainings {
      do throws(ManifestError) { _ = try PretrainingManifest.load(path: file) } catch { problems += error.problems }
    }
    let inputs = RunInputs(workspace: workspace, data: data.map { URL(filePath: ($0 as NSString).expandingTildeInPath) })
    let store = RunStore(workspace)
    var tried = 0, runs = 0
    let experiments = listing.manifests.flatMap(\.experiments)
    for experiment in experiments {
      runs += experiment.runs.count
      guard experiment.runs.allSatisfy({ inputs.isAtHand($0) }) else { continue }
      tried += experiment.runs.count
      problems += try Plan([experiment], profile: experiment.profile, inputs: inputs, store: store).problems
    }
    var seen: Set<Problem> = []
    problems = problems.filter { seen.insert($0).inserted }
    for problem in problems { say("\(problem)") }
    var notes: [String] = []
    for note in experiments.flatMap(\.tuningNotes) where !notes.contains(note) { notes.append(note) }
    for note in notes { say("note: \(note)") }
    say(
      "\(listing.manifests.count) \(listing.manifests.count == 1 ? "manifest" : "manifests"), \(experiments.count) profiles of them, \(runs) runs (\(tried) with their model and data at "
        + "hand): \(problems.isEmpty ? "no problem" : problems.count == 1 ? "1 problem" : "\(problems.count) problems")")
    if !problems.isEmpty { throw ExitCode.failure }
  }
}
