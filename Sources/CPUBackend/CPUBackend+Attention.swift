import CKernels
import Synchronization
import Tensors

// The work is shared out by heads of keys and by runs of sequences: each writes rows and columns of the gradients that no other does,
// and walks its query heads and their blocks in one order. Probabilities that are computed again come from the same products, block
// by block, and so have the same bits as kept ones.
extension CPUBackend {
  package func attention(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, context: Buffer, probabilities: Buffer?
  ) {
    let call = AttentionCall(shape, operands, keeps: probabilities != nil, on: self)
    let out = host(context), kept = probabilities.map { host($0) }
    let own = kept == nil ? call.mostScores : 0, dropped = dropout == nil ? 0 : call.mostScores
    if shape.hasRowsThatMeetNone { fill(context, 0) }
    operations += shape.forwardOperations
    let (scratch, products) = (own + dropped + call.relativeScratch, call.productScratch)
    parallel(shape.heads * call.runs.count, scratch: scratch + products) { unit, room in
      let head = unit / call.runs.count, scratch = room + products, terms = scratch + own + dropped
      call.relative?.packTurnedTables(of: head, shape, into: terms)
      for sequence in call.runs[unit % call.runs.count] {
        for block in call.blocks[sequence] {
          let part = call.part(block, of: sequence, head: head)
          let scores = kept.map { $0 + part.score } ?? scratch
          call.formProbabilities(part, into: scores, terms: terms, room: room)
          var weights = scores
          if let dropout {
            weights = scratch + own
            part.drop(scores, dropout, into: weights)
          }
          MatrixProduct(m: part.rows, n: shape.headSize, k: part.keys).compute(
            Matrix(weights, stride: part.stride), call.values(part), into: Matrix(out + part.query, stride: call.width),
            scratch: room)
        }
      }
    }
  }

  package func attentionBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, probabilities: Buffer?, contextGradient: Buffer,
    into gradients: AttentionGradients
  ) {
    let call = AttentionCall(shape, operands, keeps: probabilities != nil, on: self), size = shape.headSize
    precondition(probabilities != nil || call.relative == nil, "relative terms need the probabilities of the forward pass")
    let (kept, dOut) = (probabilities.map { host($0) }, host(contextGradient))
    let (dq, dk, dv) = (gradients.query.map { host($0) }, gradients.key.map { host($0) }, gradients.value.map { host($0) })
    if shape.hasRowsThatMeetNone {
      for gradient in [gradients.query, gradients.key, gradients.value] { if let gradient { fill(gradient, 0) } }
    }
    for relative in [gradients.relativeQuery, gradients.relativeKey] { if let relative { fill(relative, 0) } }
    let tables = (query: gradients.relativeQuery.map { host($0) }, key: gradients.relativeKey.map { host($0) })
    let needsScores = dq != nil || dk != nil || tables.query != nil || tables.key != nil
    operations += shape.backwardOperations(gradients, kept: kept != nil)
    let own = kept == nil ? call.mostScores : 0
    let (scratch, products) = (own + call.mostScores + call.relativeScratch, call.productScratch)
    parallel(shape.keyHeads * call.runs.count, scratch: scratch + products) { unit, room in
      let scratch = room + products, slopes = scratch + own, terms = slopes + call.mostScores, keyHead = unit / call.runs.count
      call.relative?.packTables(of: keyHead, shape, into: terms)
      for sequence in call.runs[unit % call.runs.count] {
        // the first part meets all keys that any does: it writes their gradients, the others add to them
        var adds = false
        for head in keyHead * shape.group..<(keyHead + 1) * shape.group {
          for block in call.blocks[sequence].reversed() {
            let part = call.part(block, of: sequence, head: head), (rows, keys) = (part.rows, part.keys)
            let weights = kept.map { $0 + part.score } ?? scratch, gradient = Matrix(dOut + part.query, stride: call.width)
            if kept == nil { call.formProbabilities(part, into: weights, terms: terms, room: room) }
            if let dv {
              if let dropout { part.drop(weights, dropout, into: slopes) }
              MatrixProduct(m: keys, n: size, k: rows, accumulates: adds).compute(
                Matrix(dropout == nil ? weights : slopes, stride: part.stride, .transposed), gradient,
                into: Matrix(dv + part.key, stride: call.keyWidth), scratch: room)
            }
            if needsScores {
              let slope = Matrix(slopes, stride: part.stride)
              MatrixProduct(m: rows, n: keys, k: size).compute(gradient, call.values(part).turned, into: slope, scratch: room)
              if let dropout { part.drop(slopes, dropout, into: slopes) }
              call.formScoreGradients(part, weights, into: slopes, terms: terms)
              if call.relative != nil {
                call.spreadRelativeGradients(part, terms: terms, query: dq, key: dk, tables: tables, room: room)
              }
              if let dq {
                MatrixProduct(m: rows, n: size, k: keys, accumulates: call.relative != nil).compute(
                  slope, call.keys(part), into: Matrix(dq + part.query, stride: call.width), scratch: room)
              }
              if let dk {
                MatrixProduct(m: keys, n: size, k: rows, accumulates: call.relative != nil || adds).compute(
                  slope.turned, call.queries(part), into: Matrix(dk + part.key, stride: call.keyWidth), scratch: room)
              }
            }
            adds = true
          }
        }
      }
    }
  }

  /// Runs `body` as `parallel` does, with room for `size` numbers that no other block uses meanwhile.
  func parallel(_ blocks: Int, scratch size: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    // whole cache lines
    let size = (size + 15) / 16 * 16, places = min(blocks, threads)
    let scratch = allocate(max(1, places * size)), base = host(scratch)
    let free = Mutex(Array(0..<places))
    parallel(blocks) { block in
      let place = free.withLock { $0.removeLast() }
      body(block, base + place * size)
      free.withLock { $0.append(place) }
    }
    withExtendedLifetime(scratch) {}
  }
}

