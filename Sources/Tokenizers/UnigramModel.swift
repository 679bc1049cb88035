// Unigram (Kudo 2018): of all spellings of a piece, the one of the highest probability.

/// A unigram vocabulary, as `tokenizer.json` has it.
struct UnigramModel: PieceModel {
  private let tokens: [[UInt8]]
  private let scores: [Double]
  private var trie = PieceTrie()
  private let unknown: Int32
  private let unknownScore: Double
  private let spellsBytes: Bool
  private let byteIDs: [Int32?]

  /// What an unknown character costs more than the rarest token.
  private static let unknownPenalty = 10.0

  /// Creates the model of tokens with their logarithmic probabilities; of equal tokens the last counts.
  ///
  /// - Parameters:
  ///   - unknown: The id of what it cannot spell, within the vocabulary.
  ///   - spellsBytes: Whether what is unknown is spelled by its bytes, `<0x0A>`, where the vocabulary has them all.
  init(_ pieces: [(token: [UInt8], score: Double)], unknown: Int32, spellsBytes: Bool) {
    tokens = pieces.map(\.token)
    scores = pieces.map(\.score)
    self.unknown = unknown
    self.spellsBytes = spellsBytes
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    for (index, token) in tokens.enumerated() where !token.isEmpty {
      _ = trie.insert(token, id: Int32(truncatingIfNeeded: index))
    }
    let trie = trie
    byteIDs = (0..<256).map { trie.id(of: byteToken(UInt8($0))) }
  }

  var count: Int { tokens.count }

  func id(of token: [UInt8]) -> Int32? { trie.id(of: token) }

  func token(_ id: Int32) -> [UInt8]? { tokens.indices.contains(Int(id)) ? tokens[Int(id)] : nil }

  /// The best spelling that ends at a place.
  private struct Path {
    var score = 0.0
    var start = -1
    var id: Int32 = 0
  }

  func encode(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) {
    let base = piece.startIndex
    var paths = [Path](repeating: Path(), count: piece.count + 1)
    func propose(_ id: Int32, _ score: Double, from start: Int, to end: Int) {
      let candidate = score + paths[start].score
      if paths[end].start < 0 || candidate > paths[end].score {
        paths[end] = Path(score: candidate, start: start, id: id)
      }
    }
    var start = 0
    while start < piece.count {
      let width = UTF8.scalarWidth(startingWith: piece[base + start])
      let next = min(piece.count, start + width)
      var hasCharacter = false
      trie.forEachPrefix(of: piece[(base + start)...]) { id, length in
        propose(id, scores[Int(id)], from: start, to: start + length)
        if length == width { hasCharacter = true }
      }
      if !hasCharacter { propose(unknown, unknownScore, from: start, to: next) }
      start = next
    }
    // Neighbours that are unknown are one token.
    var spelling: [Range<Int>] = []
    var isUnknownRun = false
    var end = piece.count
    while end > 0 {
      let path = paths[end]
      let isUnknown = path.id == unknown
      if isUnknown, isUnknownRun, let last = spelling.popLast() {
        spelling.append(path.start..<last.upperBound)
      } else {
        spelling.append(path.start..<end)
      }
      isUnknownRun = isUnknown
      end = path.start
    }
    for range in spelling.reversed() {
      let text = Array(piece[(base + range.lowerBound)..<(base + range.upperBound)])
      if let id = trie.id(of: text) {
        ids.append(id)
      } else if spellsBytes, case let bytes = text.compactMap({ byteIDs[Int($0)] }), bytes.count == text.count {
        ids.append(contentsOf: bytes)
      } else {
        ids.append(unknown)
      }
    }
  }
}

/// How a vocabulary spells a byte as a token: `<0x0A>`.
func byteToken(_ byte: UInt8) -> [UInt8] {
  let digits = String(byte, radix: 16, uppercase: true)
  return Array("<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8)
}

extension UTF8 {
  /// How many bytes the scalar has whose first byte this is.
  static func scalarWidth(startingWith byte: UInt8) -> Int {
    switch byte {
    case 0xF0...: 4
    case 0xE0...: 3
    case 0xC0...: 2
    default: 1
    }
  }
}
