extension Tensor {
  /// Mean cross-entropy of `logits: [rows, classes]` against class numbers `[rows]`: `[]`. Labels must be in range.
  package func crossEntropy(_ labels: [Int32]) -> Tensor {
    let backend = backend, classes = shape[1], slot = recordedSlot, known = Indices(labels, on: backend)
    precondition(shape[0] == labels.count && known.isWithin(classes), "labels do not fit \(shape)")
    let (loss, dz) = (backend.allocate(1), backend.allocate(count))
    backend.crossEntropy(buffer, labels: known.buffer, classes: classes, loss: loss, gradient: dz)
    return .result([], loss, of: [self], on: backend) { gradient in
      let scaled = backend.allocate(dz.count)
      backend.scale(dz, by: gradient, into: scaled)
      slot?.add(scaled, exclusive: true, on: backend)
    }
  }

  /// Mean squared distance to `targets`, one for each element: `[]`.
  package func meanSquaredError(_ targets: [Float]) -> Tensor {
    precondition(count == targets.count, "\(targets.count) targets for shape \(shape)")
    let difference = subtracting(Tensor(targets, shape: shape, on: backend))
    return difference.multiplied(by: difference).mean()
  }
}
