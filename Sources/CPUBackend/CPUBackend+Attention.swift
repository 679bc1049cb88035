import CKernels
import Tensors

// The work is shared out by heads, and a head walks its sequences in order: each head's columns of every gradient, those of the
// relative tables too, are written by one block alone.
extension CPUBackend {
  package func attention(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, context: Buffer, probabilities: Buffer?
  ) {
    let width = shape.heads * shape.headSize, size = shape.headSize
    let perHead = shape.scoresPerHead, windows = shape.windows
    let queryBands = (0..<shape.sequences).map(shape.queryBands), keyBands = (0..<shape.sequences).map(shape.keyBands)
    let most = (0..<shape.sequences).map { shape.queries($0) * shape.keys($0) }.max() ?? 0
    let mostQ = (0..<shape.sequences).map { shape.queries($0) }.max() ?? 0
    let mostK = (0..<shape.sequences).map { shape.keys($0) }.max() ?? 0
    let span = windows.map(\.span).max() ?? 0
    let tableFirst = windows.map(\.first).min() ?? 0
    let tableSpan = (windows.map { $0.first + $0.span }.max() ?? 0) - tableFirst
    // per head: scores unless they are kept, dropped scores, the two relative terms, and the head's columns of both tables, transposed
    let scratchSize =
      (probabilities == nil ? most : 0) + (dropout == nil ? 0 : most) + (mostQ + mostK) * span + 2 * size * tableSpan
    let scratch = allocate(max(1, shape.heads * scratchSize))
    let (q, k, v, out, s) = (host(operands.query), host(operands.key), host(operands.value), host(context), host(scratch))
    if shape.hasRowsThatMeetNone { fill(context, 0) }
    let kept = probabilities.map { host($0) }
    let (rq, rk) = (operands.relativeQuery.map { host($0) }, operands.relativeKey.map { host($0) })
    operations += shape.forwardOperations
    parallel(shape.heads) { head in
      let mine = s + head * scratchSize, column = head * size
      let dropped = mine + (kept == nil ? most : 0)
      let termC = dropped + (dropout == nil ? 0 : most), termP = termC + mostQ * span
      let tableK = termP + mostK * span, tableQ = tableK + size * tableSpan
      if let rq, let rk {
        // OpenBLAS is twice as fast here with a table that need not be transposed, and all sequences share it
        lr_transpose(tableK, rk + tableFirst * width + column, Int64(tableSpan), Int64(size), Int64(width))
        lr_transpose(tableQ, rq + tableFirst * width + column, Int64(tableSpan), Int64(size), Int64(width))
      }
      var offset = head * perHead
      for sequence in 0..<shape.sequences {
        let nq = shape.queries(sequence), nk = shape.keys(sequence)
        guard nq > 0, nk > 0 else { continue }
        let (q0, k0) = (shape.queryOffsets[sequence] * width + column, shape.keyOffsets[sequence] * width + column)
        let scores = kept.map { $0 + offset } ?? mine
        gemm(q + q0, width, .none, k + k0, width, .transposed, scores, nk, m: nq, n: nk, k: size, factor: 1, beta: 0)
        if let index = shape.relativeIndex {
          let w = windows[sequence]
          for (x, table, term, bands) in [
            (q + q0, tableK, termC, queryBands[sequence]), (k + k0, tableQ, termP, keyBands[sequence]),
          ] {
            for band in bands {
              let start = band.rows.lowerBound
              gemm(
                x + start * width, width, .none, table + band.first - tableFirst, tableSpan, .none,
                term + start * w.span + band.first - w.first, w.span, m: band.rows.count, n: band.span, k: size, factor: 1, beta: 0)
            }
          }
          index.withUnsafeBufferPointer {
            lr_attention_softmax(
              scores, Int64(nq), Int64(nk), termC, termP, Int64(w.span), $0.baseAddress.map { $0 + index.count / 2 },
              Int32(w.first),
              shape.factor)
          }
        } else {
          lr_attention_softmax(scores, Int64(nq), Int64(nk), nil, nil, 0, nil, 0, shape.factor)
        }
        var weights = scores
        if let dropout {
          lr_dropout(dropped, scores, Int64(offset), Int64(offset + nq * nk), dropout.stream.c, dropout.rate)
          weights = dropped
        }
        gemm(weights, nk, .none, v + k0, width, .none, out + q0, width, m: nq, n: size, k: nk, factor: 1, beta: 0)
        offset += nq * nk
      }
    }
  }

