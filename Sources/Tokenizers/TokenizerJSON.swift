// Reads byte-level BPE from `tokenizer.json`, the one-file format of Hugging Face's fast tokenizers.

import Foundation

/// The parts of `tokenizer.json` that byte-level BPE has; another kind of tokenizer is refused.
enum TokenizerJSON {
  /// The kind of tokenizer, read before the parts that only one kind has.
  private struct Head: Decodable {
    struct Stage: Decodable {
      let type: String
      let addsPrefixSpace: Bool?
      let usesPattern: Bool?

      enum CodingKeys: String, CodingKey {
        case type
        case addsPrefixSpace = "add_prefix_space"
        case usesPattern = "use_regex"
      }
    }
    struct Model: Decodable {
      let type: String?
    }
    let model: Model
    let normalizer: Stage?
    let preTokenizer: Stage?

    enum CodingKeys: String, CodingKey {
      case model, normalizer
      case preTokenizer = "pre_tokenizer"
    }
  }

  private struct Body: Decodable {
    struct AddedToken: Decodable {
      let id: Int
      let content: String
      let stripsLeft: Bool?
      let stripsRight: Bool?
      let isWholeWord: Bool?

      enum CodingKeys: String, CodingKey {
        case id, content
        case stripsLeft = "lstrip"
        case stripsRight = "rstrip"
        case isWholeWord = "single_word"
      }
    }
    struct Model: Decodable {
      let vocab: [String: Int]
      let merges: [Merge]
    }
    /// `"a b"`, or `["a", "b"]` in newer files.
    struct Merge: Decodable {
      let left: String
      let right: String

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        var parts: [String]
        if let text = try? container.decode(String.self) {
          parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
        } else {
          parts = try container.decode([String].self)
        }
        guard parts.count == 2 else {
          throw DecodingError.dataCorruptedError(
            in: container, debugDescription: "two tokens were expected, \(parts.count) found")
        }
        (left, right) = (parts[0], parts[1])
      }
    }
    let model: Model
    let addedTokens: [AddedToken]?

    enum CodingKeys: String, CodingKey {
      case model
      case addedTokens = "added_tokens"
    }
  }

  /// The vocabulary, merges and added tokens of a `tokenizer.json`.
  ///
  /// - Throws: ``TokenizerError``.
  static func vocabulary(_ bytes: [UInt8], file: String) throws -> ByteLevelVocabulary {
    let data = Data(bytes)
    let head = try decode(Head.self, from: data, file: file)
    func require(_ setting: String, _ found: String?, _ supported: String?) throws {
      guard found != supported else { return }
      throw TokenizerError.unsupported(
        file: file, setting: setting, found: found ?? "absent", supported: supported ?? "none")
    }
    try require("the model's type", head.model.type, "BPE")
    try require("the normalizer", head.normalizer?.type, nil)
    try require("the pre_tokenizer", head.preTokenizer?.type, "ByteLevel")
    try require("add_prefix_space", "\(head.preTokenizer?.addsPrefixSpace ?? true)", "false")
    try require("use_regex", "\(head.preTokenizer?.usesPattern ?? true)", "true")

    let body = try decode(Body.self, from: data, file: file)
    // By id, then by spelling: the order of a dictionary is no order.
    let entries = body.model.vocab.map { VocabularyEntry(token: $0.key, id: $0.value, line: nil) }
      .sorted { ($0.id, $0.token) < ($1.id, $1.token) }
    var vocabulary = try ByteLevelVocabulary(entries: entries, file: file)
    for (rank, merge) in body.model.merges.enumerated() {
      if let wrong = vocabulary.addMerge(merge.left, merge.right, rank: rank) {
        throw TokenizerError.malformed(
          file: file, problem: "merge \(rank): \(wrong)", remedy: TokenizerError.downloadAgain)
      }
    }
    for token in (body.addedTokens ?? []).sorted(by: { ($0.id, $0.content) < ($1.id, $1.content) }) {
      try require("rstrip of the added token '\(token.content)'", "\(token.stripsRight ?? false)", "false")
      try require("single_word of the added token '\(token.content)'", "\(token.isWholeWord ?? false)", "false")
      try vocabulary.addToken(
        token.content, id: token.id, stripsLeft: token.stripsLeft ?? false, file: file)
    }
    return vocabulary
  }

  private static func decode<Part: Decodable>(_ part: Part.Type, from data: Data, file: String) throws -> Part {
    do {
      return try JSONDecoder().decode(part, from: data)
    } catch {
      throw TokenizerError.malformed(
        file: file, problem: "not a tokenizer.json of byte-level BPE: \(reason(error))",
        remedy: TokenizerError.downloadAgain)
    }
  }

  /// Where a JSON file is not as expected, in one clause.
  private static func reason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.isEmpty ? "" : " at " + context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing" + place(context)
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "a value of another type" + place(context)
    case .dataCorrupted(let context): return "invalid JSON or value" + place(context)
    default: return "invalid JSON"
    }
  }
}
