// Rows and columns taken from a matrix, and what is the largest in each row.
extension Tensor {
  /// Rows of a table, `self: [rows, columns]` → `[indices.count, columns]`. Every index must be in range.
  ///
  /// - Parameter padding: a row whose gradient stays zero, as PyTorch's `padding_idx`.
  package func rows(_ indices: [Int32], padding: Int32? = nil) -> Tensor {
    rows(Indices(indices, on: backend), padding: padding)
  }

  /// Rows of a table by indices that are uploaded already; `self` may be bfloat16.
  ///
  /// - Parameter padding: a row whose gradient stays zero, as PyTorch's `padding_idx`.
  package func rows(_ indices: Indices, padding: Int32? = nil) -> Tensor {
    let backend = backend, columns = shape[1], total = shape[0], slot = recordedSlot, count = count
    precondition(indices.isWithin(total), "a row index outside 0..<\(total)")
    let y = backend.allocate(indices.count * columns)
    backend.gatherRows(buffer, indices.buffer, columns: columns, into: y)
    return .result([indices.count, columns], y, of: [self], on: backend) { gradient in
      guard let slot else { return }
      let (into, accumulate) = slot.accumulator(count, on: backend)
      if !accumulate { backend.fill(into, 0) }
      backend.scatterRows(gradient, indices.buffer, skipping: padding, columns: columns, into: into)
    }
  }

  /// Rows of this table and of another, whose numbers go on from this one's: `[m, columns]` and `[n, columns]` →
  /// `[indices.count, columns]`. Every index must be in range.
  package func rows(_ indices: Indices, with other: Tensor) -> Tensor {
    let backend = backend, columns = shape[1], (own, more) = (count, other.count)
    precondition(
      other.shape.count == 2 && other.shape[1] == columns && indices.isWithin(shape[0] + other.shape[0]),
      "rows of \(shape) and \(other.shape)")
    let both = backend.allocate(own + more), y = backend.allocate(indices.count * columns)
    backend.copy(buffer, from: 0, to: both, at: 0, count: own)
    backend.copy(other.buffer, from: 0, to: both, at: own, count: more)
    backend.gatherRows(both, indices.buffer, columns: columns, into: y)
    let (slot, otherSlot) = (recordedSlot, other.recordedSlot)
    return .result([indices.count, columns], y, of: [self, other], on: backend) { gradient in
      let whole = backend.allocate(own + more)
      backend.fill(whole, 0)
      backend.scatterRows(gradient, indices.buffer, skipping: nil, columns: columns, into: whole)
      for (slot, start, count) in [(slot, 0, own), (otherSlot, own, more)] {
        guard let slot else { continue }
        let part = backend.allocate(count)
        backend.copy(whole, from: start, to: part, at: 0, count: count)
        slot.add(part, exclusive: true, on: backend)
      }
    }
  }

  /// Some columns, `[rows, columns]` → `[rows, range.count]`.
  package func columns(_ range: Range<Int>) -> Tensor {
    let backend = backend, (rows, columns) = (shape[0], shape[1]), slot = recordedSlot
    precondition(shape.count == 2 && range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(shape)")
    let y = backend.allocate(rows * range.count)
    backend.sliceColumns(buffer, columns: columns, from: range.lowerBound, rows: rows, into: y)
    return .result([rows, range.count], y, of: [self], on: backend) { gradient in
      guard let slot else { return }
      let (into, accumulate) = slot.accumulator(rows * columns, on: backend)
      if !accumulate { backend.fill(into, 0) }
      backend.addColumns(gradient, rows: rows, into: into, columns: columns, at: range.lowerBound)
    }
  }

  /// The number of the largest entry of each row, of equal ones the first: `[rows, columns]` → `[rows]`, outside the graph.
  package func argmax() -> Indices {
    let largest = backend.allocate(shape[0], .int32)
    backend.argmaxRows(buffer, columns: shape[1], into: largest)
    return Indices(largest, on: backend)
  }

  /// The largest entry of each row: `[rows, columns]` → `[rows]`, outside the graph.
  package var rowMaxima: Tensor {
    let largest = backend.allocate(shape[0])
    backend.maximumRows(buffer, columns: shape[1], into: largest)
    return Tensor(shape: [shape[0]], buffer: largest, backend: backend)
  }
}
