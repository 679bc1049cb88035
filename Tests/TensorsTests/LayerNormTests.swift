import Testing

@testable import Tensors

/// `norm(dropout(x) + residual) · gain + bias`.
@Suite struct LayerNormTests {
  @Test(arguments: [1, 3, 16, 21, 40], [true, false])
  func layerNorm(columns: Int, hasResidual: Bool) throws {
    try check(rows: 4, columns: columns, hasResidual: hasResidual, dropout: nil)
  }

  @Test(arguments: [true, false], [true, false])
  func withDropout(hasResidual: Bool, inputLearns: Bool) throws {
    try check(
      rows: 5, columns: 19, hasResidual: hasResidual, inputLearns: inputLearns,
      dropout: Dropout(rate: 0.3, stream: RandomStream(seed: 4, purpose: .dropout, index: 9)))
  }

  private func check(rows: Int, columns: Int, hasResidual: Bool, inputLearns: Bool = true, dropout: Dropout?) throws {
    let epsilon: Float = 1e-3
    let factors = try mask(dropout, count: rows * columns)
    var operands: [Operand] = [
      .spread([rows, columns], seed: 1, low: -2, high: 3, trainable: inputLearns), .spread([columns], seed: 2, low: 0.5, high: 2),
      .spread([columns], seed: 3),
    ]
    if hasResidual { operands.append(.spread([rows, columns], seed: 4, low: -1, high: 2)) }
    try checkGradients(operands, tolerance: 5e-6, gradientTolerance: 1e-4) { t in
      t[0].layerNorm(residual: hasResidual ? t[3] : nil, gain: t[1], bias: t[2], epsilon: epsilon, dropout: dropout)
    } reference: { v in
      (0..<rows).flatMap { row -> [Double] in
        let x = (0..<columns).map { c -> Double in
          let at = row * columns + c
          return v[0][at] * factors[at] + (hasResidual ? v[3][at] : 0)
        }
        let mean = x.reduce(0, +) / Double(columns)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
        return x.enumerated().map { ($1 - mean) / (variance + Double(epsilon)).squareRoot() * v[1][$0] + v[2][$0] }
      }
    }
  }

  /// Columns far from zero: the variance is not formed as a difference of squares.
  @Test func largeMean() throws {
    let backend = try backend()
    let values = (0..<64).map { 1000 + Float($0 % 2) }
    let ones = Tensor.filled(1, shape: [64], on: backend), zeros = Tensor.zeros([64], on: backend)
    let y = Tensor(values, shape: [1, 64], on: backend).layerNorm(gain: ones, bias: zeros, epsilon: 0)
    expectClose(y.values, (0..<64).map { $0 % 2 == 0 ? -1 : 1 }, 1e-6, "normalized")
  }

  /// Several rows together, as one by one: a row's result does not depend on its place.
  @Test func rowsAreIndependent() throws {
    let backend = try backend(threads: 2)
    let columns = 384, rows = 150
    let x = Operand.spread([rows, columns], seed: 5)
    let gain = Tensor(Operand.spread([columns], seed: 6).values, shape: [columns], on: backend)
    let bias = Tensor(Operand.spread([columns], seed: 7).values, shape: [columns], on: backend)
    let whole = Tensor(x.values, shape: x.shape, on: backend).layerNorm(gain: gain, bias: bias, epsilon: 1e-5).values
    for row in stride(from: 0, to: rows, by: 37) {
      let part = Array(x.values[row * columns..<(row + 1) * columns])
      let one = Tensor(part, shape: [1, columns], on: backend).layerNorm(gain: gain, bias: bias, epsilon: 1e-5).values
      #expect(one == Array(whole[row * columns..<(row + 1) * columns]))
    }
  }
}