/// Where the operands of one call lie, and how its work is cut.
private struct AttentionCall {
  let shape: AttentionShape
  let query: UnsafeMutablePointer<Float>, key: UnsafeMutablePointer<Float>, value: UnsafeMutablePointer<Float>
  /// Numbers from a row of queries, and of keys, to the next.
  let width: Int, keyWidth: Int
  let blocks: [[AttentionShape.Block]]
  /// Sequences that are walked together: of about 16,384 scores, or all of them with relative terms, whose tables they share.
  let runs: [Range<Int>]
  /// The most numbers that the scores of a part take.
  let mostScores: Int
  let relative: Relative?
  private let scoreOffsets: [Int]
  private let keeps: Bool

  /// The relative tables, and the parts of them that each sequence's queries and keys meet.
  struct Relative {
    let index: [Int32]
    let query: UnsafeMutablePointer<Float>, key: UnsafeMutablePointer<Float>
    /// The rows that each sequence's terms have room for: whole panels.
    let windows: [AttentionShape.Window]
    let queryBands: [[AttentionShape.Band]], keyBands: [[AttentionShape.Band]]
    /// The rows that any sequence reads.
    let first: Int, span: Int
    /// Numbers of the queries' terms, which the keys' terms follow.
    let queryTerms: Int
    /// Numbers of both terms, which the head's columns of both tables follow.
    let terms: Int
    /// Numbers of one packed table.
    let packed: Int

    /// A head's columns of a table, `[span, headSize]`.
    private func columns(_ table: UnsafeMutablePointer<Float>, of head: Int, _ shape: AttentionShape) -> Matrix {
      let width = shape.heads * shape.headSize
      return Matrix(table + first * width + head * shape.headSize, stride: width)
    }

    /// The tables as queries and keys meet them on the way there, turned: all sequences share them.
    func packTurnedTables(of head: Int, _ shape: AttentionShape, into terms: UnsafeMutablePointer<Float>) {
      let product = MatrixProduct(m: 0, n: span, k: shape.headSize), tables = terms + self.terms
      product.pack(columns(key, of: head, shape).turned, panels: 0..<product.panels, into: tables)
      product.pack(columns(query, of: head, shape).turned, panels: 0..<product.panels, into: tables + packed)
    }

    /// The tables as the terms' gradients meet them on the way back.
    func packTables(of head: Int, _ shape: AttentionShape, into terms: UnsafeMutablePointer<Float>) {
      let product = MatrixProduct(m: 0, n: shape.headSize, k: span), tables = terms + self.terms
      product.pack(columns(key, of: head, shape), panels: 0..<product.panels, into: tables)
      product.pack(columns(query, of: head, shape), panels: 0..<product.panels, into: tables + packed)
    }
  }

  /// One block of one head.
  struct Part {
    let sequence: Int
    /// First column of the head among the queries'.
    let column: Int
    let rows: Int, keys: Int
    /// Numbers from a row of scores to the next.
    let stride: Int
    /// Where its queries, its keys, and its scores among all that are kept begin.
    let query: Int, key: Int, score: Int
    /// The first query's position.
    let position: Int
    /// The number of its first element for dropout, and how many there are from a row to the next.
    let place: Int, placesPerRow: Int

    func drop(_ x: UnsafePointer<Float>, _ dropout: Dropout, into y: UnsafeMutablePointer<Float>) {
      // whole rows lie one after the other
      let runs = keys == placesPerRow ? 1 : rows, length = keys == placesPerRow ? rows * keys : keys
      for run in 0..<runs {
        let at = run * stride, first = place + run * placesPerRow
        lr_dropout(y + at, x + at, Int64(first), Int64(first + length), dropout.stream.c, dropout.rate)
      }
    }
  }

