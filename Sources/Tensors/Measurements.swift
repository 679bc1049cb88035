/// Measurements and changes of values outside the graph.
extension Tensor {
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
  package var magnitudes: Tensor { mapped { backend.absolute(buffer, into: $0) } }

  /// Entry by entry `self / other`, outside the graph.
  package func divided(by other: Tensor) -> Tensor {
    precondition(shape == other.shape, "\(shape) by \(other.shape)")
    return mapped { backend.divide(buffer, other.buffer, into: $0) }
  }

  /// The roots of the entries, outside the graph.
  package var squareRoots: Tensor { mapped { backend.squareRoot(buffer, into: $0) } }

  /// How far each entry is from the other's, outside the graph.
  package func distances(to other: Tensor) -> Tensor {
    precondition(shape == other.shape, "\(shape) from \(other.shape)")
    return mapped {
      backend.subtract(buffer, other.buffer, into: $0)
      backend.absolute($0, into: $0)
    }
  }

  /// −1, 0 or 1 for each entry, outside the graph.
  package var signs: Tensor { mapped { backend.sign(buffer, into: $0) } }

  /// The entries, but `least` where they are less or not a number; outside the graph.
  package func clamped(atLeast least: Float) -> Tensor { mapped { backend.clamp(buffer, atLeast: least, into: $0) } }

  /// 1 for each entry that is more than `limit`, or is it where `orEquals` says so, and 0 for the others.
  package func exceeding(_ limit: Float, orEquals: Bool = false) -> Tensor {
    mapped { backend.exceeds(buffer, limit, orEquals: orEquals, into: $0) }
  }

  /// The entries, but `value` where `mask` holds a zero; outside the graph.
  package func selected(where mask: Tensor, otherwise value: Float = 0) -> Tensor {
    precondition(shape == mask.shape, "a mask of \(mask.shape) on \(shape)")
    return mapped { backend.select(buffer, where: mask.buffer, otherwise: value, into: $0) }
  }

  /// In each row 0 for the `count` lowest entries, of equal ones the first, and 1 for the others: `[rows, columns]`.
  package func keepingHighest(dropping count: Int) -> Tensor {
    mapped { backend.keepHighest(buffer, columns: shape[1], dropping: count, into: $0) }
  }

  /// Rows as columns, outside the graph: `[rows, columns]` → `[columns, rows]`.
  package var transposed: Tensor {
    let y = backend.allocate(count)
    backend.transpose(buffer, rows: shape[0], columns: shape[1], into: y)
    return Tensor(shape: [shape[1], shape[0]], buffer: y, backend: backend)
  }

  /// The numbers of several tensors, one after the other, outside the graph: `[total]`.
  package static func joined(_ tensors: [Tensor], on backend: any Backend) -> Tensor {
    let total = tensors.reduce(0) { $0 + $1.count }, y = backend.allocate(total)
    var start = 0
    for tensor in tensors {
      backend.copy(tensor.buffer, from: 0, to: y, at: start, count: tensor.count)
      start += tensor.count
    }
    return Tensor(shape: [total], buffer: y, backend: backend)
  }

  /// The numbers from place `start` on in a shape of their own, outside the graph.
  package func part(from start: Int, shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *), y = backend.allocate(count)
    backend.copy(buffer, from: start, to: y, at: 0, count: count)
    return Tensor(shape: shape, buffer: y, backend: backend)
  }

  private func mapped(_ kernel: (Buffer) -> Void) -> Tensor {
    let y = backend.allocate(count)
    kernel(y)
    return Tensor(shape: shape, buffer: y, backend: backend)
  }

  /// `self ← self · factor + other · share`, in place: a running mean.
  package func average(factor: Float, with other: Tensor, share: Float) {
    precondition(shape == other.shape, "a mean of \(shape) and \(other.shape)")
    backend.average(other.buffer, factor: factor, share: share, into: buffer)
  }

  /// Sets to zero in place what `mask` holds a zero for.
  package func apply(mask: Tensor) {
    precondition(shape == mask.shape, "a mask of \(mask.shape) on \(shape)")
    backend.multiply(buffer, mask.buffer, into: buffer)
  }
}
