/// A packed batch: the sequences' tokens one after the other, with no padding.
package struct TokenBatch: Sendable, Equatable {
  /// Token ids of all sequences, one after the other: `[tokens]`.
  package let tokens: [Int32]
  /// Token types (0 for the first text, 1 for the second): `[tokens]`
  package let segments: [Int32]
  /// Where each sequence starts, and the end: `[sequences + 1]`
  package let offsets: [Int]

  /// - Parameter sequences: each sequence's token ids and token types, of equal length and not empty.
  package init(_ sequences: [(tokens: [Int32], segments: [Int32])]) {
    tokens = sequences.flatMap(\.tokens)
    segments = sequences.flatMap(\.segments)
    offsets = sequences.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.tokens.count) }
    precondition(tokens.count == segments.count, "\(tokens.count) tokens with \(segments.count) token types")
  }

  /// Sequences of one text each.
  package init(sequences: [[Int32]]) {
    self.init(sequences.map { ($0, [Int32](repeating: 0, count: $0.count)) })
  }

  /// The sequences in it.
  package var count: Int { offsets.count - 1 }
  /// Tokens of the longest sequence.
  package var longest: Int { zip(offsets.dropFirst(), offsets).map { $0 - $1 }.max() ?? 0 }
  /// The row of each sequence's first token: `[sequences]`
  package var firstRows: [Int32] { offsets.dropLast().map { Int32($0) } }
  /// The row of each sequence's last token: `[sequences]`
  package var lastRows: [Int32] { offsets.dropFirst().map { Int32($0 - 1) } }
  /// Each token's place in its own sequence, from 0: `[tokens]`
  package var positions: [Int32] {
    zip(offsets, offsets.dropFirst()).flatMap { start, end in (0..<(end - start)).map { Int32($0) } }
  }
}
