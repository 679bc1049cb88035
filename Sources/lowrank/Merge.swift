import Adapters
import ArgumentParser
import Devices
import Experiments
import Foundation
import Interchange

/// `lowrank merge results/table1/pocket/lora/rte/seed-0 --to models/lora-rte`
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fold an adapter into its model's weights, and write a plain Hugging Face folder.",
    discussion: """
      The adapter is a run's, or one that the peft library saved; for the latter --model names the base model. Beside a run's \
      model lie a model card, README.md, and the run's identity, lowrank.json.
      """)

  @Argument(
    help: ArgumentHelp("A run, as for export, or a folder with adapter_config.json.", valueName: "run|adapter")) var source: String
  @Option(help: ArgumentHelp("The folder to make.", valueName: "folder")) var to: String
  @OptionGroup var card: CardOptions
  @OptionGroup var choice: RunChoice
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let target = URL(filePath: (to as NSString).expandingTildeInPath)
    let adapterFolder = URL(filePath: (source as NSString).expandingTildeInPath)
    if PEFTAdapterFolder.isOne(adapterFolder) {
      guard let model = choice.model else {
        throw Failure(description: "\(source): an adapter does not hold its base model: name it with --model <folder>")
      }
      guard card.baseName == nil else {
        throw Failure(
          description: "\(source): --base-name goes into the card of a run's model, and an adapter from elsewhere has none")
      }
      let base = try project.workspace().model(project.model(model))
      let merged = try PEFTAdapter(folder: adapterFolder).load(onto: base, on: Device.processor.backend(threads: 1))
      try MergedModel.fold(merged, method: source)
      try MergedModel.write(merged, tokenizerFrom: base, to: target)
    } else {
      let trained = try choice.load(source, project)
      try trained.requireItsTokenizer()
      try MergedModel.fold(trained.model, method: type(of: trained.method).description.id)
      let card = CardOptions.card(of: trained, as: .merged, card.base(of: trained))
      try MergedModel.write(trained.model, tokenizerFrom: trained.modelFolder, to: target, with: card.files)
    }
    say("→ \(project.readable(target))")
  }
}
