// Keys and values of tokens that were computed, kept for the queries of those that follow. A token's are written once and never moved:
// a sequence is a list of rows, which several may share up to where they part.

/// One query of each sequence over what is kept of it.
package struct CachedAttention {
  /// Heads of the queries side by side in a row.
  package var heads: Int
  /// Heads of the keys and values: a divisor of `heads`. Query head h reads key head h / (heads / keyHeads).
  package var keyHeads: Int
  /// Columns of one head.
  package var headSize: Int
  /// Multiplies the scores.
  package var factor: Float
  /// Where the rows lie, `rowsPerChunk` of them in each; nil where none is in use.
  package var chunks: [Buffer?]
  /// Rows of keys, and of values, in one chunk.
  package var rowsPerChunk: Int
  /// The number in a chunk with which the keys begin.
  package var keysAt: Int
  /// The number in a chunk with which the values begin.
  package var valuesAt: Int
  /// The rows of all sequences, counted through the chunks.
  package var rows: [Int32]
  /// Where each sequence's begin among `rows`, and the end: `[sequences + 1]`
  package var offsets: Offsets
  /// What stands before the rows of every sequence, `[count, keyHeads · headSize]` both.
  package var prefix: (keys: Buffer, values: Buffer)?

  /// The sequences, one query each.
  package var sequences: Int { offsets.runs }
  /// Numbers in a row of keys.
  package var width: Int { keyHeads * headSize }
  /// Keys that stand before each sequence's own.
  package var countBefore: Int { (prefix?.keys.count ?? 0) / max(1, width) }
  /// Operations of its products.
  package var operations: Int { 4 * heads * headSize * (rows.count + sequences * countBefore) }
}

/// The rows of some sequences, one after the other.
package struct CachedSequences {
  /// The rows, in the order of the sequences' tokens.
  let rows: [Int32]
  /// Where each sequence's begin, and the end: `[sequences + 1]`
  let offsets: Offsets

  /// Takes each sequence's rows.
  package init(_ sequences: [[Int32]]) {
    rows = sequences.flatMap { $0 }
    offsets = Offsets(sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })
  }
}

/// The keys and values of all layers, in rows that grow by chunks and are used again once nobody needs them.
package final class CachedRows {
  /// Rows of one chunk.
  static let rowsPerChunk = 32

  private let backend: any Backend
  private let layers: Int
  private let width: Int
  /// `[layers, 2, rowsPerChunk, width]` each, keys before values; nil where all rows of it are free.
  private var chunks: [Buffer?] = []
  /// How many sequences use each row.
  private var uses: [Int] = []
  /// Rows in use, of each chunk.
  private var used: [Int] = []

  /// - Parameter width: numbers in a row of keys, all heads together.
  package init(layers: Int, width: Int, on backend: any Backend) {
    (self.layers, self.width, self.backend) = (layers, width, backend)
  }

  /// How many rows are in use.
  package var count: Int { used.reduce(0, +) }

  /// So many rows for one sequence: the lowest that are free, so that the last chunks are the first to become free.
  package func take(_ count: Int) -> [Int32] {
    var rows: [Int32] = [], chunk = 0
    rows.reserveCapacity(count)
    while rows.count < count {
      if chunk == chunks.count {
        chunks.append(nil)
        used.append(0)
        uses += Array(repeating: 0, count: Self.rowsPerChunk)
      }
      if used[chunk] < Self.rowsPerChunk {
        if chunks[chunk] == nil { chunks[chunk] = backend.allocate(layers * 2 * Self.rowsPerChunk * width) }
        for row in chunk * Self.rowsPerChunk..<(chunk + 1) * Self.rowsPerChunk where uses[row] == 0 && rows.count < count {
          uses[row] = 1
          used[chunk] += 1
          rows.append(Int32(row))
        }
      }
      chunk += 1
    }
    return rows
  }

  /// Counts one more sequence that uses these rows.
  package func share(_ rows: [Int32]) {
    for row in rows {
      precondition(uses[Int(row)] > 0, "row \(row) is free")
      uses[Int(row)] += 1
    }
  }

  /// Counts one sequence less that uses these rows; a chunk that nobody uses goes back to the backend.
  package func release(_ rows: [Int32]) {
    for row in rows.map({ Int($0) }) {
      precondition(uses[row] > 0, "row \(row) is free")
      uses[row] -= 1
      guard uses[row] == 0 else { continue }
      let chunk = row / Self.rowsPerChunk
      used[chunk] -= 1
      if used[chunk] == 0 { chunks[chunk] = nil }
    }
    while let last = chunks.last, last == nil {
      chunks.removeLast()
      used.removeLast()
      uses.removeLast(Self.rowsPerChunk)
    }
  }

  /// Writes the keys and values of a layer, `[rows, width]` both.
  package func store(keys: Tensor, values: Tensor, layer: Int, at rows: [Int32]) {
    precondition(
      keys.shape == [rows.count, width] && values.shape == keys.shape && (0..<layers).contains(layer),
      "keys \(keys.shape) and values \(values.shape) for \(rows.count) rows of layer \(layer)")
    for (index, row) in rows.enumerated() {
      let (chunk, place) = Int(row).quotientAndRemainder(dividingBy: Self.rowsPerChunk)
      guard let target = chunks[chunk] else { preconditionFailure("row \(row) is free") }
      backend.copy(keys.buffer, from: index * width, to: target, at: keysAt(layer) + place * width, count: width)
      backend.copy(values.buffer, from: index * width, to: target, at: valuesAt(layer) + place * width, count: width)
    }
  }

  private func keysAt(_ layer: Int) -> Int { layer * 2 * Self.rowsPerChunk * width }
  private func valuesAt(_ layer: Int) -> Int { keysAt(layer) + Self.rowsPerChunk * width }

  /// One query of each sequence over its rows of a layer: `[sequences, heads · headSize]` → the same; outside the graph.
  ///
  /// - Parameters:
  ///   - keyHeads: heads of the keys and values, a divisor of `heads`.
  ///   - prefix: keys and values before those of every sequence, `[count, width]` both; nil for none.
  package func attention(
    _ query: Tensor, over sequences: CachedSequences, layer: Int, heads: Int, keyHeads: Int, factor: Float,
    prefix: (keys: Tensor, values: Tensor)? = nil
  ) -> Tensor {
    let context = backend.allocate(query.count), headSize = query.shape[1] / heads
    precondition(
      query.shape == [sequences.offsets.runs, heads * headSize] && keyHeads * headSize == width && heads % keyHeads == 0
        && prefix?.keys.shape == prefix?.values.shape,
      "queries \(query.shape) of \(heads) heads over \(keyHeads) of \(width) columns")
    backend.attention(
      query.buffer,
      over: CachedAttention(
        heads: heads, keyHeads: keyHeads, headSize: headSize, factor: factor, chunks: chunks, rowsPerChunk: Self.rowsPerChunk,
        keysAt: keysAt(layer), valuesAt: valuesAt(layer), rows: sequences.rows, offsets: sequences.offsets,
        prefix: prefix.map { ($0.keys.buffer, $0.values.buffer) }),
      into: context)
    return Tensor(shape: query.shape, buffer: context, backend: backend)
  }
}
