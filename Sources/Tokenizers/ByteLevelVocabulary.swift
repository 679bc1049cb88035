// The vocabulary and merges of byte-level BPE, from `vocab.json` + `merges.txt` or from `tokenizer.json`.

import Foundation

/// A byte-level vocabulary, checked: ids without gaps, every byte spelled, every merge of known tokens.
struct ByteLevelVocabulary: Sendable {
  /// Tokens by id, as the file spells them.
  private(set) var tokens: [String]
  private(set) var ids: [String: Int32]
  /// The id of each byte.
  let byteIDs: [Int32]
  private(set) var merges = BytePairMerges()
  /// Tokens that `tokenizer.json` wants found in text as they stand.
  private(set) var addedTokens: [SpecialToken] = []

  /// Checks the entries of a vocabulary read from `file`.
  init(entries: [VocabularyEntry], file: String) throws {
    var tokens = [String?](repeating: nil, count: entries.count)
    var ids: [String: Int32] = [:]
    for entry in entries {
      func problem(_ problem: String) -> TokenizerError {
        guard let line = entry.line else {
          return .malformed(file: file, problem: problem, remedy: TokenizerError.downloadAgain)
        }
        return .malformedLine(file: file, line: line, problem: problem, remedy: TokenizerError.downloadAgain)
      }
      guard entry.id >= 0, entry.id < entries.count, let id = Int32(exactly: entry.id) else {
        throw problem(
          "'\(entry.token)' has id \(entry.id); \(entries.count) tokens have ids 0 to \(entries.count - 1)")
      }
      if let other = tokens[entry.id] {
        throw problem("'\(entry.token)' has id \(id), as '\(other)' has")
      }
      if let other = ids.updateValue(id, forKey: entry.token) {
        throw problem("'\(entry.token)' is here twice, with ids \(other) and \(id)")
      }
      tokens[entry.id] = entry.token
    }
    self.tokens = tokens.compactMap { $0 }
    self.ids = ids
    byteIDs = try ByteAlphabet.characters.enumerated().map { byte, character in
      guard let id = ids[String(character)] else {
        throw TokenizerError.missingToken(
          file: file, token: String(character), needed: "which spells the byte \(byte)")
      }
      return id
    }
  }

  /// Adds the merge of rank `rank`; answers what is wrong with it, if anything.
  mutating func addMerge(_ left: String, _ right: String, rank: Int) -> String? {
    guard let leftID = ids[left] else { return "the merge's '\(left)' is not in the vocabulary" }
    guard let rightID = ids[right] else { return "the merge's '\(right)' is not in the vocabulary" }
    guard let joined = ids[left + right] else { return "the merged '\(left + right)' is not in the vocabulary" }
    guard let rank = Int32(exactly: rank),
      merges.append(left: leftID, right: rightID, joined: joined, rank: rank)
    else { return "the merge of '\(left)' and '\(right)' is here twice" }
    return nil
  }

  /// Adds a token that is found in text as it stands; one outside the vocabulary must have the next id.
  mutating func addToken(_ token: String, id: Int, stripsLeft: Bool, file: String) throws {
    let next = Int32(clamping: tokens.count)
    if ids[token] == nil, id == tokens.count {
      ids[token] = next
      tokens.append(token)
    }
    guard let known = ids[token], Int(known) == id else {
      let expected = ids[token].map { "\($0) in the vocabulary" } ?? "no other place than \(next), the next free id"
      throw TokenizerError.malformed(
        file: file, problem: "the added token '\(token)' has id \(id); it has \(expected)",
        remedy: TokenizerError.downloadAgain)
    }
    addedTokens.append(SpecialToken(token, id: known, stripsLeft: stripsLeft))
  }

  /// Reads `merges.txt`: a version line, then two tokens a line, best first.
  mutating func addMerges(_ bytes: [UInt8], file: String) throws {
    var rank = 0
    for (index, line) in textLines(bytes).enumerated() {
      if index == 0, line.starts(with: "#version".utf8) { continue }
      if line.isEmpty { continue }
      func problem(_ problem: String) -> TokenizerError {
        .malformedLine(
          file: file, line: index + 1, problem: problem,
          remedy: "It must be published together with the vocabulary: fetch both again")
      }
      guard let text = String(validating: line, as: UTF8.self) else { throw problem("this line is not UTF-8") }
      let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw problem("two tokens with a space between them were expected, \(parts.count) found")
      }
      if let wrong = addMerge(String(parts[0]), String(parts[1]), rank: rank) { throw problem(wrong) }
      rank += 1
    }
  }
}