  package func attentionBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, probabilities: Buffer, contextGradient: Buffer,
    into gradients: AttentionGradients
  ) {
    let width = shape.heads * shape.headSize, size = shape.headSize
    let perHead = shape.scoresPerHead, windows = shape.windows
    let queryBands = (0..<shape.sequences).map(shape.queryBands), keyBands = (0..<shape.sequences).map(shape.keyBands)
    let most = (0..<shape.sequences).map { shape.queries($0) * shape.keys($0) }.max() ?? 0
    let mostQ = (0..<shape.sequences).map { shape.queries($0) }.max() ?? 0
    let mostK = (0..<shape.sequences).map { shape.keys($0) }.max() ?? 0
    let span = windows.map(\.span).max() ?? 0
    let scratchSize = most + (dropout == nil ? 0 : most) + (mostQ + mostK) * span
    let scratch = allocate(max(1, shape.heads * scratchSize))
    let (q, k, v, s) = (host(operands.query), host(operands.key), host(operands.value), host(scratch))
    let (p, dOut) = (host(probabilities), host(contextGradient))
    let (rq, rk) = (operands.relativeQuery.map { host($0) }, operands.relativeKey.map { host($0) })
    let (dq, dk, dv) = (gradients.query.map { host($0) }, gradients.key.map { host($0) }, gradients.value.map { host($0) })
    if shape.hasRowsThatMeetNone {
      for gradient in [gradients.query, gradients.key, gradients.value] { if let gradient { fill(gradient, 0) } }
    }
    for relative in [gradients.relativeQuery, gradients.relativeKey] { if let relative { fill(relative, 0) } }
    let (drq, drk) = (gradients.relativeQuery.map { host($0) }, gradients.relativeKey.map { host($0) })
    let needsScores = dq != nil || dk != nil || drq != nil || drk != nil
    operations += shape.backwardOperations(gradients)
    parallel(shape.heads) { head in
      let mine = s + head * scratchSize, column = head * size
      let dropped = mine + most
      let termC = dropped + (dropout == nil ? 0 : most), termP = termC + mostQ * span
      var offset = head * perHead
      for sequence in 0..<shape.sequences {
        let nq = shape.queries(sequence), nk = shape.keys(sequence)
        guard nq > 0, nk > 0 else { continue }
        let (q0, k0) = (shape.queryOffsets[sequence] * width + column, shape.keyOffsets[sequence] * width + column)
        let weights = p + offset
        if let dv {
          var used = weights
          if let dropout {
            lr_dropout(dropped, weights, Int64(offset), Int64(offset + nq * nk), dropout.stream.c, dropout.rate)
            used = dropped
          }
          gemm(used, nk, .transposed, dOut + q0, width, .none, dv + k0, width, m: nk, n: size, k: nq, factor: 1, beta: 0)
        }
        if needsScores {
          gemm(dOut + q0, width, .none, v + k0, width, .transposed, mine, nk, m: nq, n: nk, k: size, factor: 1, beta: 0)
          if let dropout {
            lr_dropout(mine, mine, Int64(offset), Int64(offset + nq * nk), dropout.stream.c, dropout.rate)
          }
          if let rq, let rk, let index = shape.relativeIndex {
            let w = windows[sequence]
            index.withUnsafeBufferPointer {
              lr_attention_softmax_backward(
                mine, weights, Int64(nq), Int64(nk), termC, termP, Int64(w.span), $0.baseAddress.map { $0 + index.count / 2 },
                Int32(w.first), shape.factor)
            }
            for (x, dx, table, dTable, term, bands) in [
              (q + q0, dq.map { $0 + q0 }, rk, drk, termC, queryBands[sequence]),
              (k + k0, dk.map { $0 + k0 }, rq, drq, termP, keyBands[sequence]),
            ] {
              for band in bands {
                let start = band.rows.lowerBound, count = band.rows.count, row = band.first * width + column
                let part = term + start * w.span + band.first - w.first
                if let dx {
                  gemm(
                    part, w.span, .none, table + row, width, .none, dx + start * width, width, m: count, n: size, k: band.span,
                    factor: 1, beta: 0)
                }
                if let dTable {
                  gemm(
                    part, w.span, .transposed, x + start * width, width, .none, dTable + row, width, m: band.span, n: size,
                    k: count,
                    factor: 1, beta: 1)
                }
              }
            }
          } else {
            lr_attention_softmax_backward(mine, weights, Int64(nq), Int64(nk), nil, nil, 0, nil, 0, shape.factor)
          }
          let beta: Float = rq == nil ? 0 : 1
          if let dq { gemm(mine, nk, .none, k + k0, width, .none, dq + q0, width, m: nq, n: size, k: nk, factor: 1, beta: beta) }
          if let dk {
            gemm(mine, nk, .transposed, q + q0, width, .none, dk + k0, width, m: nk, n: size, k: nq, factor: 1, beta: beta)
          }
        }
        offset += nq * nk
      }
    }
  }
}
