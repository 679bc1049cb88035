// Models with random weights: what a pre-trained one is held against, and what a published size costs.
import Devices
import Foundation
import Models
import Pocket
import Storage
import Tensors

/// Models that nothing was learnt by, written like any other.
enum RandomModel {
  /// The names by which manifests ask for a published size, with the size.
  static let sizes: [(name: String, size: PublishedModel)] = [("random-deberta-v3-base", .debertaV3Base)]

  /// Writes a model with the tokenizer of `source` and the weights that pre-training of such a model would start from.
  ///
  /// - Throws: `ExperimentError.noMemory`; `ModelError`, `StorageError` where a file cannot be read or written.
  static func write(
    _ configuration: any ModelConfiguration, like source: URL, seed: Int, as precision: SafetensorsWriter.Precision = .float32,
    to folder: URL
  ) throws {
    let planning = PlanningBackend()
    _ = try ModelLoader.randomBackbone(configuration, seed: 0, on: planning)
    // every tensor is held a second time while they are written
    _ = try MemoryLedger().admit(MemoryLedger.Need(tensors: 2 * planning.peakBytes, threads: 1))
    let seed = UInt64(bitPattern: Int64(seed)), backend = try Device.processor.backend(threads: 1)
    try Folder.make(at: folder)
    try CheckpointFolder.copyTokenizer(from: source, to: folder)
    // a decoder starts from weights as they are drawn, those of the head that tells words among them
    if configuration.headKind == .words {
      return try ModelWriter.save(ModelLoader.random(configuration, seed: seed, on: backend), as: precision, to: folder)
    }
    let backbone = try ModelLoader.randomBackbone(configuration, seed: seed, on: backend)
    if configuration.architecture != .llama { backbone.startAttendingToLikes() }
    try ModelWriter.save(backbone, as: precision, to: folder)
  }

  /// The folder of a model of a published size, but for its table of words, which is the tokenizer's; written when it is not there.
  static func folder(
    named name: String, _ size: PublishedModel, tokenizerOf source: URL, in workspace: Workspace
  ) throws -> URL {
    let folder = place(of: name, in: workspace)
    // a configuration is written last
    let last = folder.appending(path: "config.json").path
    try Folder.fill(folder, unless: { FileManager.default.fileExists(atPath: last) }) {
      var configuration = size.configuration
      let own = try sizes(of: source)
      (configuration.vocabularySize, configuration.paddingToken) = (own.vocabularySize, own.paddingToken)
      try write(configuration, like: source, seed: 0, as: .float16, to: folder)
    }
    return folder
  }

  /// Where a model of a published size belongs.
  static func place(of name: String, in workspace: Workspace) -> URL { workspace.results.appending(path: "data/\(name)") }

  /// The configuration of a model whose tensors are of its sizes: nothing is made as large as a file only says.
  ///
  /// - Throws: `ModelError`, `StorageError`.
  static func sizes(of folder: URL) throws -> any ModelConfiguration {
    try ModelLoader.load(folder: folder, seed: 0, on: PlanningBackend()).model.configuration
  }
}
