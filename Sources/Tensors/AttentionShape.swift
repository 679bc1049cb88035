/// The geometry of one attention call over packed sequences.
package struct AttentionShape: Sendable {
  /// Row boundaries of each sequence's queries and keys: `[sequences + 1]`, from 0. Query i of a sequence stands at position i.
  package var queryOffsets: [Int]
  /// Where each sequence's keys start among the packed rows, and their end: `[sequences + 1]`.
  package var keyOffsets: [Int]
  /// Heads side by side in a row.
  package var heads: Int
  /// Columns of one head.
  package var headSize: Int
  /// Multiplies the sum of all score terms.
  package var factor: Float
  /// Row of the relative tables for each distance `i - j`, from `-(reach)` to `reach`; `nil` without relative terms.
  package var relativeIndex: [Int32]?

  /// Attention of `queryOffsets.count - 1` sequences, each within itself.
  package init(
    queryOffsets: [Int], keyOffsets: [Int], heads: Int, headSize: Int, factor: Float, relativeIndex: [Int32]? = nil
  ) {
    self.queryOffsets = queryOffsets
    self.keyOffsets = keyOffsets
    self.heads = heads
    self.headSize = headSize
    self.factor = factor
    self.relativeIndex = relativeIndex
  }

  /// The rows of the relative tables that one sequence reads: `first..<first + span`.
  package struct Window {
    /// The first of the rows.
    package var first: Int
    /// How many there are.
    package var span: Int
  }

  /// Each sequence's window; none without relative terms.
  package var windows: [Window] {
    guard let index = relativeIndex else { return [] }
    let zero = index.count / 2
    return (0..<sequences).map { sequence in
      let reach = max(keys(sequence), queries(sequence), 1) - 1
      precondition(reach <= zero, "a sequence of \(reach + 1) tokens, relative terms reach \(zero + 1)")
      let first = Int(index[zero - reach])
      return Window(first: first, span: Int(index[zero + reach]) - first + 1)
    }
  }

  /// A run of one sequence's queries or keys, and the rows of the relative tables that it meets: those lie in a band around the
  /// diagonal, and products outside it are never formed.
  package struct Band {
    /// The queries or keys.
    package var rows: Range<Int>
    /// The first row of the tables that they meet.
    package var first: Int
    /// How many rows of the tables they meet.
    package var span: Int
  }

  /// Cuts `count` rows into runs of 16; `distances` are the lowest and the highest of a run.
  private func bands(_ count: Int, distances: (Range<Int>) -> (Int, Int)) -> [Band] {
    guard let index = relativeIndex else { return [] }
    let zero = index.count / 2
    return stride(from: 0, to: count, by: 16).map { start in
      let rows = start..<min(count, start + 16)
      let (low, high) = distances(rows)
      let first = Int(index[zero + low])
      return Band(rows: rows, first: first, span: Int(index[zero + high]) - first + 1)
    }
  }

  /// The bands of a sequence's queries.
  package func queryBands(_ sequence: Int) -> [Band] {
    let keys = keys(sequence)
    return keys == 0 ? [] : bands(queries(sequence)) { ($0.lowerBound - keys + 1, $0.upperBound - 1) }
  }

  /// The bands of a sequence's keys.
  package func keyBands(_ sequence: Int) -> [Band] {
    let queries = queries(sequence)
    return queries == 0 ? [] : bands(keys(sequence)) { (1 - $0.upperBound, queries - 1 - $0.lowerBound) }
  }

  /// Pairs of a query, and of a key, with the rows of the relative tables, over all sequences.
  private var relativePairs: (query: Int, key: Int) {
    (0..<sequences).reduce(into: (0, 0)) { sum, sequence in
      for band in queryBands(sequence) { sum.0 += band.rows.count * band.span }
      for band in keyBands(sequence) { sum.1 += band.rows.count * band.span }
    }
  }

  /// Operations of the forward pass's products.
  package var forwardOperations: Int {
    let relative = relativePairs
    return 2 * heads * headSize * (2 * scoresPerHead + relative.query + relative.key)
  }

  /// Operations of the backward pass's products for the gradients that are asked for.
  package func backwardOperations(_ gradients: AttentionGradients) -> Int {
    let count = { (buffer: Buffer?) in buffer == nil ? 0 : 1 }
    let needsScores = [gradients.query, gradients.key, gradients.relativeQuery, gradients.relativeKey].contains { $0 != nil }
    let plain = count(gradients.value) + count(gradients.query) + count(gradients.key) + (needsScores ? 1 : 0)
    let relative = relativePairs
    return 2 * heads * headSize
      * (plain * scoresPerHead + (count(gradients.query) + count(gradients.relativeKey)) * relative.query
        + (count(gradients.key) + count(gradients.relativeQuery)) * relative.key)
  }

  /// The sequences of the batch.
  package var sequences: Int { queryOffsets.count - 1 }
  /// The queries of a sequence.
  package func queries(_ sequence: Int) -> Int { queryOffsets[sequence + 1] - queryOffsets[sequence] }
  /// The keys of a sequence.
  package func keys(_ sequence: Int) -> Int { keyOffsets[sequence + 1] - keyOffsets[sequence] }
  /// Whether a sequence has queries without keys or keys without queries: rows that no product writes.
  package var hasRowsThatMeetNone: Bool { (0..<sequences).contains { (queries($0) == 0) != (keys($0) == 0) } }
  /// Elements of one head's score matrices, all sequences one after the other.
  package var scoresPerHead: Int { (0..<sequences).reduce(0) { $0 + queries($1) * keys($1) } }
}

/// Buffers of one attention call; the relative pair is `[rows, heads * headSize]`.
package struct AttentionOperands {
  /// Queries, `[query rows, heads · headSize]`.
  package var query: Buffer
  /// Keys, `[key rows, heads · headSize]`.
  package var key: Buffer
  /// Values, shaped as the keys.
  package var value: Buffer
  /// The relative table through the queries' projection; nil without relative terms.
  package var relativeQuery: Buffer?
  /// The relative table through the keys' projection; nil without relative terms.
  package var relativeKey: Buffer?
}

/// Where attention's gradients go; `nil` is not computed. All are overwritten.
package struct AttentionGradients {
  /// Of the queries; nil where nothing behind them learns.
  package var query: Buffer?
  /// Of the keys.
  package var key: Buffer?
  /// Of the values.
  package var value: Buffer?
  /// Of the relative table through the queries' projection.
  package var relativeQuery: Buffer?
  /// Of the relative table through the keys' projection.
  package var relativeKey: Buffer?
}
