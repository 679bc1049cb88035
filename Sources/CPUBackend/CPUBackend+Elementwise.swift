import CKernels
import Tensors

extension CPUBackend {
  package func fill(_ buffer: Buffer, _ value: Float) {
    let y = host(buffer)
    parallelElements(buffer.count) { lr_fill(y + $0.lowerBound, Int64($0.count), value) }
  }

  package func spread(_ scalar: Buffer, into y: Buffer) { fill(y, host(scalar)[0]) }

  package func copy(_ source: Buffer, from: Int, to target: Buffer, at: Int, count: Int) {
    precondition(from >= 0 && at >= 0 && from + count <= source.count && at + count <= target.count, "copy out of range")
    if source.type == .bfloat16 {
      (halves(target) + at).update(from: halves(source) + from, count: count)
    } else {
      (host(target) + at).update(from: host(source) + from, count: count)
    }
  }

  package func widen(_ x: Buffer, into y: Buffer) {
    let (p, out) = (halves(x), host(y))
    parallelElements(x.count) { lr_widen(out + $0.lowerBound, p + $0.lowerBound, Int64($0.count)) }
  }

  package func round(_ x: Buffer, into y: Buffer) {
    let (p, out) = (host(x), halves(y))
    parallelElements(x.count) { lr_round(out + $0.lowerBound, p + $0.lowerBound, Int64($0.count)) }
  }

  private typealias Binary = (
    UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Int64
  ) -> Void

  private func map(_ a: Buffer, _ b: Buffer, into y: Buffer, _ kernel: Binary) {
    precondition(a.count == y.count && b.count == y.count, "\(a.count), \(b.count) and \(y.count) elements")
    let (p, q, out) = (host(a), host(b), host(y))
    withoutActuallyEscaping(kernel) { kernel in
      parallelElements(y.count) { kernel(out + $0.lowerBound, p + $0.lowerBound, q + $0.lowerBound, Int64($0.count)) }
    }
  }

