// An adapter as the peft library saves it: `adapter_config.json` beside `adapter_model.safetensors`.
import Foundation
import Storage

/// A folder that `save_pretrained` of the peft library wrote.
public struct PEFTAdapterFolder {
  /// What `adapter_config.json` says that every kind of adapter has.
  public struct Configuration: Decodable, Sendable, Equatable {
    /// `LORA`, `VERA`, …
    public let kind: String
    /// The rank, where the kind has one.
    public let rank: Int?
    /// Suffixes of the adapted modules' paths.
    public let targets: [String]?

    enum CodingKeys: String, CodingKey {
      case kind = "peft_type"
      case rank = "r"
      case targets = "target_modules"
    }
  }

  public let configuration: Configuration
  /// All tensors, under the library's own names.
  public let archive: any TensorArchive

  /// What the library puts before every module's path.
  private static let prefix = "base_model.model."

  /// - Throws: `InterchangeError`, `StorageError`.
  public init(url: URL) throws {
    let file = url.appending(path: "adapter_config.json")
    do {
      configuration = try JSONDecoder().decode(Configuration.self, from: Data(contentsOf: file))
    } catch {
      throw InterchangeError.configuration(path: file.path, problem: "\(error)")
    }
    archive = try SafetensorsFile(url: url.appending(path: "adapter_model.safetensors"))
  }

  /// A parameter's name as models and methods here have it.
  public static func plainName(_ name: String) -> String {
    name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
  }

  /// Every tensor's values by plain name.
  ///
  /// - Throws: `StorageError` when a tensor cannot be read.
  public func values() throws -> [String: [Float]] {
    var values: [String: [Float]] = [:]
    for description in archive.descriptions { values[Self.plainName(description.name)] = try archive.floats(description.name) }
    return values
  }
}

/// Why an adapter's folder cannot be taken.
public enum InterchangeError: Error, CustomStringConvertible, Equatable {
  case configuration(path: String, problem: String)

  public var description: String {
    switch self {
    case .configuration(let path, let problem):
      "\(path): not a configuration of the peft library: \(problem). Save the adapter again with save_pretrained"
    }
  }
}
