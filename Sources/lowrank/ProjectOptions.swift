import ArgumentParser
import Experiments
import Foundation
import Manifests

/// Where the project and its results are.
struct ProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The project's root.", valueName: "folder"))
  var root = "."

  @Option(help: ArgumentHelp("Where results go; by default 'results' in the root.", valueName: "folder"))
  var results: String?

  func workspace() throws -> Workspace {
    try Workspace(root: URL(filePath: root), results: results.map { URL(filePath: $0) })
  }

  /// A path below the current folder as a person would type it.
  func readable(_ url: URL) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return url.path.hasPrefix(here) ? String(url.path.dropFirst(here.count)) : url.path
  }

  func manifest(_ id: String, in workspace: Workspace) throws -> Manifest {
    try ExperimentFolder(path: workspace.experiments.path).manifest(named: id, vocabulary: .registered)
  }
}

/// The part of an experiment that is meant.
struct SelectionOptions: ParsableArguments {
  @Option(help: "The size: pocket, small or paper.")
  var profile = Profile.pocket

  @Option(help: ArgumentHelp("A model in place of the profile's own.", valueName: "folder"))
  var model: String?

  @Option(help: ArgumentHelp("The folder of GLUE's files.", valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("Only these tasks, with commas between.", valueName: "ids"))
  var tasks: String?

  @Option(help: ArgumentHelp("Only these methods or rows, with commas between.", valueName: "ids"))
  var methods: String?

  @Option(help: ArgumentHelp("Only these seeds, with commas between.", valueName: "numbers"))
  var seeds: String?

  func narrowing() throws -> Narrowing {
    let list = { (text: String?) in text.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } } }
    let seeds = try list(seeds)?.map { text in
      guard let seed = Int(text) else { throw ValidationError("'\(text)' is not a seed: seeds are whole numbers") }
      return seed
    }
    return Narrowing(tasks: list(tasks), methods: list(methods), seeds: seeds)
  }

  var dataFolder: URL? { data.map { URL(filePath: ($0 as NSString).expandingTildeInPath) } }
}

extension Profile: ExpressibleByArgument {}
