import CPUBackend
import Testing

@testable import Tensors

/// What the graph of operations keeps, adds up and lets go.
@Suite struct GraphTests {
  private func leaf(_ values: [Float], on backend: CPUBackend) -> Tensor {
    let tensor = Tensor(values, shape: [values.count], on: backend)
    tensor.requiresGradient = true
    return tensor
  }

  @Test func oneTensorOnBothSides() throws {
    let x: [Operand] = [.spread([9], seed: 1)]
    try checkGradients(x) {
      $0[0].adding($0[0])
    } reference: {
      $0[0].map { 2 * $0 }
    }
    try checkGradients(x) {
      $0[0].subtracting($0[0])
    } reference: {
      $0[0].map { _ in 0 }
    }
    try checkGradients(x) {
      $0[0].multiplied(by: $0[0])
    } reference: {
      $0[0].map { $0 * $0 }
    }
    try checkGradients([.spread([3, 3], seed: 2)]) {
      $0[0].matmul($0[0])
    } reference: {
      product($0[0], $0[0], m: 3, k: 3, n: 3)
    }
    try checkGradients([.spread([3, 3], seed: 3)]) {
      $0[0].linear(weight: $0[0], bias: nil)
    } reference: { v in
      product(v[0], transposed(v[0], rows: 3, columns: 3), m: 3, k: 3, n: 3)
    }
    try checkGradients([.spread([4, 2], seed: 4)]) {
      $0[0].attention(key: $0[0], value: $0[0], queryOffsets: [0, 4], keyOffsets: [0, 4], heads: 1, factor: 0)
    } reference: { v in
      (0..<8).map { at in stride(from: at % 2, to: 8, by: 2).reduce(0) { $0 + v[0][$1] } / 4 }
    }
  }

  /// The same gradient buffer reaches several slots; none may write into another's.
  @Test func sharedGradients() throws {
    let operands: [Operand] = [.spread([7], seed: 1), .spread([7], seed: 2)]
    try checkGradients(operands) { t in
      let sum = t[0].adding(t[1])
      return sum.adding(t[0]).adding(t[0].reshaped([7])).adding(sum.scaled(by: 3)).adding(t[1].multiplied(by: t[0]))
    } reference: { v in
      zip(v[0], v[1]).map { 6 * $0 + 4 * $1 + $0 * $1 }
    }
  }

  /// A residual path around a layer norm and a product, as in a transformer block.
  @Test func residualPaths() throws {
    let columns = 5
    try checkGradients(
      [
        .spread([3, columns], seed: 1), .spread([columns], seed: 2, low: 0.5, high: 1.5), .spread([columns], seed: 3),
        .spread([columns, columns], seed: 4),
      ], gradientTolerance: 1e-4
    ) { t in
      let hidden = t[0].linear(weight: t[3], bias: nil)
      let normed = hidden.layerNorm(residual: t[0], gain: t[1], bias: t[2], epsilon: 1e-2)
      return normed.linear(weight: t[3], bias: nil).layerNorm(residual: normed, gain: t[1], bias: t[2], epsilon: 1e-2).adding(
        hidden)
    } reference: { v in
      let norm = { (x: [Double], residual: [Double]) -> [Double] in
        stride(from: 0, to: x.count, by: columns).flatMap { start -> [Double] in
          let row = (start..<start + columns).map { x[$0] + residual[$0] }
          let mean = row.reduce(0, +) / Double(columns)
          let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
          return row.enumerated().map { ($1 - mean) / (variance + Double(Float(1e-2))).squareRoot() * v[1][$0] + v[2][$0] }
        }
      }
      let linear = { product($0, transposed(v[3], rows: columns, columns: columns), m: 3, k: columns, n: columns) }
      let hidden = linear(v[0]), normed = norm(hidden, v[0])
      return zip(norm(linear(normed), normed), hidden).map { $0 + $1 }
    }
  }

  @Test func gradientsAddUpUntilCleared() throws {
    let backend = try backend()
    let x = leaf([1, 2], on: backend)
    x.scaled(by: 3).sum().backward()
    x.multiplied(by: x).sum().backward()
    #expect(x.gradient?.values == [5, 7])
    x.clearGradient()
    #expect(x.gradient == nil)
    x.sum().backward()
    #expect(x.gradient?.values == [1, 1])
  }

  @Test func freezingDropsTheGradient() throws {
    let backend = try backend()
    let x = leaf([1, 2], on: backend)
    x.sum().backward()
    x.requiresGradient = false
    #expect(x.gradient == nil)
    let y = x.scaled(by: 2).sum()
    #expect(!y.requiresGradient)
    y.backward()
    #expect(x.gradient == nil)
  }

  @Test func detachedEndsTheGraph() throws {
    let backend = try backend()
    let x = leaf([1, 2], on: backend)
    let y = x.multiplied(by: x.detached).sum()
    y.backward()
    #expect(x.gradient?.values == [1, 2])
    let copy = x.copied()
    x.assign([7, 8])
    #expect(copy.values == [1, 2] && x.values == [7, 8])
  }

  @Test func withoutGradientsKeepsNothing() throws {
    let backend = try backend()
    let x = leaf([Float](repeating: 1, count: 1000), on: backend)
    let before = backend.peakBytes
    let y = backend.withoutGradients { () -> Tensor in
      var y = x.activated(.gelu)
      for _ in 0..<20 { y = y.activated(.gelu) }
      return y.sum()
    }
    #expect(!y.requiresGradient)
    y.backward()
    #expect(x.gradient == nil)
    #expect(backend.peakBytes - before <= 3 * 4096)
    #expect(backend.recordsGradients)
  }

  /// A chain several times as deep as a large model's graph.
  @Test func deepGraphs() throws {
    let backend = try backend()
    let x = leaf([1], on: backend)
    var y = x
    for _ in 0..<5_000 { y = y.scaled(by: 1) }
    y.sum().backward()
    #expect(x.gradient?.values == [1])
  }

  /// The order of gradients does not depend on the number of paths: each node runs once.
  @Test func sharedNodesRunOnce() throws {
    let backend = try backend()
    let x = leaf([1], on: backend)
    var y = x
    for _ in 0..<40 { y = y.adding(y) }
    y.sum().backward()
    #expect(x.gradient?.values == [Float(sign: .plus, exponent: 40, significand: 1)])
  }
}