  private func map(_ a: Buffer, into y: Buffer, _ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int64) -> Void) {
    precondition(a.count == y.count, "\(a.count) and \(y.count) elements")
    let (p, out) = (host(a), host(y))
    parallelElements(y.count) { kernel(out + $0.lowerBound, p + $0.lowerBound, Int64($0.count)) }
  }

  package func add(_ a: Buffer, _ b: Buffer, into y: Buffer) { map(a, b, into: y, lr_add) }
  package func subtract(_ a: Buffer, _ b: Buffer, into y: Buffer) { map(a, b, into: y, lr_subtract) }
  package func multiply(_ a: Buffer, _ b: Buffer, into y: Buffer) { map(a, b, into: y, lr_multiply) }
  package func divide(_ a: Buffer, _ b: Buffer, into y: Buffer) { map(a, b, into: y, lr_divide) }
  package func scale(_ a: Buffer, by scalar: Buffer, into y: Buffer) { scale(a, host(scalar)[0], into: y) }
  package func scale(_ a: Buffer, _ factor: Float, into y: Buffer) { map(a, into: y) { lr_scale($0, $1, $2, factor) } }
  package func accumulate(_ x: Buffer, _ factor: Float, into y: Buffer) { map(x, into: y) { lr_axpy($0, $1, $2, factor) } }
  package func average(_ x: Buffer, factor: Float, share: Float, into y: Buffer) {
    map(x, into: y) { lr_average($0, $1, $2, factor, share) }
  }
  package func absolute(_ a: Buffer, into y: Buffer) { map(a, into: y) { lr_absolute($0, $1, $2) } }
  package func sign(_ a: Buffer, into y: Buffer) { map(a, into: y) { lr_sign($0, $1, $2) } }
  package func squareRoot(_ a: Buffer, into y: Buffer) { map(a, into: y) { lr_square_root($0, $1, $2) } }
  package func clamp(_ a: Buffer, atLeast least: Float, into y: Buffer) { map(a, into: y) { lr_at_least($0, $1, $2, least) } }
  package func exceeds(_ a: Buffer, _ limit: Float, orEquals: Bool, into y: Buffer) {
    map(a, into: y) { lr_exceeds($0, $1, $2, limit, orEquals ? 1 : 0) }
  }
  package func select(_ a: Buffer, where mask: Buffer, otherwise value: Float, into y: Buffer) {
    map(a, mask, into: y) { y, a, mask, count in lr_select(y, a, mask, count, value) }
  }

  package func multiplyRows(_ a: Buffer, by row: Buffer, into y: Buffer) {
    let columns = row.count, (p, q, out) = (host(a), host(row), host(y))
    parallelRows(y.count / columns, columns: columns) {
      let at = $0.lowerBound * columns
      lr_multiply_rows(out + at, p + at, q, Int64($0.count), Int64(columns))
    }
  }

  package func addRows(_ a: Buffer, _ row: Buffer, into y: Buffer) {
    let columns = row.count, (p, q, out) = (host(a), host(row), host(y))
    parallelRows(y.count / columns, columns: columns) {
      let at = $0.lowerBound * columns
      lr_add_rows(out + at, p + at, q, Int64($0.count), Int64(columns))
    }
  }

  package func multiplyColumns(_ a: Buffer, by column: Buffer, into y: Buffer) {
    let columns = y.count / column.count, (p, q, out) = (host(a), host(column), host(y))
    parallelRows(column.count, columns: columns) {
      let at = $0.lowerBound * columns
      lr_multiply_columns(out + at, p + at, q + $0.lowerBound, Int64($0.count), Int64(columns))
    }
  }

  package func activate(_ x: Buffer, _ kind: Activation, into y: Buffer) {
    let kind = kind.c
    map(x, into: y) { lr_activate($0, $1, $2, kind) }
  }

  package func activateBackward(_ dy: Buffer, _ x: Buffer, _ kind: Activation, into dx: Buffer) {
    let kind = kind.c
    map(dy, x, into: dx) { lr_activate_backward($0, $1, $2, $3, kind) }
  }

  package func dropout(_ x: Buffer, _ dropout: Dropout, at first: Int, into y: Buffer) {
    let (p, out, stream) = (host(x), host(y), dropout.stream.c)
    parallelElements(y.count) {
      let (start, end) = (Int64(first + $0.lowerBound), Int64(first + $0.upperBound))
      lr_dropout(out + $0.lowerBound, p + $0.lowerBound, start, end, stream, dropout.rate)
    }
  }

  package func uniform(_ stream: RandomStream, low: Float, high: Float, into y: Buffer) {
    let out = host(y), stream = stream.c
    parallelElements(y.count) {
      lr_random_uniform(out + $0.lowerBound, Int64($0.lowerBound), Int64($0.upperBound), stream, low, high)
    }
  }

  package func normal(_ stream: RandomStream, mean: Float, deviation: Float, into y: Buffer) {
    let out = host(y), stream = stream.c
    parallelElements(y.count) {
      lr_random_normal(out + $0.lowerBound, Int64($0.lowerBound), Int64($0.upperBound), stream, mean, deviation)
    }
  }

  package func adamW(weights: Buffer, gradient: Buffer, first: Buffer, second: Buffer, _ settings: AdamWSettings) {
    let (w, g, m, v) = (host(weights), host(gradient), host(first), host(second))
    let c = settings.c
    parallelElements(weights.count) {
      let at = $0.lowerBound
      lr_adamw(w + at, g + at, m + at, v + at, Int64($0.count), c)
    }
  }
}

extension RandomStream {
  var c: lr_stream { lr_stream(seed: seed, purpose: purpose.rawValue, step: step, stream: index) }
}

extension Activation {
  var c: lr_activation {
    switch self {
    case .gelu: LR_GELU
    case .tanh: LR_TANH
    case .relu: LR_RELU
    case .silu: LR_SILU
    case .tangentGELU: LR_TANGENT_GELU
    case .quickGELU: LR_QUICK_GELU
    }
  }
}

extension AdamWSettings {
  var c: lr_adamw_settings {
    // powers in double, as PyTorch forms them, by squaring: the same bits on every processor
    let power = { (beta: Float) in
      var (square, product, rest) = (Double(beta), 1.0, step)
      while rest > 0 {
        if rest & 1 == 1 { product *= square }
        square *= square
        rest >>= 1
      }
      return product
    }
    return lr_adamw_settings(
      learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
      bias_correction1: Float(1 - power(beta1)), bias_correction2_root: Float((1 - power(beta2)).squareRoot()),
      gradient_scale: gradientScale)
  }
}
