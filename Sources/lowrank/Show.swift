// `lowrank show`: one run for a person.
import ArgumentParser
import Foundation
import Reporting

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print all that a run left: outcome, settings, scores, digests, machine, tensors, times.")

  @Argument(
    help: ArgumentHelp(
      "A run's folder, a link as table1/pocket/lora/rte/seed-0, or the first digits of its identity.", valueName: "run"))
  var name: String
  @Option(help: "The folder of results.") var results = "results"

  func run() throws {
    let folder = try ResultsFolder(URL(filePath: results)).folder(of: name)
    print(try RunDescription(folder: folder).text, terminator: "")
  }
}