  init(_ shape: AttentionShape, _ operands: AttentionOperands, keeps: Bool, on backend: CPUBackend) {
    let sequences = 0..<shape.sequences
    self.shape = shape
    (query, key, value) = (backend.host(operands.query), backend.host(operands.key), backend.host(operands.value))
    (width, keyWidth) = (shape.heads * shape.headSize, shape.keyHeads * shape.headSize)
    let blocks = sequences.map(shape.blocks)
    self.blocks = blocks
    scoreOffsets = shape.scoreOffsets
    self.keeps = keeps
    mostScores =
      sequences.map { sequence in
        blocks[sequence].map { $0.rows.count * (keeps ? shape.keys(sequence) : $0.keys) }.max() ?? 0
      }.max() ?? 0
    if let index = shape.relativeIndex, let tableQ = operands.relativeQuery, let tableK = operands.relativeKey {
      let windows = shape.windows, first = windows.map(\.first).min() ?? 0, unit = MatrixProduct.panel
      let span = (windows.map { $0.first + $0.span }.max() ?? 0) - first
      let whole = windows.map { window in
        let before = (window.first - first) / unit * unit, end = window.first + window.span - first
        var whole = window
        (whole.first, whole.span) = (first + before, (end - before + unit - 1) / unit * unit)
        return whole
      }
      let widest = whole.map(\.span).max() ?? 0, queryTerms = (sequences.map(shape.queries).max() ?? 0) * widest
      relative = Relative(
        index: index, query: backend.host(tableQ), key: backend.host(tableK), windows: whole,
        queryBands: sequences.map(shape.queryBands), keyBands: sequences.map(shape.keyBands), first: first, span: span,
        queryTerms: queryTerms, terms: queryTerms + (sequences.map(shape.keys).max() ?? 0) * widest,
        packed: max(
          MatrixProduct.packedCount(columns: span, terms: shape.headSize),
          MatrixProduct.packedCount(columns: shape.headSize, terms: span)))
      runs = [sequences]
    } else {
      relative = nil
      runs = Self.runs(ofScores: scoreOffsets)
    }
  }

  /// Numbers of the relative terms and packed tables of a head.
  var relativeScratch: Int { relative.map { $0.terms + 2 * $0.packed } ?? 0 }

  /// Numbers of the largest packed b of any product, and of the largest packed a: scores that are read as columns.
  var productScratch: Int {
    let size = shape.headSize, rows = blocks.joined().map(\.rows.count).max() ?? 0, keys = blocks.joined().map(\.keys).max() ?? 0
    let most = max(rows, keys)
    return max(
      MatrixProduct.packedCount(columns: most, terms: size), MatrixProduct.packedCount(columns: size, terms: most))
      + max(
        MatrixProduct.packedCount(rows: keys, terms: rows),
        relative.map { MatrixProduct.packedCount(rows: $0.span, terms: AttentionShape.bandRows) } ?? 0)
  }

  /// A part's queries, `[rows, headSize]`.
  func queries(_ part: Part) -> Matrix { Matrix(query + part.query, stride: width) }
  /// Its keys, `[keys, headSize]`.
  func keys(_ part: Part) -> Matrix { Matrix(key + part.key, stride: keyWidth) }
  /// Its values, `[keys, headSize]`.
  func values(_ part: Part) -> Matrix { Matrix(value + part.key, stride: keyWidth) }

  private static func runs(ofScores offsets: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for end in offsets.indices.dropFirst() where offsets[end] - offsets[start] >= 16_384 || end == offsets.count - 1 {
      runs.append(start..<end)
      start = end
    }
    return runs
  }

  func part(_ block: AttentionShape.Block, of sequence: Int, head: Int) -> Part {
    let size = shape.headSize, column = head * size, all = shape.keys(sequence)
    let score = scoreOffsets[sequence] + block.rows.lowerBound * all, perHead = scoreOffsets[scoreOffsets.count - 1]
    let places = shape.dropoutPlaces ?? .init(perHead: perHead, first: 0)
    return Part(
      sequence: sequence, column: column, rows: block.rows.count, keys: block.keys, stride: keeps ? all : block.keys,
      query: (shape.queryOffsets[sequence] + block.rows.lowerBound) * width + column,
      key: shape.keyOffsets[sequence] * keyWidth + head / shape.group * size, score: head * perHead + score,
      position: shape.queryStarts[sequence] + block.rows.lowerBound, place: head * places.perHead + places.first + score,
      placesPerRow: all)
  }

