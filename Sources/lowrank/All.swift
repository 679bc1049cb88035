import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Settings

/// `lowrank all`
struct All: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the runs of every experiment that are not done, and write each table and its figures as soon as they are.",
    discussion:
      "Experiments come one after the other, searches and those of a group not among them; runs that several share are trained once. An incomplete one keeps "
      + "no other from being run: the exit status is then 3, and the last lines say which.")

  @Option(help: "The size: pocket, small or paper. Experiments that have it not are left out.")
  var profile = Profile.pocket

  @Option(help: ArgumentHelp("The experiments of this group in place of those of none, as findings.", valueName: "name"))
  var group: String?

  @Option(help: ArgumentHelp("The folder of GLUE's files.", valueName: "folder"))
  var data: String?

  @OptionGroup var training: TrainingOptions
  @OptionGroup var place: LauncherOptions
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let folder = ExperimentFolder(path: workspace.experiments.path)
    let listing = folder.list(folder.tables, profile: profile, methods: .registered)
    let dataFolder = data.map { URL(filePath: ($0 as NSString).expandingTildeInPath) }
    let inputs = RunInputs(workspace: workspace, data: dataFolder)
    let store = RunStore(workspace)
    let experiments = try listing.manifests(ofGroup: group).filter { !$0.isSearch }
      .flatMap { $0.experiments.filter { $0.profile == profile } }
    let series = ExperimentSeries(try Plan(experiments, profile: profile, inputs: inputs, store: store), store: store)
    for broken in listing.broken { complain(broken.error.description) }
    if try place.submit(series.plan, name: group ?? "all", store, inputs, data: dataFolder, training, dryRun: false) { return }
    let outcome = try training.train(series, store, inputs) { try project.writeTable(of: $0, workspace, inputs) }
    project.tellOfPage(workspace)
    if let text = outcome.text(of: series.plan.items.count) { complain(text) }
    if !listing.broken.isEmpty { throw ExitCode.failure }
    if !outcome.incomplete.isEmpty { throw ExitCode.incomplete }
  }
}
