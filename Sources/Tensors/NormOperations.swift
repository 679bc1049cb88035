// Normalisations over the last dimension. Both keep what they made of their input, and a factor for each row.
extension Tensor {
  /// Layer normalisation over the last dimension of `dropout(self) + residual` (Ba et al. 2016): `[rows, columns]`.
  package func layerNorm(
    residual: Tensor? = nil, gain: Tensor, bias: Tensor, epsilon: Float, dropout: Dropout? = nil
  ) -> Tensor {
    let backend = backend, (weights, shift) = (gain.buffer, bias.buffer)
    return normed(residual: residual, gain: gain, bias: bias, dropout: dropout) { x, residual, y, normalized, inverse in
      backend.layerNorm(
        x, residual: residual, gain: weights, bias: shift, epsilon: epsilon, into: y, normalized: normalized, inverse: inverse)
    } backward: { gradient, normalized, inverse, dx in
      backend.layerNormBackward(gradient, normalized: normalized, inverse: inverse, gain: weights, into: dx)
    }
  }

  /// `gain · x / √(mean(x²) + epsilon)` over the last dimension of `x = dropout(self) + residual` (Zhang and Sennrich 2019):
  /// `[rows, columns]`.
  package func rmsNorm(residual: Tensor? = nil, gain: Tensor, epsilon: Float, dropout: Dropout? = nil) -> Tensor {
    let backend = backend, weights = gain.buffer
    return normed(residual: residual, gain: gain, bias: nil, dropout: dropout) { x, residual, y, normalized, inverse in
      backend.rmsNorm(
        x, residual: residual, gain: weights, epsilon: epsilon, into: y, normalized: normalized, inverse: inverse)
    } backward: { gradient, normalized, inverse, dx in
      backend.rmsNormBackward(gradient, normalized: normalized, inverse: inverse, gain: weights, into: dx)
    }
  }

  /// What both have in common: the input's dropout, and the gradients of gain and bias.
  private func normed(
    residual: Tensor?, gain: Tensor, bias: Tensor?, dropout: Dropout?,
    forward: (_ x: Buffer, _ residual: Buffer?, _ y: Buffer, _ normalized: Buffer, _ inverse: Buffer) -> Void,
    backward: @escaping (_ gradient: Buffer, _ normalized: Buffer, _ inverse: Buffer, _ dx: Buffer) -> Void
  ) -> Tensor {
    let backend = backend, columns = shape[shape.count - 1], rows = count / columns
    precondition(
      gain.shape == [columns] && bias?.shape ?? [columns] == [columns], "a norm of \(shape) by a gain of \(gain.shape)")
    precondition(residual?.shape ?? shape == shape, "a norm of \(shape) with a residual of another shape")
    let dropout = dropout.flatMap { $0.rate > 0 ? $0 : nil }, first = (dropout?.firstRow ?? 0) * columns
    let (y, normalized, inverse) = (backend.allocate(count), backend.allocate(count), backend.allocate(rows))
    if let dropout { backend.dropout(buffer, dropout, at: first, into: normalized) }
    forward(dropout == nil ? buffer : normalized, residual?.buffer, y, normalized, inverse)
    let (slot, residualSlot, gainSlot, biasSlot) = (
      recordedSlot, residual?.recordedSlot, gain.recordedSlot, bias?.recordedSlot
    )
    return .result(shape, y, of: [self, residual, gain, bias], on: backend) { gradient in
      if let gainSlot {
        let (into, accumulate) = gainSlot.accumulator(columns, on: backend)
        backend.sumRows(gradient, times: normalized, into: into, accumulate: accumulate)
      }
      if let biasSlot {
        let (into, accumulate) = biasSlot.accumulator(columns, on: backend)
        backend.sumRows(gradient, times: nil, into: into, accumulate: accumulate)
      }
      guard slot != nil || residualSlot != nil else { return }
      let dx = backend.allocate(gradient.count)
      backward(gradient, normalized, inverse, dx)
      if let slot {
        if let dropout {
          let masked = backend.allocate(dx.count)
          backend.dropout(dx, dropout, at: first, into: masked)
          slot.add(masked, exclusive: true, on: backend)
        } else {
          slot.add(dx, exclusive: residualSlot == nil, on: backend)
        }
      }
      residualSlot?.add(dx, exclusive: slot == nil || dropout != nil, on: backend)
    }
  }
}
