// What `tokenizer_config.json` says beside the vocabulary.

import Foundation

/// The settings that change ids; nil where the file does not say.
struct TokenizerSettings {
  /// `tokenizer_class`, which decides before the model's type does.
  private(set) var tokenizerClass: String?
  private(set) var lowercases: Bool?
  private(set) var stripsAccents: Bool?
  private(set) var isolatesCJK: Bool?
  private(set) var addsBeginning: Bool?
  private(set) var addsEnd: Bool?
  private var addsPrefixSpace: Bool?
  private var splitsPunctuation: Bool?
  private let file: String

  /// Reads a folder's `tokenizer_config.json`, if it has one.
  init(folder: URL) throws {
    let url = folder.appendingPathComponent("tokenizer_config.json")
    file = url.path
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let object = try jsonObject(readFile(url), file: file)
    func flag(_ key: String) throws -> Bool? {
      switch object[key] {
      case nil, is NSNull: return nil
      case let value as Bool: return value
      default:
        throw TokenizerError.malformed(
          file: url.path, problem: "'\(key)' is not true or false", remedy: TokenizerError.downloadAgain)
      }
    }
    tokenizerClass = object["tokenizer_class"] as? String
    lowercases = try flag("do_lower_case")
    stripsAccents = try flag("strip_accents")
    isolatesCJK = try flag("tokenize_chinese_chars")
    addsBeginning = try flag("add_bos_token")
    addsEnd = try flag("add_eos_token")
    addsPrefixSpace = try flag("add_prefix_space")
    splitsPunctuation = try flag("split_by_punct")
  }

  /// DeBERTa's options that no published v2 or v3 model uses.
  func requireNoSplitting() throws {
    if lowercases == true {
      throw TokenizerError.unsupported(
        file: file, setting: "do_lower_case", found: "true", supported: "false for SentencePiece models")
    }
    if splitsPunctuation == true {
      throw TokenizerError.unsupported(file: file, setting: "split_by_punct", found: "true", supported: "false")
    }
  }

  /// Byte-level models that put a space before every text.
  func requireNoPrefixSpace() throws {
    if addsPrefixSpace == true {
      throw TokenizerError.unsupported(file: file, setting: "add_prefix_space", found: "true", supported: "false")
    }
  }
}

/// A file's JSON object.
func jsonObject(_ bytes: [UInt8], file: String) throws -> [String: Any] {
  guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
    throw TokenizerError.malformed(
      file: file, problem: "a JSON object was expected", remedy: TokenizerError.downloadAgain)
  }
  return object
}
