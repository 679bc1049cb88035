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
    let backend = backend, x = buffer, slot = recordedSlot, (absolute, total) = (backend.allocate(count), backend.allocate(1))
    backend.absolute(x, into: absolute)
    backend.reduce(absolute, .sum, into: total, at: 0, accumulate: false)
    return .result([], total, of: [self], on: backend) { gradient in
      let signs = backend.allocate(x.count)
      backend.sign(x, into: signs)
      backend.scale(signs, by: gradient, into: signs)
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
    let distance = backend.allocate(1)
    backend.reduce(difference, .norm, into: distance, at: 0, accumulate: false)
    return .result([], distance, of: [self], on: backend) { gradient in
      guard let slot else { return }
      // d‖D‖ = D / ‖D‖, and D is symmetric
      let (factor, isFar) = (backend.allocate(1), backend.allocate(1))
      backend.scale(gradient, 2, into: factor)
      backend.divide(factor, distance, into: factor)
      backend.exceeds(distance, 0, orEquals: false, into: isFar)
      backend.select(factor, where: isFar, otherwise: 0, into: factor)
      let (into, accumulate) = slot.accumulator(m.count, on: backend)
      let (left, right) = ofRows ? (difference, m) : (m, difference)
      backend.matmul(
        left, .none, right, .none, into: into, m: rows, n: columns, k: vectors, factor: 1, scalar: factor,
        accumulate: accumulate, bias: nil)
    }
  }
}
