import ArgumentParser
import Experiments
import Foundation
import Manifests

/// `lowrank list`
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the experiments: what each is, and how many runs it has.")

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    for manifest in try ExperimentFolder(path: workspace.experiments.path).list(vocabulary: .registered) {
      let names = ([manifest.id] + manifest.aliases).joined(separator: ", ")
      let sizes = try manifest.profiles.map { "\($0.rawValue) \(try manifest.plan(for: $0).runCount)" }.joined(separator: ", ")
      let title = try manifest.profiles.first.map { try manifest.plan(for: $0).title } ?? ""
      print("\(names)\n    \(title)\(manifest.paper.map { " (\($0))" } ?? "") · runs: \(sizes)")
    }
  }
}
