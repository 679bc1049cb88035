import Foundation
import Testing

@testable import Tensors

/// Elementwise operations, reductions, rows of tables and losses.
@Suite struct OperationTests {
  static let shapes = [[1], [5], [3, 7], [2, 40]]

  @Test(arguments: shapes)
  func elementwise(shape: [Int]) throws {
    let pair: [Operand] = [.spread(shape, seed: 1), .spread(shape, seed: 2)]
    try checkGradients(pair) {
      $0[0].adding($0[1])
    } reference: { v in
      zip(v[0], v[1]).map { $0 + $1 }
    }
    try checkGradients(pair) {
      $0[0].subtracting($0[1])
    } reference: { v in
      zip(v[0], v[1]).map { $0 - $1 }
    }
    try checkGradients(pair) {
      $0[0].multiplied(by: $0[1])
    } reference: { v in
      zip(v[0], v[1]).map { $0 * $1 }
    }
    try checkGradients([pair[0], pair[1].frozen]) {
      $0[0].multiplied(by: $0[1])
    } reference: { v in
      zip(v[0], v[1]).map { $0 * $1 }
    }
    try checkGradients([pair[0]]) {
      $0[0].scaled(by: -2.5)
    } reference: { v in
      v[0].map { $0 * -2.5 }
    }
    try checkGradients([pair[0]]) {
      $0[0].reshaped([shape.reduce(1, *)])
    } reference: {
      $0[0]
    }
    try checkGradients([pair[0]]) {
      $0[0].sum()
    } reference: {
      [$0[0].reduce(0, +)]
    }
    try checkGradients([pair[0]]) {
      $0[0].mean()
    } reference: { v in
      [v[0].reduce(0, +) / Double(v[0].count)]
    }
  }

  @Test(arguments: Activation.allCases)
  func activation(_ kind: Activation) throws {
    let x = Operand(values: (0..<61).map { (Float($0) - 30.3) / 6 }, shape: [61])
    try checkGradients([x], tolerance: 1e-6) {
      $0[0].activated(kind)
    } reference: {
      $0[0].map(kind.exact)
    }
  }

  @Test func dropped() throws {
    let dropout = Dropout(rate: 0.25, stream: RandomStream(seed: 3, purpose: .dropout, step: 7))
    let factors = try mask(dropout, count: 150)
    try checkGradients([.spread([150], seed: 1)]) {
      $0[0].dropped(dropout)
    } reference: { v in
      zip(v[0], factors).map { $0 * $1 }
    }
  }

  @Test func sumsOfManyNumbersKeepTheirPrecision() throws {
    let backend = try backend(threads: 2)
    let tenth = Tensor.filled(0.1, shape: [1_000_003], on: backend)
    let (sum, squares) = (1_000_003 * Double(Float(0.1)), 1_000_003 * Double(Float(0.1)) * Double(Float(0.1)))
    #expect(abs(Double(tenth.sum().item) - sum) < 4e-6 * sum)
    let found = Scalars(1, on: backend)
    found.add(.sumOfSquares, of: tenth, at: 0)
    #expect(abs(found.values[0] - squares) < 4e-6 * squares)
    #expect(tenth.isFinite)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 3, 16, 36])
  func findsWhatIsNotFinite(value: Float, at: Int) throws {
    var values = [Float](repeating: 1, count: 37)
    values[at] = value
    #expect(!Tensor(values, shape: [37], on: try backend()).isFinite)
  }

  @Test(arguments: [nil, 2] as [Int32?])
  func rows(padding: Int32?) throws {
    let indices: [Int32] = [4, 2, 0, 2, 4, 4, 1], columns = 5
    let table = Operand.spread([6, columns], seed: 1)
    guard let padding else {
      try checkGradients([table]) {
        $0[0].rows(indices)
      } reference: { v in
        indices.flatMap { row in (0..<columns).map { v[0][Int(row) * columns + $0] } }
      }
      return
    }
    let backend = try backend()
    let tensor = Tensor(table.values, shape: table.shape, on: backend)
    tensor.requiresGradient = true
    let y = tensor.rows(indices, padding: padding)
    #expect(y.shape == [7, columns])
    #expect(Array(y.values[columns..<2 * columns]) == Array(table.values[2 * columns..<3 * columns]))
    y.sum().backward()
    let counts: [Float] = [1, 1, 0, 0, 3, 0]  // row 2 is the padding, rows 3 and 5 are not used
    #expect(try #require(tensor.gradient).values == counts.flatMap { [Float](repeating: $0, count: columns) })
  }

  @Test(arguments: [2, 3, 18])
  func crossEntropy(classes: Int) throws {
    let labels: [Int32] = [1, 0, Int32(classes - 1), 1]
    try checkGradients([.spread([4, classes], seed: 1, low: -4, high: 4)]) {
      $0[0].crossEntropy(labels).scaled(by: 3)
    } reference: { v in
      let losses = labels.enumerated().map { row, label -> Double in
        let logits = v[0][row * classes..<(row + 1) * classes].map(exp)
        return log(logits.reduce(0, +)) - v[0][row * classes + Int(label)]
      }
      return [3 * losses.reduce(0, +) / 4]
    }
  }

  @Test func crossEntropyOfConfidentRows() throws {
    let backend = try backend()
    let logits = Tensor([200, -200, -200, 200], shape: [2, 2], on: backend)
    #expect(logits.crossEntropy([0, 1]).item == 0)
    #expect(logits.crossEntropy([1, 1]).item == 200)
  }

  @Test func meanSquaredError() throws {
    let targets: [Float] = [0.5, -1, 3, 2, 0]
    try checkGradients([.spread([5, 1], seed: 1, low: -3, high: 3)]) {
      $0[0].meanSquaredError(targets)
    } reference: { v in
      var total = 0.0
      for (x, target) in zip(v[0], targets) { total += (x - Double(target)) * (x - Double(target)) }
      return [total / 5]
    }
  }
}
