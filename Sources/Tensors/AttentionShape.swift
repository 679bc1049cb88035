/// Which keys a query attends to.
package enum AttentionMask: Sendable {
  /// All of its sequence.
  case none
  /// Those at its own position and before it.
  case causal
}

/// The geometry of one attention call over packed sequences.
package struct AttentionShape {
  /// Row boundaries of each sequence's queries among the packed rows: `[sequences + 1]`, from 0.
  package var queryOffsets: Offsets
  /// Where each sequence's keys start among the packed rows, and their end: `[sequences + 1]`.
  package var keyOffsets: Offsets
  /// The position of each sequence's first query among its keys, `[sequences]`: query i stands at position `queryStarts + i`.
  package var queryStarts: [Int]
  /// Heads of the queries side by side in a row.
  package var heads: Int
  /// Heads of the keys and values side by side in a row: a divisor of `heads`. Query head h reads key head h / (heads / keyHeads).
  package var keyHeads: Int
  /// Columns of one head.
  package var headSize: Int
  /// Multiplies the sum of all score terms.
  package var factor: Float
  /// Which keys a query attends to.
  package var mask: AttentionMask
  /// Row of the relative tables for each distance `i - j`, from `-(reach)` to `reach`; `nil` without relative terms.
  package var relativeIndex: [Int32]?
  /// Where dropout draws; nil draws by the element's place among the scores of this call.
  package var dropoutPlaces: DropoutPlaces?

  /// The place of a call's scores among those of a larger, whole batch of which it computes some consecutive sequences.
  package struct DropoutPlaces: Sendable, Equatable {
    /// Elements of one head's score matrices of the whole batch, as `scoresPerHead` of its shape counts them.
    package var perHead: Int
    /// Elements of one head that come before the call's first sequence.
    package var first: Int

    /// The place of sequences that stand behind `first` of the `perHead` elements of each head.
    package init(perHead: Int, first: Int) {
      self.perHead = perHead
      self.first = first
    }
  }

  /// Attention of `queryOffsets.count - 1` sequences, each within itself.
  ///
  /// Relative terms need a head of keys for each head of queries, queries that are the first tokens of their keys, and no mask.
  ///
  /// - Parameters:
  ///   - queryStarts: nil where queries are their sequences' first tokens.
  ///   - keyHeads: nil for as many as `heads`.
  package init(
    queryOffsets: Offsets, keyOffsets: Offsets, queryStarts: [Int]? = nil, heads: Int, keyHeads: Int? = nil, headSize: Int,
    factor: Float, mask: AttentionMask = .none, relativeIndex: [Int32]? = nil, dropoutPlaces: DropoutPlaces? = nil
  ) {
    self.queryOffsets = queryOffsets
    self.keyOffsets = keyOffsets
    self.queryStarts = queryStarts ?? Array(repeating: 0, count: queryOffsets.runs)
    self.heads = heads
    self.keyHeads = keyHeads ?? heads
    self.headSize = headSize
    self.factor = factor
    self.mask = mask
    self.relativeIndex = relativeIndex
    self.dropoutPlaces = dropoutPlaces
    precondition(
      keyOffsets.runs == queryOffsets.runs && self.queryStarts.count == sequences && self.queryStarts.allSatisfy { $0 >= 0 },
      "attention: \(queryOffsets.runs) and \(keyOffsets.runs) sequences, queries that start at \(self.queryStarts)")
    precondition(heads % self.keyHeads == 0, "attention: \(self.keyHeads) heads of keys for \(heads) of queries")
    precondition(
      relativeIndex == nil || mask == .none && self.keyHeads == heads && self.queryStarts.allSatisfy { $0 == 0 },
      "attention: relative terms with a mask, grouped heads or queries that are not the first tokens")
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

  /// The most rows of a band.
  package static let bandRows = 24

  /// Cuts `count` rows into bands; `distances` are the lowest and the highest of a run.
  private func bands(_ count: Int, distances: (Range<Int>) -> (Int, Int)) -> [Band] {
    guard let index = relativeIndex else { return [] }
    let zero = index.count / 2
    return stride(from: 0, to: count, by: Self.bandRows).map { start in
      let rows = start..<min(count, start + Self.bandRows)
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

  /// A run of one sequence's queries whose scores are formed together, and how many of its keys, from the first, they are formed with.
  package struct Block {
    /// The queries, counted from the sequence's first.
    package var rows: Range<Int>
    /// How many of the sequence's keys.
    package var keys: Int
  }

  /// Queries of a block. In longer ones more of the products lie behind the causal mask.
  static let blockRows = 128
  /// The most keys of a sequence without a mask that is one block.
  static let longestWhole = 512

  /// The blocks of a sequence in order: a function of its own shape, whatever the batch around it. With a causal mask, keys behind a
  /// block's last query are left out.
  package func blocks(_ sequence: Int) -> [Block] {
    let (queries, keys) = (queries(sequence), keys(sequence))
    guard queries > 0, keys > 0 else { return [] }
    let isWhole = mask == .none && (keys <= Self.longestWhole || relativeIndex != nil)
    let size = isWhole ? queries : Self.blockRows
    return stride(from: 0, to: queries, by: size).map { start in
      let rows = start..<min(queries, start + size)
      return Block(rows: rows, keys: mask == .causal ? min(keys, queryStarts[sequence] + rows.upperBound) : keys)
    }
  }

  /// Whether the forward pass keeps the probabilities for the backward pass, which otherwise computes them again, bit for bit: with
  /// relative terms, and while no sequence has more than 512 keys, or with a causal mask more keys than twice a head's columns
  /// (beyond that, they would take more than two times the memory of the context).
  package var keepsProbabilities: Bool {
    let most = mask == .causal ? min(Self.longestWhole, 2 * headSize) : Self.longestWhole
    return relativeIndex != nil || (0..<sequences).allSatisfy { keys($0) <= most }
  }

  /// Pairs of a query and a key whose scores are formed.
  private var pairs: Int {
    (0..<sequences).reduce(0) { blocks($1).reduce($0) { $0 + $1.rows.count * $1.keys } }
  }

  /// Operations of the forward pass's products.
  package var forwardOperations: Int {
    let relative = relativePairs
    return 2 * heads * headSize * (2 * pairs + relative.query + relative.key)
  }

  /// Operations of the backward pass's products for the gradients that are asked for, from kept probabilities or from none.
  package func backwardOperations(_ gradients: AttentionGradients, kept: Bool) -> Int {
    let count = { (buffer: Buffer?) in buffer == nil ? 0 : 1 }
    let needsScores = [gradients.query, gradients.key, gradients.relativeQuery, gradients.relativeKey].contains { $0 != nil }
    let plain = count(gradients.value) + count(gradients.query) + count(gradients.key) + (needsScores ? 1 : 0) + (kept ? 0 : 1)
    let relative = relativePairs
    return 2 * heads * headSize
      * (plain * pairs + (count(gradients.query) + count(gradients.relativeKey)) * relative.query
        + (count(gradients.key) + count(gradients.relativeQuery)) * relative.key)
  }

  /// The sequences of the batch.
  package var sequences: Int { queryOffsets.runs }
  /// The queries of a sequence.
  package func queries(_ sequence: Int) -> Int { queryOffsets.count(sequence) }
  /// The keys of a sequence.
  package func keys(_ sequence: Int) -> Int { keyOffsets.count(sequence) }
  /// Query heads that read one key head.
  package var group: Int { heads / keyHeads }
  /// Whether queries have no keys, or keys no queries that see them: rows that no product writes.
  package var hasRowsThatMeetNone: Bool {
    (0..<sequences).contains { sequence in
      let keys = keys(sequence)
      return keys == 0 ? queries(sequence) > 0 : blocks(sequence).last?.keys != keys
    }
  }
  /// Elements of one head's score matrices, all sequences one after the other.
  package var scoresPerHead: Int { (0..<sequences).reduce(0) { $0 + queries($1) * keys($1) } }
  /// Where each sequence's scores start among those of one head, and their end.
  package var scoreOffsets: [Int] { (0..<sequences).reduce(into: [0]) { $0.append($0[$1] + queries($1) * keys($1)) } }
}

/// Buffers of one attention call; the relative pair is `[rows, heads * headSize]`.
package struct AttentionOperands {
  /// Queries, `[query rows, heads · headSize]`.
  package var query: Buffer
  /// Keys, `[key rows, keyHeads · headSize]`.
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