  /// The part's scores, and their softmax. `terms` is room for the relative terms, with the packed tables behind it.
  func formProbabilities(
    _ part: Part, into scores: UnsafeMutablePointer<Float>, terms: UnsafeMutablePointer<Float>, room: UnsafeMutablePointer<Float>
  ) {
    let size = shape.headSize, (rows, keys) = (Int64(part.rows), Int64(part.keys))
    MatrixProduct(m: part.rows, n: part.keys, k: size).compute(
      queries(part), self.keys(part).turned, into: Matrix(scores, stride: part.stride), scratch: room)
    guard let relative else {
      switch shape.mask {
      case .none: lr_attention_softmax(scores, rows, keys, nil, nil, 0, nil, 0, shape.factor)
      case .causal: lr_attention_softmax_causal(scores, rows, keys, Int64(part.stride), Int64(part.position), shape.factor)
      }
      return
    }
    let window = relative.windows[part.sequence], unit = MatrixProduct.panel
    let tables = terms + relative.terms, termsP = terms + relative.queryTerms
    for (x, table, term, bands) in [
      (queries(part), tables, terms, relative.queryBands[part.sequence]),
      (self.keys(part), tables + relative.packed, termsP, relative.keyBands[part.sequence]),
    ] {
      for band in bands {
        // whole panels, of which those that no pair of the band meets go unread
        let start = band.rows.lowerBound, first = band.first - relative.first
        var (some, y) = (x, Matrix(term + start * window.span, stride: window.span))
        some.start += start * width
        y.start -= window.first - relative.first
        MatrixProduct(m: band.rows.count, n: relative.span, k: size).compute(
          some, packed: table, panels: first / unit..<(first + band.span + unit - 1) / unit, into: y, room: room)
      }
    }
    relative.index.withUnsafeBufferPointer { index in
      lr_attention_softmax(
        scores, rows, keys, terms, termsP, Int64(window.span), index.baseAddress.map { $0 + index.count / 2 },
        Int32(window.first), shape.factor)
    }
  }

  /// Turns the gradient of the part's probabilities into that of its scores, and into that of the relative terms.
  func formScoreGradients(
    _ part: Part, _ probabilities: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>,
    terms: UnsafeMutablePointer<Float>
  ) {
    let (rows, keys) = (Int64(part.rows), Int64(part.keys))
    switch (relative, shape.mask) {
    case (nil, .none): lr_attention_softmax_backward(gradient, probabilities, rows, keys, nil, nil, 0, nil, 0, shape.factor)
    case (nil, .causal):
      lr_attention_softmax_causal_backward(
        gradient, probabilities, rows, keys, Int64(part.stride), Int64(part.position), shape.factor)
    case (let relative?, _):
      let window = relative.windows[part.sequence]
      relative.index.withUnsafeBufferPointer { index in
        lr_attention_softmax_backward(
          gradient, probabilities, rows, keys, terms, terms + relative.queryTerms, Int64(window.span),
          index.baseAddress.map { $0 + index.count / 2 }, Int32(window.first), shape.factor)
      }
    }
  }

  /// Takes the gradients of the relative terms to the queries and keys, which it overwrites, and to the tables, where it adds.
  func spreadRelativeGradients(
    _ part: Part, terms: UnsafeMutablePointer<Float>, query dq: UnsafeMutablePointer<Float>?, key dk: UnsafeMutablePointer<Float>?,
    tables: (query: UnsafeMutablePointer<Float>?, key: UnsafeMutablePointer<Float>?), room: UnsafeMutablePointer<Float>
  ) {
    guard let relative else { return }
    let size = shape.headSize, window = relative.windows[part.sequence], packed = terms + relative.terms
    for (x, dx, table, dTable, term, bands) in [
      (query + part.query, dq.map { $0 + part.query }, packed, tables.key, terms, relative.queryBands[part.sequence]),
      (
        key + part.key, dk.map { $0 + part.key }, packed + relative.packed, tables.query, terms + relative.queryTerms,
        relative.keyBands[part.sequence]
      ),
    ] {
      for band in bands {
        let start = band.rows.lowerBound, count = band.rows.count
        let slope = Matrix(term + start * window.span + band.first - window.first, stride: window.span)
        if let dx {
          MatrixProduct(m: count, n: size, k: band.span).compute(
            slope, packed: table + (band.first - relative.first) * MatrixProduct.panel,
            into: Matrix(dx + start * width, stride: width),
            panelStride: MatrixProduct.panel * relative.span, room: room)
        }
        if let dTable {
          MatrixProduct(m: band.span, n: size, k: count, accumulates: true).compute(
            slope.turned, Matrix(x + start * width, stride: width),
            into: Matrix(dTable + band.first * width + part.column, stride: width),
            scratch: room)
        }
      }
    }
  }
}
