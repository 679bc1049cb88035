extension Tensor {
  /// Mean cross-entropy of `logits: [rows, classes]` against class numbers `[rows]`: `[]`. Labels must be in range.
  package func crossEntropy(_ labels: [Int32]) -> Tensor {
    let backend = backend, classes = shape[1], slot = recordedSlot
    precondition(shape[0] == labels.count && labels.allSatisfy { $0 >= 0 && Int($0) < classes }, "labels do not fit \(shape)")
    let dz = backend.allocate(count)
    let loss = backend.crossEntropy(buffer, labels: labels, classes: classes, gradient: dz)
    return .result([], backend.upload([Float(loss)]), of: [self], on: backend) { gradient in
      let scaled = backend.allocate(dz.count)
      backend.scale(dz, backend.download(gradient)[0], into: scaled)
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
