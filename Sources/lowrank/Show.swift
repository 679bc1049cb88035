import ArgumentParser
import Foundation
import Reporting

/// `lowrank show results/table1/pocket/aflora/rte/seed-0`
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print all that a run left: outcome, settings, scores, digests, machine, times, tensors.")

  @Argument(
    help: ArgumentHelp(
      "A run's folder, a link as results/table1/pocket/lora/rte/seed-0, or the first digits of its identity.", valueName: "run"))
  var name: String

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let results = ResultsFolder(try project.workspace().results)
    say(try RunDescription(folder: results.folder(of: name)).text, terminator: "")
  }
}
