// Operations that only tuning methods need.
extension Tensor {
  /// Each column times its factor, plus its term: `y[r, c] = self[r, c] · factors[c] + terms[c]`.
  package func scaledColumns(by factors: Tensor, adding terms: Tensor? = nil) -> Tensor {
    let columns = shape[shape.count - 1]
    precondition(factors.shape == [columns] && (terms.map { $0.shape == [columns] } ?? true), "columns of \(shape)")
    let backend = backend, y = backend.allocate(count), (x, f) = (buffer, factors.buffer)
    backend.multiplyRows(x, by: f, into: y)
    if let terms { backend.addRows(y, terms.buffer, into: y) }
    let (slot, factorSlot, termSlot) = (recordedSlot, factors.recordedSlot, terms?.recordedSlot)
    return .result(shape, y, of: [self, factors, terms], on: backend) { gradient in
      if let slot {
        let dx = backend.allocate(gradient.count)
        backend.multiplyRows(gradient, by: f, into: dx)
        slot.add(dx, exclusive: true, on: backend)
      }
      if let factorSlot {
        let (into, accumulate) = factorSlot.accumulator(columns, on: backend)
        backend.sumRows(gradient, times: x, into: into, accumulate: accumulate)
      }
      if let termSlot {
        let (into, accumulate) = termSlot.accumulator(columns, on: backend)
        backend.sumRows(gradient, times: nil, into: into, accumulate: accumulate)
      }
    }
  }

  /// The sum of the elements' absolute values: `[]`. At zero its gradient is zero.
  package func absoluteSum() -> Tensor {
    let backend = backend, x = buffer, slot = recordedSlot, absolute = backend.allocate(count)
    backend.absolute(x, into: absolute)
    return .result([], backend.upload([Float(backend.sum(absolute))]), of: [self], on: backend) { gradient in
      let signs = backend.allocate(x.count)
      backend.sign(x, into: signs)
      backend.scale(signs, backend.download(gradient)[0], into: signs)
      slot?.add(signs, exclusive: true, on: backend)
    }
  }

  /// How far short vectors are from orthonormal: `‖M Mᵀ − I‖_F` of the rows, or `‖Mᵀ M − I‖_F` of the columns, whichever are
  /// fewer than they are long (AdaLoRA's regulariser, unsquared as in its authors' code): `[]`. At zero its gradient is zero.
  package func orthogonalityDistance(ofRows: Bool) -> Tensor {
    let (rows, columns) = (shape[0], shape[1]), vectors = ofRows ? rows : columns, length = ofRows ? columns : rows
    let backend = backend, m = buffer, slot = recordedSlot, difference = backend.allocate(vectors * vectors)
    backend.matmul(
      m, ofRows ? .none : .transposed, m, ofRows ? .transposed : .none, into: difference, m: vectors, n: vectors, k: length,
      factor: 1, accumulate: false, bias: nil)
    var identity = [Float](repeating: 0, count: vectors * vectors)
    for index in 0..<vectors { identity[index * vectors + index] = 1 }
    backend.subtract(difference, backend.upload(identity), into: difference)
    let distance = backend.sumOfSquares(difference).squareRoot()
    return .result([], backend.upload([Float(distance)]), of: [self], on: backend) { gradient in
      guard let slot else { return }
      // d‖D‖ = D / ‖D‖, and D is symmetric
      let factor = distance > 0 ? 2 * backend.download(gradient)[0] / Float(distance) : 0
      let (into, accumulate) = slot.accumulator(m.count, on: backend)
      let (left, right) = ofRows ? (difference, m) : (m, difference)
      backend.matmul(
        left, .none, right, .none, into: into, m: rows, n: columns, k: vectors, factor: factor, accumulate: accumulate, bias: nil)
    }
  }
}

/// Measurements and changes of values outside the graph.
extension Tensor {
  /// The Euclidean norm of each column of `[rows, columns]`: `[columns]`.
  package var columnNorms: Tensor {
    let norms = backend.allocate(shape[1])
    backend.sumRows(buffer, times: buffer, into: norms, accumulate: false)
    backend.squareRoot(norms, into: norms)
    return Tensor(shape: [shape[1]], buffer: norms, backend: backend)
  }

  /// The product of each row with the same row of `other`, summed: `[rows, columns]` twice → `[rows]`.
  package func rowDots(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape && shape.count == 2, "row products of \(shape) and \(other.shape)")
    let dots = backend.allocate(shape[0])
    backend.dotRows(buffer, other.buffer, into: dots, accumulate: false)
    return Tensor(shape: [shape[0]], buffer: dots, backend: backend)
  }

  /// The product of each column with the same column of `other`, summed: `[rows, columns]` twice → `[columns]`.
  package func columnDots(_ other: Tensor) -> Tensor {
    precondition(shape == other.shape && shape.count == 2, "column products of \(shape) and \(other.shape)")
    let dots = backend.allocate(shape[1])
    backend.sumRows(buffer, times: other.buffer, into: dots, accumulate: false)
    return Tensor(shape: [shape[1]], buffer: dots, backend: backend)
  }

  /// `selfᵀ · other`, `[k, m]` and `[k, n]` → `[m, n]`, outside the graph.
  package func transposedProduct(_ other: Tensor) -> Tensor {
    precondition(shape.count == 2 && other.shape.count == 2 && shape[0] == other.shape[0], "\(shape)ᵀ by \(other.shape)")
    let (k, m, n) = (shape[0], shape[1], other.shape[1]), y = backend.allocate(m * n)
    backend.matmul(buffer, .transposed, other.buffer, .none, into: y, m: m, n: n, k: k, factor: 1, accumulate: false, bias: nil)
    return Tensor(shape: [m, n], buffer: y, backend: backend)
  }

  /// The absolute values, outside the graph.
  package var magnitudes: Tensor {
    let y = backend.allocate(count)
    backend.absolute(buffer, into: y)
    return Tensor(shape: shape, buffer: y, backend: backend)
  }

  /// `self ← self · factor + other · share`, in place: a running mean.
  package func average(factor: Float, with other: Tensor, share: Float) {
    precondition(shape == other.shape, "a mean of \(shape) and \(other.shape)")
    backend.scale(buffer, factor, into: buffer)
    backend.accumulate(other.buffer, share, into: buffer)
  }

  /// Sets to zero in place what `mask` holds a zero for.
  package func apply(mask: Tensor) {
    precondition(shape == mask.shape, "a mask of \(mask.shape) on \(shape)")
    backend.multiply(buffer, mask.buffer, into: buffer)
  }
}
