import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting

/// `lowrank compare table1@4f2c1ab table1`
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print two experiments, or one at two commits, cell by cell: scores, paired differences, settings that differ.",
    discussion: """
      Rows and tasks are matched by their ids. An experiment is named by its id or alias; with @ and the first digits of a commit \
      it is what the records of that commit are, whatever its manifest says now, as in: lowrank compare table1@4f2c1ab table1

      Trains nothing and writes nothing. Exits with 3 where a cell that both have lacks a side.
      """)

  @Argument(help: ArgumentHelp("An experiment's id or alias, or ID@COMMIT.", valueName: "a"))
  var first: String

  @Argument(help: ArgumentHelp("What it is compared with, likewise.", valueName: "b"))
  var second: String

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var written: FormatOptions
  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace(), inputs = RunInputs(workspace: workspace, data: nil)
    let comparison = try Comparison(side(first, workspace, inputs), side(second, workspace, inputs))
    say(try written.text(comparison.rendered), terminator: "")
    if let lack = comparison.lack {
      complain("incomplete: \(lack)")
      throw ExitCode.incomplete
    }
  }

  /// What a name on the command line means.
  private func side(_ text: String, _ workspace: Workspace, _ inputs: RunInputs) throws -> ComparedSide {
    let name = try ComparedName(text), results = ResultsFolder(workspace.results)
    let experiment = try project.experiment(name.experiment, selection, in: workspace)
    if let commit = name.commit {
      return try ComparedSide(text, experiment, at: commit, selection.narrowing(), in: results)
    }
    let part = try experiment.part(selection.narrowing())
    return ComparedSide(text, part, results.findings(for: part.runs, inputs: inputs.digestsAtHand))
  }
}
