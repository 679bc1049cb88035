import CKernels
import Tensors

extension CPUBackend {
  package func crossEntropy(_ logits: Buffer, labels: Buffer, classes: Int, divisor: Int, loss: Buffer, gradient: Buffer) {
    let (z, g, known) = (host(logits), host(gradient), indices(labels))
    var losses = [Double](repeating: 0, count: labels.count)
    losses.withUnsafeMutableBufferPointer { losses in
      guard let each = losses.baseAddress else { return }
      parallelRows(labels.count, columns: classes) { rows in
        let at = rows.lowerBound
        withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) {
          lr_cross_entropy(
            g + at * classes, each + at, $0.baseAddress, z + at * classes, known + at, Int64(rows.count), Int64(classes),
            Double(divisor))
        }
      }
    }
    // in the order of rows, whichever thread computed them
    host(loss)[0] = Float(losses.reduce(0, +) / Double(divisor))
  }
}
