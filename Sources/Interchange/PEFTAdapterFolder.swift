// An adapter as the peft library saves it: `adapter_config.json` beside `adapter_model.safetensors`, or the older `adapter_model.bin`.
import Foundation
import Storage

/// A folder that `save_pretrained` of the peft library wrote, or that is like one.
package struct PEFTAdapterFolder {
  /// The name of the settings' file in a folder of the `peft` library.
  static let configurationName = "adapter_config.json"
  /// The name of the tensors' file in a folder of the `peft` library.
  static let weightsName = "adapter_model.safetensors"

  /// The folder.
  package let url: URL
  /// What its settings' file says.
  package let configuration: PEFTConfiguration
  /// All tensors, under the library's own names.
  package let archive: any TensorArchive

  /// What the library puts before every module's path.
  private static let prefix = "base_model.model."

  /// Opens the two files; no tensor is read yet.
  ///
  /// - Throws: `InterchangeError.configuration`, `StorageError`.
  package init(url: URL) throws {
    self.url = url
    let file = url.appending(path: Self.configurationName)
    configuration = try PEFTConfiguration(json: SmallFile.contents(of: file), path: file.path)
    let older = url.appending(path: "adapter_model.bin"), weights = url.appending(path: Self.weightsName)
    let isOlder = !FileManager.default.fileExists(atPath: weights.path) && FileManager.default.fileExists(atPath: older.path)
    archive = try CheckpointFolder.openArchive(isOlder ? older : weights)
  }

  /// Whether the folder at `url` is meant as an adapter of the peft library.
  package static func isOne(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: configurationName).path)
  }

  /// What it puts there beside prompts, which wrap no module of the model.
  private static let promptPrefix = "base_model."
  /// The name of prompts.
  static let promptsName = "prompt_embeddings"

  /// A parameter's name as models and methods here have it.
  package static func plainName(_ name: String, of kind: PEFTConfiguration.Kind = .lora) -> String {
    let prefix = kind.isOfPrompts ? promptPrefix : prefix
    return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
  }

  /// The library's name for a parameter.
  static func libraryName(_ name: String, of kind: PEFTConfiguration.Kind = .lora) -> String {
    if kind.isOfPrompts { return name == promptsName ? name : promptPrefix + name }
    return name.hasPrefix(promptPrefix) ? name : prefix + name
  }

  /// Every tensor's values by plain name.
  ///
  /// - Throws: `StorageError` when a tensor cannot be read.
  package func values() throws -> [String: [Float]] {
    var values: [String: [Float]] = [:]
    for description in archive.descriptions {
      values[Self.plainName(description.name, of: configuration.kind)] = try archive.floats(description.name)
    }
    return values
  }
}
