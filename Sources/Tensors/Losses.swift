extension Tensor {
  /// Mean cross-entropy of `logits: [rows, classes]` against class numbers `[rows]`: `[]`.
  ///
  /// - Parameters:
  ///   - labels: below `classes`; a negative one, -100 by custom, is of a row without label, which has no part in the mean.
  ///   - divisor: the rows over which the mean is taken, where this is a part of a batch: the rows with a label of the whole batch. Nil
  ///     counts those that are here; without any the loss is 0.
  package func crossEntropy(_ labels: [Int32], divisor: Int? = nil) -> Tensor {
    let backend = backend, classes = shape[1], slot = recordedSlot
    precondition(shape[0] == labels.count && labels.allSatisfy { Int($0) < classes }, "labels do not fit \(shape)")
    let divisor = max(1, divisor ?? labels.count { $0 >= 0 })
    let known = Indices(labels, on: backend), (loss, dz) = (backend.allocate(1), backend.allocate(count))
    backend.crossEntropy(buffer, labels: known.buffer, classes: classes, divisor: divisor, loss: loss, gradient: dz)
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
