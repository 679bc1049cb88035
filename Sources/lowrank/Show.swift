import ArgumentParser
import Foundation
import Reporting

/// `lowrank show results/table1/pocket/aflora/rte/seed-0`
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print all that a run left: outcome, settings, scores, digests, machine, times, tensors.",
    discussion: "Exits with 1 where a file is not the one that the run wrote.")

  @Argument(
    help: ArgumentHelp(
      "A run's folder, a link as results/table1/pocket/lora/rte/seed-0, or the first digits of its identity.", valueName: "run"))
  var name: String

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let results = ResultsFolder(try project.workspace().results)
    let run = try RunDescription(folder: results.folder(of: name))
    say(run.text, terminator: "")
    if !run.damage.isEmpty { throw ExitCode.failure }
  }
}
