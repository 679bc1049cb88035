// WordPiece, as BERT has it: each word is spelled by the longest pieces of the vocabulary.

/// The model of BERT's tokenizer.
struct WordPieceModel: PieceModel {
  private let vocabulary: Vocabulary
  /// Pieces that begin a word, and those that continue one (without their `##`).
  private var beginnings = PieceTrie()
  private var continuations = PieceTrie()
  private let unknown: Int32
  private let longestWord: Int

  /// Creates the model of a checked vocabulary.
  ///
  /// - Parameters:
  ///   - unknown: The id of a word that it cannot spell.
  ///   - prefix: What a piece within a word begins with.
  ///   - longestWord: A word of more characters is unknown as a whole.
  init(_ vocabulary: Vocabulary, unknown: Int32, prefix: String = "##", longestWord: Int = 100) {
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.longestWord = longestWord
    let prefix = Array(prefix.utf8)
    for (index, token) in vocabulary.tokens.enumerated() {
      let id = Int32(truncatingIfNeeded: index)
      _ = beginnings.insert(token, id: id)
      if token.count > prefix.count, token.starts(with: prefix) {
        _ = continuations.insert(token.dropFirst(prefix.count), id: id)
      }
    }
  }

  var count: Int { vocabulary.count }

  func id(of token: [UInt8]) -> Int32? { vocabulary.id(of: token) }

  func token(_ id: Int32) -> [UInt8]? { vocabulary.token(id) }

  func encode(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
    // A byte count within the limit settles it without counting scalars.
    guard piece.count <= longestWord || scalarCount(piece) <= longestWord else { return ids.append(unknown) }
    let start = ids.count
    var position = piece.startIndex
    while position < piece.endIndex {
      let trie = position == piece.startIndex ? beginnings : continuations
      guard let match = trie.longestPrefix(of: piece[position...]) else {
        ids.removeSubrange(start...)
        return ids.append(unknown)
      }
      ids.append(match.id)
      position += match.length
    }
  }

  private func scalarCount(_ text: ArraySlice<UInt8>) -> Int {
    text.reduce(into: 0) { count, byte in if byte & 0xC0 != 0x80 { count += 1 } }
  }
}
