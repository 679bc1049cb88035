import CKernels
import Tensors

extension CPUBackend {
  package func matmul(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    scalar: Buffer?, accumulate: Bool, bias: Buffer?
  ) {
    precondition(
      a.count == m * k && b.count == k * n && c.count == m * n,
      "a product of [\(m), \(k)] and [\(k), \(n)] on \(a.count), \(b.count) and \(c.count) elements")
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
      if !accumulate { fill(c, 0) }
      return
    }
    operations += 2 * m * n * k
    if keepsRowsApart {
      rowProducts(
        a, at, b, bt, into: c, m: m, n: n, k: k, factor: factor * (scalar.map { host($0)[0] } ?? 1), accumulate: accumulate,
        bias: bias)
      return
    }
    let wideA = widened(a), left = Matrix(host(wideA), stride: at == .none ? k : m, at)
    let product = MatrixProduct(
      m: m, n: n, k: k, factor: factor * (scalar.map { host($0)[0] } ?? 1), accumulates: accumulate, bias: bias.map { host($0) })
    let y = Matrix(host(c), stride: n), stride = bt == .none ? n : k
    if b.type == .bfloat16 {
      compute(product, left, MatrixView(halves(b), stride: stride, bt), into: y)
    } else {
      let right = Matrix(host(b), stride: stride, bt)
      if product.turned.cost(right.turned, left.turned, into: y.turned) < product.cost(left, right, into: y) {
        computeTurned(product, left, right, into: y)
      } else {
        compute(product, left, right, into: y)
      }
    }
    withExtendedLifetime((wideA, b)) {}
  }

  /// Computes the product with rows and columns changed for each other, which gives the same numbers.
  private func computeTurned(_ product: MatrixProduct, _ a: Matrix, _ b: Matrix, into y: Matrix) {
    var turned = product.turned
    if let row = product.bias {
      lr_copy_rows(y.start, row, Int64(product.m), Int64(product.n))
      (turned.bias, turned.accumulates) = (nil, true)
    }
    compute(turned, b.turned, a.turned, into: y.turned)
  }

  /// The same numbers as float32: a buffer that is bfloat16 widens for the time of one product.
  func widened(_ x: Buffer) -> Buffer {
    guard x.type == .bfloat16 else { return x }
    let y = allocate(x.count)
    widen(x, into: y)
    return y
  }

  package func sumRows(_ a: Buffer, times b: Buffer?, into y: Buffer, accumulate: Bool) {
    let columns = y.count, rows = a.count / max(1, columns)
    let (p, out) = (host(a), host(y))
    let q = b.map { host($0) }
    // columns, not rows, are shared out: each sum runs over the rows in order
    let width = 128
    parallel((columns + width - 1) / width) {
      lr_sum_rows(
        out, p, q, Int64(rows), Int64(columns), Int64($0 * width), Int64(min(columns, ($0 + 1) * width)), accumulate ? 1 : 0)
    }
  }

  package func dotRows(_ a: Buffer, _ b: Buffer, into y: Buffer, accumulate: Bool) {
    let rows = y.count, columns = a.count / max(1, rows)
    let (p, q, out) = (host(a), host(b), host(y))
    parallelRows(rows, columns: columns) {
      let at = $0.lowerBound
      lr_dot_rows(out + at, p + at * columns, q + at * columns, Int64($0.count), Int64(columns), accumulate ? 1 : 0)
    }
  }

  /// Sums blocks of 65,536 elements and adds the blocks up in order.
  private func reduce(_ count: Int, _ body: (Int, Int) -> Double) -> Double {
    let size = 65_536
    let blocks = (count + size - 1) / size
    guard blocks > 1 else { return body(0, count) }
    var partial = [Double](repeating: 0, count: blocks)
    partial.withUnsafeMutableBufferPointer { partial in
      nonisolated(unsafe) let partial = partial
      parallel(blocks) { partial[$0] = body($0 * size, min(size, count - $0 * size)) }
    }
    return partial.reduce(0, +)
  }

  package func reduce(_ x: Buffer, _ reduction: Reduction, into y: Buffer, at place: Int, accumulate: Bool) {
    precondition((0..<y.count).contains(place), "place \(place) of \(y.count)")
    let p = host(x)
    let value: Double =
      switch reduction {
      case .sum: reduce(x.count) { lr_sum(p + $0, Int64($1)) }
      case .sumInOrder: lr_sum_in_order(p, Int64(x.count))
      case .sumOfSquares: reduce(x.count) { lr_sum_squares(p + $0, Int64($1)) }
      case .norm: reduce(x.count) { lr_sum_squares(p + $0, Int64($1)) }.squareRoot()
      case .notFinite: lr_all_finite(p, Int64(x.count)) == 0 ? 1 : 0
      }
    if y.type == .float64 {
      scalars(y)[place] = accumulate ? scalars(y)[place] + value : value
    } else {
      host(y)[place] = accumulate ? host(y)[place] + Float(value) : Float(value)
    }
  }

  package func sumSegments(_ x: Buffer, _ offsets: Buffer, into y: Buffer) {
    let (p, places, out) = (host(x), indices(offsets), scalars(y))
    precondition(offsets.count == y.count + 1, "\(offsets.count) offsets for \(y.count) sums")
    for segment in 0..<y.count {
      let (start, end) = (Int(places[segment]), Int(places[segment + 1]))
      out[segment] = lr_sum_in_order(p + start, Int64(end - start))
    }
  }

  package func layerNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, bias: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer,
    inverse: Buffer
  ) {
    let columns = gain.count, (p, out, n, s) = (host(x), host(y), host(normalized), host(inverse))
    let (g, b) = (host(gain), host(bias))
    let q = residual.map { host($0) }
    parallelRows(inverse.count, columns: columns) {
      let at = $0.lowerBound * columns
      lr_layer_norm(
        out + at, n + at, s + $0.lowerBound, p + at, q.map { $0 + at }, g, b, Int64($0.count), Int64(columns), epsilon)
    }
  }

  package func layerNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer) {
    let columns = gain.count, (d, n, s, g, out) = (host(dy), host(normalized), host(inverse), host(gain), host(dx))
    parallelRows(inverse.count, columns: columns) {
      let at = $0.lowerBound * columns
      lr_layer_norm_backward(out + at, d + at, n + at, s + $0.lowerBound, g, Int64($0.count), Int64(columns))
    }
  }

  package func rmsNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer
  ) {
    let columns = gain.count, (p, out, n, s, g) = (host(x), host(y), host(normalized), host(inverse), host(gain))
    let q = residual.map { host($0) }
    parallelRows(inverse.count, columns: columns) {
      let at = $0.lowerBound * columns
      lr_rms_norm(
        out + at, n + at, s + $0.lowerBound, p + at, q.map { $0 + at }, g, Int64($0.count), Int64(columns), epsilon)
    }
  }

  package func rmsNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer) {
    let columns = gain.count, (d, n, s, g, out) = (host(dy), host(normalized), host(inverse), host(gain), host(dx))
    parallelRows(inverse.count, columns: columns) {
      let at = $0.lowerBound * columns
      lr_rms_norm_backward(out + at, d + at, n + at, s + $0.lowerBound, g, Int64($0.count), Int64(columns))
    }
  }
}
