import ArgumentParser
import Devices
import Experiments
import Foundation
import Interchange
import Manifests
import Records
import Reporting

/// `lowrank export results/table1/pocket/lora/rte/seed-0 --to adapters/lora-rte`
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a run's adapter as a folder that the peft library loads.",
    discussion: """
      A low-rank method that the library does not have is written as the LoRA that it amounts to. Beside it lie a model card, \
      README.md, and the run's identity, lowrank.json.
      """)

  @Argument(help: RunChoice.help) var source: String
  @Option(help: ArgumentHelp("The folder to make.", valueName: "folder")) var to: String
  @OptionGroup var card: CardOptions
  @OptionGroup var choice: RunChoice
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let trained = try choice.load(source, project), base = card.base(of: trained)
    let adapter = try PEFTAdapter(trained.method, on: trained.model, baseModel: base.text)
    let folder = URL(filePath: (to as NSString).expandingTildeInPath), kind = adapter.configuration.kind.rawValue
    try adapter.write(to: folder, with: CardOptions.card(of: trained, as: .adapter(kind), base).files)
    say("→ \(project.readable(folder))  (\(kind), \(trained.outputs))")
  }
}

/// What is said of a run's weights beside them.
struct CardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the base model is called elsewhere, as microsoft/deberta-v3-base; by default its path on this machine.",
      valueName: "name"))
  var baseName: String?

  func validate() throws {
    if let problem = baseName.flatMap(BaseModelName.problem) { throw ValidationError("--base-name \(problem)") }
  }

  /// The name of a run's base model.
  func base(of trained: TrainedRun) -> BaseModelName { baseName.map { .portable($0) } ?? .path(trained.modelFolder.path) }

  /// The card of a run's weights in some form.
  static func card(of trained: TrainedRun, as form: ModelCard.Form, _ base: BaseModelName) -> ModelCard {
    ModelCard(trained.record, of: trained.specification, weights: trained.weights, form: form, base: base)
  }
}

/// Which weights of a run are meant, and where its base model is.
struct RunChoice: ParsableArguments {
  static let help = ArgumentHelp(
    "A run's folder, a link as results/table1/pocket/lora/rte/seed-0, the first digits of its identity, or an experiment of which "
      + "--methods, --tasks and --seeds leave one run.", valueName: "run")

  @OptionGroup var selection: SelectionOptions

  @Option(help: "The epoch: best or last.") var epoch = SavedEpoch.best
  @Option(help: ArgumentHelp("The base model, where it is not where the run found it.", valueName: "folder")) var model: String?

  func load(_ name: String, _ project: ProjectOptions, threads: Int = 1) throws -> TrainedRun {
    let workspace = try project.workspace()
    let folders = try folders(of: name, project, workspace) { [try selection.onlyRun(of: $0)] }
    return try load(folders[0], project, workspace, threads: threads)
  }

  /// The run in a folder.
  func load(_ folder: URL, _ project: ProjectOptions, _ workspace: Workspace, threads: Int) throws -> TrainedRun {
    try TrainedRun(
      folder: folder, epoch: epoch, model: model.map(project.model), in: workspace, on: Device.processor.backend(threads: threads))
  }

  /// The folders of the runs that are meant: of one that is named itself, or of those that `choose` takes of an experiment.
  func folders(
    of name: String, _ project: ProjectOptions, _ workspace: Workspace, choose: (Experiment) throws -> [RunSpecification]
  ) throws -> [URL] {
    do {
      return try choose(project.experiment(name, selection, in: workspace)).map(workspace.link)
    } catch let error as ManifestError {
      guard case .unknownExperiment = error, try !selection.isPart else { throw error }
      return [try ResultsFolder(workspace.results).folder(of: name)]
    }
  }
}

extension SavedEpoch: ExpressibleByArgument {}
