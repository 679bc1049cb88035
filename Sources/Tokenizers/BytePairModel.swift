// Byte-pair encoding of a piece of text: its characters, joined by ranked merges.

import Synchronization

/// A vocabulary with merges.
struct BytePairModel: PieceModel {
  /// What the files say beside vocabulary and merges.
  struct Options: Sendable {
    /// The token of what has none; nil: that is left out.
    var unknown: Int32?
    /// Whether neighbours that are unknown are one token.
    var fusesUnknown = false
    /// Whether an unknown character is spelled by its bytes, `<0x0A>`, where the vocabulary has them all.
    var spellsBytes = false
    /// Whether a piece that is a token as a whole is that token, whatever the merges say.
    var takesWholePieces = false
    /// What stands before every character of a piece but the first.
    var prefix: [UInt8] = []
    /// What stands after the last character of a piece.
    var suffix: [UInt8] = []
  }

  private let vocabulary: Vocabulary
  private let options: Options
  private var merges = BytePairMerges()
  private var byteIDs: [Int32?] = []
  private let cache = PieceCache()

  init(_ vocabulary: Vocabulary, options: Options = Options()) {
    self.vocabulary = vocabulary
    self.options = options
    if options.spellsBytes { byteIDs = (0..<256).map { vocabulary.id(of: byteToken(UInt8($0))) } }
  }

  var count: Int { vocabulary.count }

  func id(of token: [UInt8]) -> Int32? { vocabulary.id(of: token) }

  func token(_ id: Int32) -> [UInt8]? { vocabulary.token(id) }

  /// Adds the merge of rank `rank`; answers what is wrong with it, if anything.
  mutating func addMerge(_ left: String, _ right: String, rank: Int) -> String? {
    let (leftBytes, rightBytes) = (Array(left.utf8), Array(right.utf8))
    guard let leftID = id(of: leftBytes) else { return "the merge's '\(left)' is not in the vocabulary" }
    guard let rightID = id(of: rightBytes) else { return "the merge's '\(right)' is not in the vocabulary" }
    let joinedBytes = leftBytes + rightBytes.dropFirst(options.prefix.count)
    guard let joined = id(of: joinedBytes) else {
      return "the merged '\(String(decoding: joinedBytes, as: UTF8.self))' is not in the vocabulary"
    }
    guard let rank = Int32(exactly: rank),
      merges.append(left: leftID, right: rightID, joined: joined, rank: rank)
    else { return "the merge of '\(left)' and '\(right)' is here twice" }
    return nil
  }

  func encode(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
    ids.append(contentsOf: cache.ids(of: piece) { spell($0) })
  }

  private func spell(_ piece: ArraySlice<UInt8>) -> [Int32] {
    if options.takesWholePieces, let id = id(of: Array(piece)) { return [id] }
    var symbols: [Int32] = []
    var unknown: Int32?
    var start = piece.startIndex
    while start < piece.endIndex {
      let end = min(piece.endIndex, start + UTF8.scalarWidth(startingWith: piece[start]))
      var character = Array(piece[start..<end])
      if start > piece.startIndex { character.insert(contentsOf: options.prefix, at: 0) }
      if end == piece.endIndex { character += options.suffix }
      start = end
      if let id = id(of: character) {
        if let pending = unknown { symbols.append(pending) }
        unknown = nil
        symbols.append(id)
        continue
      }
      if options.spellsBytes, case let bytes = character.compactMap({ byteIDs[Int($0)] }), bytes.count == character.count {
        // As in the reference, an unknown token that waits stays behind these.
        symbols.append(contentsOf: bytes)
        continue
      }
      guard let id = options.unknown else { continue }
      if unknown != nil, !options.fusesUnknown { symbols.append(id) }
      unknown = id
    }
    if let unknown { symbols.append(unknown) }
    return merges.apply(to: symbols)
  }
}

/// The ids of pieces met before: text repeats its words. It changes the time, never the ids.
private final class PieceCache: Sendable {
  private static let capacity = 1 << 16
  private static let longestPiece = 128

  private let pieces = Mutex<[ArraySlice<UInt8>: [Int32]]>([:])

  func ids(of piece: ArraySlice<UInt8>, otherwise spell: (ArraySlice<UInt8>) -> [Int32]) -> [Int32] {
    guard piece.count <= Self.longestPiece else { return spell(piece) }
    if let known = pieces.withLock({ $0[piece] }) { return known }
    let ids = spell(piece)
    // A copy of its own, so that the cache holds no whole text.
    pieces.withLock { if $0.count < Self.capacity { $0[Array(piece)[...]] = ids } }
    return ids
  }
}
