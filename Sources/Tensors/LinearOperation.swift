/// The low-rank branch beside a linear layer: `scale · outer ⊙ (B (inner ⊙ (A dropout(x))))`.
///
/// One form serves LoRA (no vectors), VeRA and AFLoRA (both vectors), gates and singular values (`inner`).
package struct LowRankBranch {
  /// `[rank, in]`
  package var a: Tensor
  /// `[out, rank]`
  package var b: Tensor
  /// `[rank]`
  package var inner: Tensor?
  /// `[out]`
  package var outer: Tensor?
  /// The factor of the whole branch.
  package var scale: Float
  /// Acts on the branch's input alone.
  package var dropout: Dropout?

  /// Takes A `[rank, inputs]`, B `[outputs, rank]`, and vectors that scale the ranks (`inner`) and the outputs (`outer`).
  package init(a: Tensor, b: Tensor, inner: Tensor? = nil, outer: Tensor? = nil, scale: Float = 1, dropout: Dropout? = nil) {
    self.a = a
    self.b = b
    self.inner = inner
    self.outer = outer
    self.scale = scale
    self.dropout = dropout
  }
}

extension Tensor {
  /// `y = x Wᵀ + bias`, plus a low-rank branch: `x: [tokens, in]`, `weight: [out, in]`, `bias: [out]` → `[tokens, out]`.
  ///
  /// The branch's vectors are folded into B (`outer ⊙ B ⊙ inner`, `[out, rank]`), so that it costs two products however many of its
  /// parts are there. The input is kept for the backward pass only if `weight` or the branch's A learns.
  package func linear(weight: Tensor, bias: Tensor?, branch: LowRankBranch? = nil) -> Tensor {
    let tokens = shape[0], input = shape[1], output = weight.shape[0]
    precondition(shape.count == 2 && weight.shape == [output, input], "linear: \(shape) by a weight of \(weight.shape)")
    let backend = backend, y = backend.allocate(tokens * output)
    backend.matmul(
      buffer, .none, weight.buffer, .transposed, into: y, m: tokens, n: output, k: input, factor: 1, accumulate: false,
      bias: bias?.buffer)
    let low = branch.map { LowRankPass($0, x: self, y: y, tokens: tokens, input: input, output: output) }

    let weightSlot = weight.recordedSlot, biasSlot = bias?.recordedSlot, inputSlot = recordedSlot
    let x = weightSlot == nil ? nil : buffer, w = inputSlot == nil ? nil : weight.buffer
    return .result(
      [tokens, output], y, of: [self, weight, bias, branch?.a, branch?.b, branch?.inner, branch?.outer], on: backend,
      backward: { gradient in
        if let inputSlot, let w {
          let (into, accumulate) = inputSlot.accumulator(tokens * input, on: backend)
          backend.matmul(
            gradient, .none, w, .none, into: into, m: tokens, n: input, k: output, factor: 1, accumulate: accumulate, bias: nil)
        }
        if let weightSlot, let x {
          let (into, accumulate) = weightSlot.accumulator(output * input, on: backend)
          backend.matmul(
            gradient, .transposed, x, .none, into: into, m: output, n: input, k: tokens, factor: 1, accumulate: accumulate,
            bias: nil)
        }
        if let biasSlot {
          let (into, accumulate) = biasSlot.accumulator(output, on: backend)
          backend.sumRows(gradient, times: nil, into: into, accumulate: accumulate)
        }
        low?.backward(gradient)
      })
  }
}

/// The forward and backward pass of one use of a low-rank branch.
private struct LowRankPass {
  let backend: any Backend
  let tokens: Int, input: Int, output: Int, rank: Int
  let scale: Float
  let dropout: Dropout?
  let a: Buffer, b: Buffer, inner: Buffer?, outer: Buffer?
  /// `outer ⊙ B ⊙ inner`: `[out, rank]`
  let folded: Buffer
  /// `A dropout(x)`: `[tokens, rank]`
  let compressed: Buffer
  /// The branch's input before dropout, kept while A learns.
  let kept: Buffer?
  let inputSlot: GradientSlot?, aSlot: GradientSlot?, bSlot: GradientSlot?, innerSlot: GradientSlot?, outerSlot: GradientSlot?

