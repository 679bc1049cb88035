// Where things lie: the project's folders, a model's files, a task's files.
import Foundation
import Records
import Storage
import Training

/// The folders of a checkout of this project.
package struct Workspace: Sendable, Equatable {
  /// The project's folder.
  package let root: URL
  /// Where results go; `results` of the root unless another is asked for.
  package let results: URL

  /// The project whose root is `root`.
  ///
  /// - Throws: `ExperimentError.noProject` when it holds no `experiments` folder; `ExperimentError.noFolder` when something else than a
  ///   folder stands where results go.
  package init(root: URL, results: URL? = nil) throws {
    self.root = root.standardizedFileURL
    self.results = (results ?? root.appending(path: "results")).standardizedFileURL
    guard FileManager.default.fileExists(atPath: experiments.path) else { throw ExperimentError.noProject(self.root.path) }
    var status = stat()
    guard lstat(self.results.path, &status) == 0 else { return }
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: self.results.path),
      !FileManager.default.fileExists(atPath: self.results.path)
    {
      throw ExperimentError.noFolder(self.results.path, found: "is a link to \(target), which is not there")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: self.results.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw ExperimentError.noFolder(self.results.path, found: "is no folder")
    }
  }

  /// The folder of manifests, recipes, tasks and published figures.
  package var experiments: URL { root.appending(path: "experiments") }
  /// The places in the folder of results.
  package var layout: ResultsLayout { ResultsLayout(results) }
  /// The folder that holds every run once, under its identity.
  package var runs: URL { layout.runs }
  /// The pocket profile's generated tasks, in their official layouts.
  package var pocketData: URL { layout.pocketData }

  /// The folder of one run's results.
  package func run(_ identity: String) -> URL { layout.run(identity) }

  /// The readable link to a run's folder.
  package func link(_ run: RunSpecification) -> URL { layout.link(run) }

  /// The folder of a model that a manifest names: one that the project ships, fetches or makes from random numbers, or a path.
  ///
  /// - Throws: `ExperimentError.noModel` with what to do.
  package func model(_ name: String) throws -> URL {
    if let folder = modelAtHand(name) { return folder }
    if let (name, size) = RandomModel.sizes.first(where: { $0.name == name }) {
      return try RandomModel.folder(named: name, size, tokenizerOf: model("pocket-deberta"), in: self)
    }
    throw missing(name)
  }

  /// What is wrong with the place of a model; nothing is made or loaded.
  package func problem(ofModel name: String) -> String? {
    modelAtHand(name) == nil && !RandomModel.sizes.contains { $0.name == name } ? "\(missing(name))" : nil
  }

  private func missing(_ name: String) -> ExperimentError {
    if Self.madeModels.keys.contains(name) { return .noModel(name, found: "is not here", advice: "'make \(name)' makes it") }
    let isThere = FileManager.default.fileExists(atPath: place(ofModel: name).path)
    return .noModel(
      name, found: isThere ? "has no config.json" : "is not here, there is no such folder",
      advice: "name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>")
  }

  /// The models that a goal of make leaves in this folder, by name.
  private static let madeModels = [
    "pocket-deberta": "experiments/pretrain/pocket-deberta", "pocket-roberta": "experiments/pretrain/pocket-roberta",
    "pocket-llama": "experiments/pretrain/pocket-llama",
    "minilm": "models/minilm",
  ]

  /// Whether a model is pre-trained by this program: with the heads that it was trained with, and none for a task.
  static func isPretrainedHere(_ name: String) -> Bool { madeModels[name]?.hasPrefix("experiments/pretrain/") ?? false }

  /// The folder of a model where it is there; nothing is made.
  func modelAtHand(_ name: String) -> URL? {
    let isRandom = RandomModel.sizes.contains { $0.name == name }
    let folder = isRandom ? RandomModel.place(of: name, in: self) : place(ofModel: name)
    return FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path) ? folder : nil
  }

  /// The folder that a name stands for, be it there or not.
  private func place(ofModel name: String) -> URL {
    let path = Self.madeModels[name] ?? (name as NSString).expandingTildeInPath
    // not `URL(filePath:relativeTo:)`: it drops the root's last part where the root was written without a slash at its end
    return (path.hasPrefix("/") ? URL(filePath: path) : root.appending(path: path)).standardizedFileURL
  }
}
