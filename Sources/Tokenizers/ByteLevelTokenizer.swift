// Byte-level BPE, as GPT-2 and RoBERTa have it: words from the text, each word's bytes joined by ranked merges.

import Synchronization

/// The tokenizer of RoBERTa and GPT-2.
package struct ByteLevelTokenizer: Tokenizer {
  package let specialTokens: SpecialTokens
  package let template: InputTemplate

  private let vocabulary: ByteLevelVocabulary
  /// The bytes of each token.
  private let bytes: [[UInt8]]
  private let splitter: SpecialTokenSplitter
  private let isSpecial: Set<Int32>
  private let cache = WordCache()

  /// Creates the tokenizer of a checked vocabulary.
  ///
  /// A vocabulary with `<s>` is RoBERTa's and gets its template and special tokens; one with `<|endoftext|>` is
  /// GPT-2's.
  init(vocabulary: ByteLevelVocabulary, file: String) throws {
    self.vocabulary = vocabulary
    bytes = vocabulary.tokens.map(ByteAlphabet.bytes(of:))
    var special: [SpecialToken] = []
    func find(_ token: String, stripsLeft: Bool = false) -> Int32? {
      guard let id = vocabulary.ids[token] else { return nil }
      special.append(SpecialToken(token, id: id, stripsLeft: stripsLeft))
      return id
    }
    if let beginning = find("<s>") {
      guard let separator = find("</s>") else {
        throw TokenizerError.missingToken(file: file, token: "</s>", needed: "which ends every text")
      }
      specialTokens = SpecialTokens(
        beginning: beginning, separator: separator, padding: find("<pad>"), unknown: find("<unk>"),
        mask: find("<mask>", stripsLeft: true))
      template = .roberta(beginning: beginning, separator: separator)
    } else if let end = find("<|endoftext|>") {
      specialTokens = SpecialTokens(beginning: end, separator: end, unknown: end)
      template = .plain
    } else {
      throw TokenizerError.missingToken(
        file: file, token: "<s>", needed: "nor '<|endoftext|>': neither RoBERTa's nor GPT-2's")
    }
    // What tokenizer.json says of a token comes before what is usual for it.
    let added = vocabulary.addedTokens
    splitter = SpecialTokenSplitter(added + special.filter { usual in !added.contains { $0.id == usual.id } })
    isSpecial = Set(special.map(\.id))
  }

  package var vocabularySize: Int { vocabulary.tokens.count }

  package func encode(_ text: String) -> [Int32] {
    let bytes = Array(text.utf8)
    var ids: [Int32] = []
    for part in splitter.split(bytes) {
      switch part {
      case .special(let id): ids.append(id)
      case .text(let range):
        for word in byteLevelWords(bytes[range]) {
          ids.append(contentsOf: cache.ids(of: Array(bytes[word])) { join($0) })
        }
      }
    }
    return ids
  }

  private func join(_ word: [UInt8]) -> [Int32] {
    vocabulary.merges.apply(to: word.map { vocabulary.byteIDs[Int($0)] })
  }

  package func decode(_ ids: [Int32]) -> String {
    var text: [UInt8] = []
    for id in ids where bytes.indices.contains(Int(id)) && !isSpecial.contains(id) {
      text.append(contentsOf: bytes[Int(id)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The ids of words met before: text repeats its words. It changes the time, never the ids.
private final class WordCache: Sendable {
  private static let capacity = 1 << 16
  private static let longestWord = 64

  private let words = Mutex<[[UInt8]: [Int32]]>([:])

  func ids(of word: [UInt8], otherwise join: ([UInt8]) -> [Int32]) -> [Int32] {
    guard word.count <= Self.longestWord else { return join(word) }
    if let known = words.withLock({ $0[word] }) { return known }
    let ids = join(word)
    words.withLock { if $0.count < Self.capacity { $0[word] = ids } }
    return ids
  }
}
