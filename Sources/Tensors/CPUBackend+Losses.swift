import CKernels

extension CPUBackend {
  package func crossEntropy(_ logits: Buffer, labels: [Int32], classes: Int, divisor: Int, gradient: Buffer) -> Double {
    let (z, g) = (host(logits), host(gradient))
    var losses = [Double](repeating: 0, count: labels.count)
    labels.withUnsafeBufferPointer { labels in
      losses.withUnsafeMutableBufferPointer { losses in
        guard let label = labels.baseAddress, let loss = losses.baseAddress else { return }
        parallelRows(labels.count, columns: classes) { rows in
          let at = rows.lowerBound
          withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) {
            lr_cross_entropy(
              g + at * classes, loss + at, $0.baseAddress, z + at * classes, label + at, Int64(rows.count), Int64(classes),
              Double(divisor))
          }
        }
      }
    }
    // in the order of rows, whichever thread computed them
    return losses.reduce(0, +) / Double(divisor)
  }
}
