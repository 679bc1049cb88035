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
    let list = try ExperimentList(
      folder.list(vocabulary: .registered), papers: folder.papers(), results: ResultsFolder(workspace.results))
    say(list.text, terminator: "")
  }
}
