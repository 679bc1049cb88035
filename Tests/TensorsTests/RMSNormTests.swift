import Testing

@testable import Tensors

/// `gain · x / √(mean(x²) + epsilon)` of `x = dropout(x) + residual`.
@Suite struct RMSNormTests {
  @Test(arguments: [1, 3, 16, 21, 40], [true, false])
  func rmsNorm(columns: Int, hasResidual: Bool) throws {
    try check(rows: 4, columns: columns, hasResidual: hasResidual, dropout: nil)
  }

  @Test(arguments: [true, false], [true, false])
  func withDropout(hasResidual: Bool, inputLearns: Bool) throws {
    try check(
      rows: 5, columns: 19, hasResidual: hasResidual, inputLearns: inputLearns,
      dropout: Dropout(rate: 0.3, stream: RandomStream(seed: 4, purpose: .dropout, index: 9)))
  }

  private func check(rows: Int, columns: Int, hasResidual: Bool, inputLearns: Bool = true, dropout: Dropout?) throws {
    let epsilon: Float = 1e-2
    let factors = try mask(dropout, count: rows * columns)
    var operands: [Operand] = [
      .spread([rows, columns], seed: 1, low: -2, high: 3, trainable: inputLearns), .spread([columns], seed: 2, low: 0.5, high: 2),
    ]
    if hasResidual { operands.append(.spread([rows, columns], seed: 4, low: -1, high: 2)) }
    try checkGradients(operands, tolerance: 5e-6, gradientTolerance: 1e-4) { t in
      t[0].rmsNorm(residual: hasResidual ? t[2] : nil, gain: t[1], epsilon: epsilon, dropout: dropout)
    } reference: { v in
      (0..<rows).flatMap { row -> [Double] in
        let x = (0..<columns).map { c -> Double in
          let at = row * columns + c
          return v[0][at] * factors[at] + (hasResidual ? v[2][at] : 0)
        }
        let meanSquare = x.reduce(0) { $0 + $1 * $1 } / Double(columns)
        return x.enumerated().map { $1 / (meanSquare + Double(epsilon)).squareRoot() * v[1][$0] }
      }
    }
  }

  /// Values and gradients are the same bits with any number of threads, and a row's do not depend on its place.
  @Test func threads() throws {
    let columns = 384, rows = 150
    let x = Operand.spread([rows, columns], seed: 5), gain = Operand.spread([columns], seed: 6)
    func run(_ values: [Float], threads: Int) throws -> (y: [Float], gradients: [Float]) {
      let backend = try backend(threads: threads)
      let x = Tensor(values, shape: [values.count / columns, columns], on: backend)
      let gain = Tensor(gain.values, shape: [columns], on: backend)
      (x.requiresGradient, gain.requiresGradient) = (true, true)
      let y = x.rmsNorm(gain: gain, epsilon: 1e-5)
      y.multiplied(by: y).sum().backward()
      return (y.values, try #require(x.gradient).values + #require(gain.gradient).values)
    }
    let whole = try run(x.values, threads: 1)
    for threads in [2, 3] {
      let other = try run(x.values, threads: threads)
      #expect(other.y == whole.y && other.gradients == whole.gradients)
    }
    for row in stride(from: 0, to: rows, by: 37) {
      let places = row * columns..<(row + 1) * columns
      #expect(try run(Array(x.values[places]), threads: 1).y == Array(whole.y[places]))
    }
  }
}
