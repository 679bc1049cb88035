// WordPiece, as BERT has it: words from the text, each spelled by the longest pieces of the vocabulary (`vocab.txt`).

import Foundation

/// BERT's tokenizer.
package struct WordPieceTokenizer: Tokenizer {
  package let vocabularySize: Int
  package let specialTokens: SpecialTokens
  package let template: InputTemplate

  /// A longer word is unknown as a whole.
  private static let longestWord = 100

  private let text: BertText
  private let pieces: [String]
  /// Pieces that begin a word, and those that continue one (without their `##`).
  private let beginnings: PieceTrie
  private let continuations: PieceTrie
  private let unknown: Int32
  private let isSpecial: Set<Int32>
  private let splitter: SpecialTokenSplitter

  /// Reads the vocabulary, one piece a line, from the bytes of `vocab.txt`.
  ///
  /// - Throws: ``TokenizerError`` naming the line: a file that is not UTF-8, an empty or repeated line, a missing
  ///   special token.
  init(vocabulary bytes: [UInt8], file: String, text: BertText) throws {
    var pieces: [String] = []
    var beginnings = PieceTrie()
    var continuations = PieceTrie()
    for (index, line) in textLines(bytes).enumerated() {
      guard let piece = String(validating: line, as: UTF8.self) else {
        throw TokenizerError.malformedLine(
          file: file, line: index + 1, problem: "this line is not UTF-8", remedy: TokenizerError.downloadAgain)
      }
      guard !piece.isEmpty, let id = Int32(exactly: index) else {
        throw TokenizerError.malformedLine(
          file: file, line: index + 1, problem: "this line is empty; a piece was expected",
          remedy: TokenizerError.downloadAgain)
      }
      // A token that begins with ## is a continuation, and can still be looked up by nothing else.
      let isContinuation = piece.utf8.count > 2 && piece.utf8.starts(with: "##".utf8)
      let before =
        isContinuation
        ? continuations.insert(piece.utf8.dropFirst(2), id: id) : beginnings.insert(piece.utf8, id: id)
      if let before {
        throw TokenizerError.malformedLine(
          file: file, line: index + 1, problem: "'\(piece)' is in line \(before + 1) already",
          remedy: "Each piece has one id: " + TokenizerError.downloadAgain)
      }
      pieces.append(piece)
    }
    func special(_ token: String, _ needed: String) throws -> Int32 {
      guard let match = beginnings.longestPrefix(of: Array(token.utf8)[...]), match.length == token.utf8.count else {
        throw TokenizerError.missingToken(file: file, token: token, needed: needed)
      }
      return match.id
    }
    let unknown = try special("[UNK]", "which stands for words that it cannot spell")
    let classification = try special("[CLS]", "which begins every input")
    let separator = try special("[SEP]", "which ends every text")
    let padding = try special("[PAD]", "which fills a padded batch")
    let mask = try special("[MASK]", "which hides a word")

    self.text = text
    self.pieces = pieces
    self.beginnings = beginnings
    self.continuations = continuations
    self.unknown = unknown
    vocabularySize = pieces.count
    specialTokens = SpecialTokens(
      beginning: classification, separator: separator, padding: padding, unknown: unknown, mask: mask)
    template = .bert(classification: classification, separator: separator)
    isSpecial = [unknown, classification, separator, padding, mask]
    splitter = SpecialTokenSplitter(
      [unknown, classification, separator, padding, mask].map { SpecialToken(pieces[Int($0)], id: $0) })
  }

  package func encode(_ text: String) -> [Int32] {
    let bytes = Array(text.utf8)
    var ids: [Int32] = []
    for part in splitter.split(bytes) {
      switch part {
      case .special(let id): ids.append(id)
      case .text(let range):
        for word in self.text.words(String(decoding: bytes[range], as: UTF8.self)) { spell(word, into: &ids) }
      }
    }
    return ids
  }

  /// Appends the pieces of a word, or the unknown token where one place has no piece.
  private func spell(_ word: String.UnicodeScalarView, into ids: inout [Int32]) {
    let bytes = Array(String(word).utf8)
    // A byte count within the limit settles it without counting scalars.
    guard bytes.count <= Self.longestWord || word.count <= Self.longestWord else { return ids.append(unknown) }
    let start = ids.count
    var position = 0
    while position < bytes.count {
      let trie = position == 0 ? beginnings : continuations
      guard let piece = trie.longestPrefix(of: bytes[position...]) else {
        ids.removeSubrange(start...)
        return ids.append(unknown)
      }
      ids.append(piece.id)
      position += piece.length
    }
  }

  package func decode(_ ids: [Int32]) -> String {
    var text = ""
    for id in ids where pieces.indices.contains(Int(id)) && !isSpecial.contains(id) {
      let piece = pieces[Int(id)]
      if text.isEmpty {
        text = piece
      } else if piece.utf8.starts(with: "##".utf8) {
        text.unicodeScalars.append(contentsOf: piece.unicodeScalars.dropFirst(2))
      } else {
        if !Self.joinsLeft.contains(where: { piece.utf8.starts(with: $0.utf8) }) { text.append(" ") }
        text.append(piece)
      }
    }
    return text
  }

  /// Marks and endings that the reference writes without a space before them.
  private static let joinsLeft = [".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"]
}
