import Testing

@testable import Tensors

/// `x Wᵀ + bias` and the low-rank branch beside it.
@Suite struct LinearTests {
  static let tokens = 5, input = 7, output = 6, rank = 3

  @Test(arguments: [true, false], [true, false])
  func linear(hasBias: Bool, weightLearns: Bool) throws {
    let (m, k, n) = (Self.tokens, Self.input, Self.output)
    var operands: [Operand] = [.spread([m, k], seed: 1), .spread([n, k], seed: 2, trainable: weightLearns)]
    if hasBias { operands.append(.spread([n], seed: 3)) }
    try checkGradients(operands) { tensors in
      tensors[0].linear(weight: tensors[1], bias: hasBias ? tensors[2] : nil)
    } reference: { values in
      let y = product(values[0], transposed(values[1], rows: n, columns: k), m: m, k: k, n: n)
      return hasBias ? y.enumerated().map { $1 + values[2][$0 % n] } : y
    }
  }

  /// Which parts a branch has and which of them learn.
  struct BranchCase: CustomTestStringConvertible {
    var hasInner, hasOuter, hasDropout, aLearns, bLearns, vectorsLearn, inputLearns: Bool

    var testDescription: String {
      let parts = [
        (hasInner, "inner"), (hasOuter, "outer"), (hasDropout, "dropout"), (aLearns, "A learns"), (bLearns, "B learns"),
        (vectorsLearn, "vectors learn"), (inputLearns, "input learns"),
      ]
      return parts.filter(\.0).map(\.1).joined(separator: ", ")
    }

    static let all = (0..<128).map { (bits: Int) -> BranchCase in
      let bit = { (place: Int) in bits >> place & 1 == 1 }
      return BranchCase(
        hasInner: bit(0), hasOuter: bit(1), hasDropout: bit(2), aLearns: bit(3), bLearns: bit(4), vectorsLearn: bit(5),
        inputLearns: bit(6))
    }
  }

  @Test(arguments: BranchCase.all)
  func lowRankBranch(_ branch: BranchCase) throws {
    let (m, k, n, r) = (Self.tokens, Self.input, Self.output, Self.rank)
    let dropout = branch.hasDropout ? Dropout(rate: 0.4, stream: RandomStream(seed: 5, purpose: .dropout, step: 3, index: 2)) : nil
    let factors = try mask(dropout, count: m * k)
    if branch.hasDropout { #expect(factors.contains(0) && factors.contains { $0 > 1 }) }
    let operands: [Operand] = [
      .spread([m, k], seed: 11, trainable: branch.inputLearns), .spread([n, k], seed: 12, trainable: false),
      .spread([n], seed: 13, trainable: false), .spread([r, k], seed: 14, trainable: branch.aLearns),
      .spread([n, r], seed: 15, trainable: branch.bLearns),
      .spread([r], seed: 16, low: 0.2, high: 2, trainable: branch.hasInner && branch.vectorsLearn),
      .spread([n], seed: 17, low: 0.2, high: 2, trainable: branch.hasOuter && branch.vectorsLearn),
      // something always learns, so that there is a backward pass
      .spread([m, n], seed: 18),
    ]
    try checkGradients(operands) { t in
      let low = LowRankBranch(
        a: t[3], b: t[4], inner: branch.hasInner ? t[5] : nil, outer: branch.hasOuter ? t[6] : nil, scale: 1.7, dropout: dropout)
      return t[0].linear(weight: t[1], bias: t[2], branch: low).adding(t[7])
    } reference: { v in
      let x = zip(v[0], factors).map { $0 * $1 }
      let whole = product(v[0], transposed(v[1], rows: n, columns: k), m: m, k: k, n: n)
      var down = product(x, transposed(v[3], rows: r, columns: k), m: m, k: k, n: r)
      if branch.hasInner { down = down.enumerated().map { $1 * v[5][$0 % r] } }
      var up = product(down, transposed(v[4], rows: n, columns: r), m: m, k: r, n: n)
      if branch.hasOuter { up = up.enumerated().map { $1 * v[6][$0 % n] } }
      return whole.indices.map { whole[$0] + v[2][$0 % n] + 1.7 * up[$0] + v[7][$0] }
    }
  }

  /// Everything learns, the base weight too, at a rank that fills no vector and over many tokens.
  @Test(arguments: [1, 4, 8, 17])
  func branchRanks(rank r: Int) throws {
    let (m, k, n) = (33, 10, 9)
    try checkGradients([
      .spread([m, k], seed: 21), .spread([n, k], seed: 22), .spread([r, k], seed: 23), .spread([n, r], seed: 24),
    ]) { t in
      t[0].linear(weight: t[1], bias: nil, branch: LowRankBranch(a: t[2], b: t[3], scale: 0.5))
    } reference: { v in
      let whole = product(v[0], transposed(v[1], rows: n, columns: k), m: m, k: k, n: n)
      let down = product(v[0], transposed(v[2], rows: r, columns: k), m: m, k: k, n: r)
      let up = product(down, transposed(v[3], rows: n, columns: r), m: m, k: r, n: n)
      return zip(whole, up).map { $0 + 0.5 * $1 }
    }
  }

  /// Products whose rows are cut into blocks, with a remainder in the last one.
  @Test(arguments: [(130, 20, 70), (817, 31, 9), (64, 16, 16), (1, 5, 3), (3, 1, 1)])
  func matmul(m: Int, k: Int, n: Int) throws {
    let a = Operand.spread([m, k], seed: 31), b = Operand.spread([k, n], seed: 32), weights = Operand.spread([m, n], seed: 33)
    let backend = try backend(threads: 2)
    let left = Tensor(a.values, shape: a.shape, on: backend), right = Tensor(b.values, shape: b.shape, on: backend)
    left.requiresGradient = true
    right.requiresGradient = true
    let y = left.matmul(right)
    y.multiplied(by: Tensor(weights.values, shape: [m, n], on: backend)).sum().backward()
    let (p, q, w) = (a.values.map(Double.init), b.values.map(Double.init), weights.values.map(Double.init))
    expectClose(y.values, product(p, q, m: m, k: k, n: n), 2e-6, "product")
    let dLeft = product(w, transposed(q, rows: k, columns: n), m: m, k: n, n: k)
    let dRight = product(transposed(p, rows: m, columns: k), w, m: k, k: m, n: n)
    expectClose(try #require(left.gradient).values, dLeft, 2e-6, "left gradient")
    expectClose(try #require(right.gradient).values, dRight, 2e-6, "right gradient")
  }

  @Test func emptyBatch() throws {
    let backend = try backend(threads: 2)
    let x = Tensor([], shape: [0, 4], on: backend), weight = Tensor.filled(1, shape: [3, 4], on: backend)
    let bias = Tensor.filled(1, shape: [3], on: backend)
    weight.requiresGradient = true
    bias.requiresGradient = true
    let y = x.linear(weight: weight, bias: bias)
    #expect(y.shape == [0, 3] && y.values.isEmpty)
    y.sum().backward()
    #expect(weight.gradient?.values == [Float](repeating: 0, count: 12))
    #expect(bias.gradient?.values == [0, 0, 0])
  }
}
