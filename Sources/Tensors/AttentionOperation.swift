extension Tensor {
  /// DeBERTa's relative terms: both projections of the relative table, and the table's row for each distance.
  package struct RelativeTerms {
    /// `[rows, heads * headSize]`
    package var query: Tensor
    /// The table through the keys' projection, shaped as `query`.
    package var key: Tensor
    /// Row of `query` and `key` for each distance query − key, from `-reach` to `reach`; never decreasing.
    package var index: [Int32]

    /// Takes the projected table of relative positions, `[2 · span, hidden]` each, and the row of it for each distance.
    package init(query: Tensor, key: Tensor, index: [Int32]) {
      self.query = query
      self.key = key
      self.index = index
    }
  }

  /// Attention within each of a batch's packed sequences, `self` being the queries: `[queries, hidden]` → `[queries, hidden]`.
  ///
  /// `softmax(factor · (Q Kᵀ + c2p + p2c)) V` per head, with dropout on the probabilities. The positional terms are those of
  /// He et al. 2021 (DeBERTa), Eq. 4: they need `keyHeads` equal to `heads`, no mask, and queries that are the first tokens. Offsets
  /// are row boundaries, `[sequences + 1]`.
  ///
  /// - Parameters:
  ///   - key: `[keys, keyHeads · headSize]`, as `value`.
  ///   - queryStarts: the position of each sequence's first query among its keys; nil for the first. For the last tokens, it is the
  ///     keys less the queries.
  ///   - keyHeads: heads of the keys and values, a divisor of `heads`; nil for as many. Query head h reads key head h / (heads / keyHeads).
  ///   - dropoutPlaces: where dropout draws, for some sequences of a larger batch; nil for a whole one.
  ///   - observe: receives the probabilities before dropout, head by head and sequence by sequence, `[queries, keys]` each.
  package func attention(
    key: Tensor, value: Tensor, queryOffsets: Offsets, keyOffsets: Offsets, queryStarts: [Int]? = nil, heads: Int,
    keyHeads: Int? = nil, factor: Float, mask: AttentionMask = .none, relative: RelativeTerms? = nil, dropout: Dropout? = nil,
    dropoutPlaces: AttentionShape.DropoutPlaces? = nil, probabilities observe: ((Tensor) -> Void)? = nil
  ) -> Tensor {
    let backend = backend, width = shape[1]
    let geometry = AttentionShape(
      queryOffsets: queryOffsets, keyOffsets: keyOffsets, queryStarts: queryStarts, heads: heads, keyHeads: keyHeads,
      headSize: width / heads, factor: factor, mask: mask, relativeIndex: relative?.index, dropoutPlaces: dropoutPlaces)
    precondition(
      width % heads == 0 && queryOffsets.rows == shape[0] && keyOffsets.rows == key.shape[0] && key.shape == value.shape
        && key.shape[1] == geometry.keyHeads * geometry.headSize,
      "attention: queries \(shape), keys \(key.shape), values \(value.shape), \(heads) heads, \(geometry.keyHeads) of the keys")
    let dropout = dropout.flatMap { $0.rate > 0 ? $0 : nil }
    let operands = AttentionOperands(
      query: buffer, key: key.buffer, value: value.buffer, relativeQuery: relative?.query.buffer, relativeKey: relative?.key.buffer)
    let inputs = [self, key, value, relative?.query, relative?.key]
    let learns = backend.recordsGradients && inputs.contains { $0?.requiresGradient ?? false }
    let context = backend.allocate(shape[0] * width)
    let keeps = learns && geometry.keepsProbabilities
    let probabilities = keeps || observe != nil ? backend.allocate(heads * geometry.scoresPerHead) : nil
    backend.attention(geometry, operands, dropout: dropout, context: context, probabilities: probabilities)
    if let observe, let probabilities { observe(Tensor(shape: [probabilities.count], buffer: probabilities, backend: backend)) }
    let kept = keeps ? probabilities : nil
    let slots = inputs.map { $0?.recordedSlot }
    let counts = inputs.map { $0?.count ?? 0 }
    return .result([shape[0], width], context, of: inputs, on: backend) { gradient in
      let buffers = zip(slots, counts).map { slot, count in slot == nil ? nil : backend.allocate(count) }
      backend.attentionBackward(
        geometry, operands, dropout: dropout, probabilities: kept, contextGradient: gradient,
        into: AttentionGradients(
          query: buffers[0], key: buffers[1], value: buffers[2], relativeQuery: buffers[3], relativeKey: buffers[4]))
      for (slot, buffer) in zip(slots, buffers) {
        if let slot, let buffer { slot.add(buffer, exclusive: true, on: backend) }
      }
    }
  }
}
