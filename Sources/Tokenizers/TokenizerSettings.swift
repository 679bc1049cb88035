// What `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and the model's `config.json` say beside
// the vocabulary.

import Foundation

/// The settings that change ids; nil where no file says.
struct TokenizerSettings {
  /// The tokenizer's class, which decides before the model's type does.
  private(set) var tokenizerClass: TokenizerClass?
  private(set) var lowercases: Bool?
  private(set) var stripsAccents: Bool?
  private(set) var isolatesCJK: Bool?
  private(set) var addsBeginning: Bool?
  private(set) var addsEnd: Bool?
  private(set) var addsPrefixSpace: Bool?
  private(set) var splitsSpecial = false
  private(set) var names: SpecialTokenNames
  private var splitsPunctuation: Bool?
  private var isLegacy: Bool?
  /// The side of a text that is cut; nil where the settings do not say.
  private var truncationSide: String?
  private let file: String

  /// Reads a folder's files, as far as they are there.
  ///
  /// - Throws: ``TokenizerError``, also for a setting that changes ids and that this program does not have.
  init(folder: URL) throws {
    let url = folder.appendingPathComponent("tokenizer_config.json")
    file = url.path
    let settings = try Self.section(url)
    names = try SpecialTokenNames(settings: settings, folder: folder)
    if let name = settings?["tokenizer_class"] {
      tokenizerClass = try Self.tokenizerClass(name)
    } else if let model = try? Self.section(folder.appendingPathComponent("config.json")), let name = model["tokenizer_class"] {
      tokenizerClass = try Self.tokenizerClass(name)
    }
    guard let settings else { return }
    lowercases = try settings["do_lower_case"]?.flag()
    stripsAccents = try settings["strip_accents"]?.flag()
    isolatesCJK = try settings["tokenize_chinese_chars"]?.flag()
    addsBeginning = try settings["add_bos_token"]?.flag()
    addsEnd = try settings["add_eos_token"]?.flag()
    addsPrefixSpace = try settings["add_prefix_space"]?.flag()
    splitsPunctuation = try settings["split_by_punct"]?.flag()
    splitsSpecial = try settings["split_special_tokens"]?.flag() ?? false
    isLegacy = try settings["legacy"]?.flag()
    truncationSide = try settings["truncation_side"]?.text()
    if let truncationSide, truncationSide != "right" {
      throw TokenizerError.unsupported(file: file, setting: "truncation_side", found: truncationSide, supported: "right")
    }
    if let versions = try settings["fast_tokenizer_files"]?.elements(),
      let other = try versions.first(where: { try $0.text() != "tokenizer.json" })
    {
      throw other.unsupported(try other.text(), "tokenizer.json alone")
    }
  }

  /// The object of a JSON file, nil where there is no such file.
  static func section(_ url: URL) throws -> JSONSection? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try .root(readTokenizerFile(url), file: url.path)
  }

  private static func tokenizerClass(_ section: JSONSection) throws -> TokenizerClass {
    let name = try section.text()
    guard let known = TokenizerClass(name: name) else { throw section.unsupported(name, TokenizerClass.allNames) }
    return known
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

  /// Llama's options that are only there with a `tokenizer.json` that was made with them.
  func requireLegacy() throws {
    if isLegacy == false {
      throw TokenizerError.unsupported(
        file: file, setting: "legacy", found: "false", supported: "true beside tokenizer.model, and both with a tokenizer.json")
    }
    if addsPrefixSpace == false {
      throw TokenizerError.unsupported(file: file, setting: "add_prefix_space", found: "false", supported: "true for Llama")
    }
  }

  /// What changes ids and is neither in a `tokenizer.json` nor taken from beside it.
  func requireSupport(besideJSON root: JSONSection, _ kind: TokenizerClass?) throws {
    if truncationSide == nil, let side = root["truncation"]?["direction"], try side.text() != "Right" {
      throw side.unsupported(try side.text(), "Right")
    }
    // Llama's class makes the tokenizer anew from `tokenizer.model` then.
    if kind == .llama, let addsPrefixSpace {
      throw TokenizerError.unsupported(
        file: file, setting: "add_prefix_space", found: "\(addsPrefixSpace)", supported: "null for Llama with a tokenizer.json")
    }
  }

  /// Llama's template: whether `<s>` stands before each text and `</s>` after it.
  func llamaTemplate(_ roles: [SpecialRole: Int32], file: String) throws -> InputTemplate {
    func required(_ role: SpecialRole, _ isWanted: Bool) throws -> Int32? {
      guard isWanted else { return nil }
      guard let id = roles[role] else {
        throw TokenizerError.missingToken(
          file: file, token: TokenizerClass.llama.usualToken(role) ?? role.rawValue, needed: "which Llama's inputs need")
      }
      return id
    }
    return .llama(beginning: try required(.beginning, addsBeginning ?? true), end: try required(.end, addsEnd ?? false))
  }
}
