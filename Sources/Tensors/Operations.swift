extension Tensor {
  private func requireEqual(_ other: Tensor, _ name: String) {
    precondition(shape == other.shape, "\(name): shapes \(shape) and \(other.shape) differ")
  }

  /// Elementwise sum of equal shapes. Weights that are bfloat16 are widened first, so that what is added to one is not rounded.
  package func adding(_ other: Tensor) -> Tensor {
    requireEqual(other, "adding")
    let backend = backend, y = backend.allocate(count)
    backend.add(widened.buffer, other.widened.buffer, into: y)
    let (left, right) = (recordedSlot, other.recordedSlot)
    return .result(shape, y, of: [self, other], on: backend) { gradient in
      left?.add(gradient, exclusive: false, on: backend)
      right?.add(gradient, exclusive: false, on: backend)
    }
  }

  /// Elementwise difference of equal shapes.
  package func subtracting(_ other: Tensor) -> Tensor { adding(other.scaled(by: -1)) }

  /// Elementwise product of equal shapes.
  package func multiplied(by other: Tensor) -> Tensor {
    requireEqual(other, "multiplied")
    let backend = backend, y = backend.allocate(count), (p, q) = (buffer, other.buffer)
    backend.multiply(p, q, into: y)
    let (left, right) = (recordedSlot, other.recordedSlot)
    return .result(shape, y, of: [self, other], on: backend) { gradient in
      for (slot, factor) in [(left, q), (right, p)] {
        guard let slot else { continue }
        let product = backend.allocate(gradient.count)
        backend.multiply(gradient, factor, into: product)
        slot.add(product, exclusive: true, on: backend)
      }
    }
  }

  /// Every element times a constant.
  package func scaled(by factor: Float) -> Tensor {
    let backend = backend, y = backend.allocate(count), slot = recordedSlot
    backend.scale(buffer, factor, into: y)
    return .result(shape, y, of: [self], on: backend) { gradient in
      let product = backend.allocate(gradient.count)
      backend.scale(gradient, factor, into: product)
      slot?.add(product, exclusive: true, on: backend)
    }
  }

  /// The matrix product `self · other`, `[m, k]` by `[k, n]` → `[m, n]`.
  package func matmul(_ other: Tensor) -> Tensor {
    precondition(
      shape.count == 2 && other.shape.count == 2 && shape[1] == other.shape[0], "matmul: \(shape) by \(other.shape)")
    let (m, k, n) = (shape[0], shape[1], other.shape[1])
    let backend = backend, y = backend.allocate(m * n), (p, q) = (buffer, other.buffer)
    backend.matmul(p, .none, q, .none, into: y, m: m, n: n, k: k, factor: 1, accumulate: false, bias: nil)
    let (left, right) = (recordedSlot, other.recordedSlot)
    return .result([m, n], y, of: [self, other], on: backend) { gradient in
      if let left {
        let (into, accumulate) = left.accumulator(m * k, on: backend)
        backend.matmul(gradient, .none, q, .transposed, into: into, m: m, n: k, k: n, factor: 1, accumulate: accumulate, bias: nil)
      }
      if let right {
        let (into, accumulate) = right.accumulator(k * n, on: backend)
        backend.matmul(p, .transposed, gradient, .none, into: into, m: k, n: n, k: m, factor: 1, accumulate: accumulate, bias: nil)
      }
    }
  }

  /// The sum of all elements: `[]`.
  package func sum() -> Tensor {
    let backend = backend, slot = recordedSlot, count = count
    let total = backend.allocate(1)
    backend.reduce(buffer, .sum, into: total, at: 0, accumulate: false)
    return .result([], total, of: [self], on: backend) { gradient in
      let spread = backend.allocate(count)
      backend.spread(gradient, into: spread)
      slot?.add(spread, exclusive: true, on: backend)
    }
  }

  /// The mean of all elements: `[]`.
  package func mean() -> Tensor { sum().scaled(by: 1 / Float(count)) }

  /// An activation function, element by element; the input is kept for the backward pass.
  package func activated(_ kind: Activation) -> Tensor {
    let backend = backend, y = backend.allocate(count), x = buffer, slot = recordedSlot
    backend.activate(x, kind, into: y)
    return .result(shape, y, of: [self], on: backend) { gradient in
      let product = backend.allocate(gradient.count)
      backend.activateBackward(gradient, x, kind, into: product)
      slot?.add(product, exclusive: true, on: backend)
    }
  }

  /// Inverted dropout; `nil` or rate 0 returns the tensor itself. The mask is drawn again for the backward pass, not kept.
  package func dropped(_ dropout: Dropout?) -> Tensor {
    guard let dropout, dropout.rate > 0 else { return self }
    let backend = backend, y = backend.allocate(count), slot = recordedSlot, first = dropout.firstRow * (shape.last ?? 1)
    backend.dropout(buffer, dropout, at: first, into: y)
    return .result(shape, y, of: [self], on: backend) { gradient in
      let masked = backend.allocate(gradient.count)
      backend.dropout(gradient, dropout, at: first, into: masked)
      slot?.add(masked, exclusive: true, on: backend)
    }
  }

  /// The same numbers in another shape of the same count.
  package func reshaped(_ shape: [Int]) -> Tensor {
    let backend = backend, slot = recordedSlot
    return .result(shape, buffer, of: [self], on: backend) { gradient in
      slot?.add(gradient, exclusive: false, on: backend)
    }
  }
}
