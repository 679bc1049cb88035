// A model's folder in the layout of the Hugging Face hub: its configuration, and its weights in one file or several.
import Foundation

/// A checkpoint: `config.json` beside weights in the first of the forms that `weightNames` lists.
package final class CheckpointFolder: Sendable {
  /// The folder.
  package let url: URL
  /// The bytes of `config.json`, a JSON object.
  package let configuration: Data
  /// All tensors, whichever files they are in.
  package let archive: any TensorArchive
  /// The files that the tensors come from, and the index that names them; for digests.
  package let weightFiles: [URL]

  /// The forms of weights, the preferred first.
  static let weightNames = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// What a tokenizer's files are called, in order; a folder has some of them.
  package static let tokenizerNames = [
    "added_tokens.json", "merges.txt", "special_tokens_map.json", "spm.model", "tokenizer.json", "tokenizer.model",
    "tokenizer_config.json", "vocab.json", "vocab.txt",
  ]

  /// Opens the checkpoint in the folder at `url`.
  ///
  /// - Throws: `StorageError` where the folder holds no weights, or its index cannot be used.
  package init(url: URL) throws {
    self.url = url
    configuration = try Self.readConfiguration(url.appendingPathComponent("config.json"))
    let present = Self.weightNames.first {
      FileManager.default.fileExists(atPath: url.appendingPathComponent($0).path)
    }
    guard let name = present else { throw StorageError.noCheckpoint(path: url.path, expected: Self.weightNames) }
    let file = url.appendingPathComponent(name)
    if name.hasSuffix(".index.json") {
      let sharded = try ShardedArchive(index: file)
      archive = sharded
      weightFiles = [file] + sharded.files
    } else {
      archive = try Self.openArchive(file)
      weightFiles = [file]
    }
  }

  /// Copies those of a tokenizer's files that are in `source`.
  ///
  /// - Throws: `StorageError`.
  package static func copyTokenizer(from source: URL, to target: URL) throws {
    for name in tokenizerNames {
      let file = source.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      // read and written, not copied: the hub's own cache has links here
      try AtomicFile.write(SmallFile.contents(of: file, limit: 1 << 28), to: target.appending(path: name))
    }
  }

  /// How a model that writes text does it where nothing is said, as `transformers` has it.
  package static let generationName = "generation_config.json"

  /// Copies a folder's settings of text generation, where it has any.
  ///
  /// - Throws: `StorageError`.
  package static func copyGenerationSettings(from source: URL, to target: URL) throws {
    let file = source.appending(path: generationName)
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    try AtomicFile.write(SmallFile.contents(of: file), to: target.appending(path: generationName))
  }

  /// Opens one file of tensors, by its extension: safetensors, or else a PyTorch state dict.
  ///
  /// - Throws: `StorageError` where the file is of no known format, or damaged.
  package static func openArchive(_ url: URL) throws -> any TensorArchive {
    url.pathExtension == "safetensors" ? try SafetensorsFile(url: url) : try PickleArchive(url: url)
  }

  private static func readConfiguration(_ url: URL) throws -> Data {
    let data = try SmallFile.contents(of: url)
    guard (try? JSONSerialization.jsonObject(with: data)) is [String: Any] else {
      throw StorageError.malformed(path: url.path, format: "JSON", problem: "it is no object")
    }
    return data
  }
}

/// Tensors in several files, which an index assigns to them by name.
final class ShardedArchive: TensorArchive {
  let path: String
  let descriptions: [TensorDescription]
  let files: [URL]
  private let shards: [String: any TensorArchive]

  private struct Index: Decodable {
    let weightMap: [String: String]

    enum CodingKeys: String, CodingKey {
      case weightMap = "weight_map"
    }
  }

  private static let longestIndex = 1 << 26

  /// Opens the files that the index at `index` names, all of which lie beside it.
  init(index: URL) throws {
    path = index.path
    let data = Data(try InputFile(path: index.path).contents(limit: Self.longestIndex))
    guard let weightMap = try? JSONDecoder().decode(Index.self, from: data).weightMap else {
      throw StorageError.malformed(
        path: index.path, format: "checkpoint index", problem: "it has no 'weight_map' from tensors to files")
    }
    let folder = index.deletingLastPathComponent()
    var opened: [String: any TensorArchive] = [:]
    for name in Set(weightMap.values).sorted() {
      guard Self.staysInFolder(name) else {
        throw StorageError.malformed(
          path: index.path, format: "checkpoint index", problem: "it names the file '\(name)', which is not beside it")
      }
      opened[name] = try CheckpointFolder.openArchive(folder.appendingPathComponent(name))
    }
    var shards: [String: any TensorArchive] = [:]
    for (tensor, name) in weightMap.sorted(by: { $0.key < $1.key }) {
      guard let shard = opened[name], shard.description(of: tensor) != nil else {
        throw StorageError.malformed(
          path: index.path, format: "checkpoint index", problem: "tensor '\(tensor)' is not in '\(name)'")
      }
      shards[tensor] = shard
    }
    let names = opened.keys.sorted()
    files = names.map { folder.appendingPathComponent($0) }
    descriptions = names.flatMap { name in
      opened[name]?.descriptions.filter { weightMap[$0.name] == name } ?? []
    }
    self.shards = shards
  }

  func description(of name: String) -> TensorDescription? { shards[name]?.description(of: name) }

  func readFloats(_ name: String, into buffer: UnsafeMutableBufferPointer<Float>) throws {
    try shard(name).readFloats(name, into: buffer)
  }

  func readBytes(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
    try shard(name).readBytes(name, into: buffer)
  }

  func integers(_ name: String) throws -> [Int64] { try shard(name).integers(name) }

  private func shard(_ name: String) throws -> any TensorArchive {
    guard let shard = shards[name] else { throw StorageError.unknownTensor(path: path, name: name) }
    return shard
  }

  /// Whether `name` is a plain file name, one that cannot lead to another folder.
  private static func staysInFolder(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.contains("\\")
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }
}
