// A vocabulary: tokens and their ids, from 0 without gaps and each once.

/// Tokens by id and ids by token, compared by their bytes.
struct Vocabulary: Sendable {
  private(set) var tokens: [[UInt8]] = []
  private var ids: [[UInt8]: Int32] = [:]

  /// Checks the entries of a vocabulary read from `file`.
  ///
  /// - Throws: ``TokenizerError`` naming the line.
  init(entries: [VocabularyEntry], file: String) throws {
    var tokens = [[UInt8]?](repeating: nil, count: entries.count)
    for entry in entries {
      func problem(_ problem: String) -> TokenizerError {
        .malformedLine(file: file, line: entry.line, problem: problem, remedy: TokenizerError.downloadAgain)
      }
      guard entry.id >= 0, entry.id < entries.count, let id = Int32(exactly: entry.id) else {
        throw problem(
          "'\(entry.token)' has id \(entry.id); \(entries.count) tokens have ids 0 to \(entries.count - 1)")
      }
      let token = Array(entry.token.utf8)
      if let other = tokens[entry.id] {
        throw problem("'\(entry.token)' has id \(id), as '\(String(decoding: other, as: UTF8.self))' has")
      }
      if let other = ids.updateValue(id, forKey: token) {
        throw problem("'\(entry.token)' is here twice, with ids \(other) and \(id)")
      }
      tokens[entry.id] = token
    }
    self.tokens = tokens.compactMap { $0 }
  }

  var count: Int { tokens.count }

  func id(of token: [UInt8]) -> Int32? { ids[token] }

  func token(_ id: Int32) -> [UInt8]? { tokens.indices.contains(Int(id)) ? tokens[Int(id)] : nil }

  /// The id of a token that the tokenizer cannot do without.
  func required(_ token: String, file: String, needed: String) throws -> Int32 {
    guard let id = id(of: Array(token.utf8)) else {
      throw TokenizerError.missingToken(file: file, token: token, needed: needed)
    }
    return id
  }
}
