// Rotary positions (Su et al. 2021): queries and keys are turned by angles that grow with their place, so that their product knows the
// distance between them alone.
import CKernels

/// How fast each pair of a head's columns turns from one position to the next.
package struct RotaryPositions: Sendable, Equatable {
  /// How frequencies are changed for more positions than a model first saw.
  package enum Scaling: Sendable, Equatable {
    case none
    /// All divided by the factor.
    case linear(factor: Double)
    /// Llama 3's: waves longer than the first model's positions divided by `low` are slowed by the factor, those shorter than the
    /// positions divided by `high` stay, and between them it goes over smoothly.
    case llama3(factor: Double, low: Double, high: Double, positions: Int)
  }

  /// Columns of a head; they turn in pairs (i, i + headSize / 2).
  package var headSize: Int
  /// The base whose powers the frequencies are: pair i turns by θ^(−2i / headSize).
  package var theta: Double
  /// What is changed of that.
  package var scaling: Scaling

  /// The turns of heads of an even number of columns.
  package init(headSize: Int, theta: Double, scaling: Scaling = .none) {
    self.headSize = headSize
    self.theta = theta
    self.scaling = scaling
  }

  /// The angle of each pair from one position to the next, `[headSize / 2]`.
  package var frequencies: [Double] {
    (0..<headSize / 2).map { pair in
      let plain = lr_pow(theta, -2 * Double(pair) / Double(headSize))
      switch scaling {
      case .none: return plain
      case .linear(let factor): return plain / factor
      case .llama3(let factor, let low, let high, let positions):
        let waves = Double(positions) * plain / (2 * Double.pi)
        if waves < low { return plain / factor }
        if waves > high { return plain }
        let share = (waves - low) / (high - low)
        return (1 - share) * plain / factor + share * plain
      }
    }
  }

  /// The cosines and then the sines of the first `rows` positions, formed in double precision: `[rows, headSize]`.
  package func table(rows: Int, on backend: any Backend) -> Tensor {
    let frequencies = frequencies
    return Tensor(shape: [rows, headSize], .float32, on: backend) { bytes in
      let values = bytes.bindMemory(to: Float.self), half = headSize / 2
      for row in 0..<rows {
        for (pair, frequency) in frequencies.enumerated() {
          let angle = Double(row) * frequency
          values[row * headSize + pair] = Float(lr_cos(angle))
          values[row * headSize + half + pair] = Float(lr_sin(angle))
        }
      }
    }
  }
}

extension Tensor {
  /// Every head of each row turned by the angles of the row's position: `[rows, heads · headSize]` → the same.
  ///
  /// - Parameters:
  ///   - table: of `RotaryPositions`, `[positions, headSize]`; the gradient turns back, and the table gets none.
  ///   - positions: each row's, `[rows]`.
  package func rotated(by table: Tensor, at positions: Indices) -> Tensor {
    let backend = backend, slot = recordedSlot, headSize = table.shape[1], angles = table.buffer
    precondition(
      shape.count == 2 && shape[0] == positions.count && shape[1] % headSize == 0 && positions.isWithin(table.shape[0]),
      "\(shape) by \(positions.count) positions of a table of \(table.shape)")
    let y = backend.allocate(count)
    backend.rotate(buffer, by: angles, at: positions.buffer, headSize: headSize, inverse: false, into: y)
    return .result(shape, y, of: [self], on: backend) { gradient in
      let turned = backend.allocate(gradient.count)
      backend.rotate(gradient, by: angles, at: positions.buffer, headSize: headSize, inverse: true, into: turned)
      slot?.add(turned, exclusive: true, on: backend)
    }
  }
}