  init(_ branch: LowRankBranch, x: Tensor, y: Buffer, tokens: Int, input: Int, output: Int) {
    backend = x.backend
    (self.tokens, self.input, self.output) = (tokens, input, output)
    rank = branch.a.shape[0]
    precondition(
      branch.a.shape == [rank, input] && branch.b.shape == [output, rank],
      "low-rank branch: A \(branch.a.shape) and B \(branch.b.shape) beside a layer of [\(output), \(input)]")
    scale = branch.scale
    dropout = branch.dropout.flatMap { $0.rate > 0 ? $0 : nil }
    (a, b, inner, outer) = (branch.a.buffer, branch.b.buffer, branch.inner?.buffer, branch.outer?.buffer)
    (aSlot, bSlot) = (branch.a.recordedSlot, branch.b.recordedSlot)
    (innerSlot, outerSlot) = (branch.inner?.recordedSlot, branch.outer?.recordedSlot)
    inputSlot = x.recordedSlot
    kept = aSlot == nil ? nil : x.buffer

    var folded = b
    if let inner {
      let product = backend.allocate(b.count)
      backend.multiplyRows(folded, by: inner, into: product)
      folded = product
    }
    if let outer {
      let product = backend.allocate(b.count)
      backend.multiplyColumns(folded, by: outer, into: product)
      folded = product
    }
    self.folded = folded
    compressed = backend.allocate(tokens * rank)
    backend.matmul(
      Self.dropped(x.buffer, dropout, columns: input, on: backend), .none, a, .transposed, into: compressed, m: tokens, n: rank,
      k: input, factor: 1, accumulate: false, bias: nil)
    backend.matmul(
      compressed, .none, folded, .transposed, into: y, m: tokens, n: output, k: rank, factor: scale, accumulate: true, bias: nil)
  }

  private static func dropped(_ x: Buffer, _ dropout: Dropout?, columns: Int, on backend: any Backend) -> Buffer {
    guard let dropout else { return x }
    let y = backend.allocate(x.count)
    backend.dropout(x, dropout, at: dropout.firstRow * columns, into: y)
    return y
  }

  func backward(_ gradient: Buffer) {
    backwardOfB(gradient)
    guard inputSlot != nil || aSlot != nil else { return }
    let back = backend.allocate(tokens * rank)  // gradient of `compressed`
    backend.matmul(
      gradient, .none, folded, .none, into: back, m: tokens, n: rank, k: output, factor: scale, accumulate: false, bias: nil)
    if let aSlot, let kept {
      let (into, accumulate) = aSlot.accumulator(rank * input, on: backend)
      backend.matmul(
        back, .transposed, Self.dropped(kept, dropout, columns: input, on: backend), .none, into: into, m: rank, n: input,
        k: tokens, factor: 1, accumulate: accumulate, bias: nil)
    }
    guard let inputSlot else { return }
    if dropout == nil {
      let (into, accumulate) = inputSlot.accumulator(tokens * input, on: backend)
      backend.matmul(back, .none, a, .none, into: into, m: tokens, n: input, k: rank, factor: 1, accumulate: accumulate, bias: nil)
    } else {
      let whole = backend.allocate(tokens * input)
      backend.matmul(back, .none, a, .none, into: whole, m: tokens, n: input, k: rank, factor: 1, accumulate: false, bias: nil)
      inputSlot.add(Self.dropped(whole, dropout, columns: input, on: backend), exclusive: true, on: backend)
    }
  }

  /// From the gradient of the folded matrix, `F = scale · Gᵀ u`, to those of B and the two vectors.
  private func backwardOfB(_ gradient: Buffer) {
    guard bSlot != nil || innerSlot != nil || outerSlot != nil else { return }
    if inner == nil, outer == nil, let bSlot {
      let (into, accumulate) = bSlot.accumulator(output * rank, on: backend)
      backend.matmul(
        gradient, .transposed, compressed, .none, into: into, m: output, n: rank, k: tokens, factor: scale, accumulate: accumulate,
        bias: nil)
      return
    }
    let whole = backend.allocate(output * rank)
    backend.matmul(
      gradient, .transposed, compressed, .none, into: whole, m: output, n: rank, k: tokens, factor: scale, accumulate: false,
      bias: nil)
    if let innerSlot {
      let scaled = scaledByOuter(b)
      let (into, accumulate) = innerSlot.accumulator(rank, on: backend)
      backend.sumRows(whole, times: scaled, into: into, accumulate: accumulate)
    }
    if let outerSlot {
      let scaled = scaledByInner(b)
      let (into, accumulate) = outerSlot.accumulator(output, on: backend)
      backend.dotRows(whole, scaled, into: into, accumulate: accumulate)
    }
    if let bSlot { bSlot.add(scaledByOuter(scaledByInner(whole)), exclusive: true, on: backend) }
  }

  private func scaledByInner(_ x: Buffer) -> Buffer {
    guard let inner else { return x }
    let y = backend.allocate(x.count)
    backend.multiplyRows(x, by: inner, into: y)
    return y
  }

  private func scaledByOuter(_ x: Buffer) -> Buffer {
    guard let outer else { return x }
    let y = backend.allocate(x.count)
    backend.multiplyColumns(x, by: outer, into: y)
    return y
  }
}
