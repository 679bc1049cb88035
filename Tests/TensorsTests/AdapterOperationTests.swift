import Testing

@testable import Tensors

/// Operations that only tuning methods need.
@Suite struct AdapterOperationTests {
  @Test(arguments: [[1, 1], [1, 5], [3, 7], [70, 33]])
  func scaledColumns(shape: [Int]) throws {
    let (rows, columns) = (shape[0], shape[1])
    let x = Operand.spread(shape, seed: 1), factors = Operand.spread([columns], seed: 2), terms = Operand.spread([columns], seed: 3)
    let scaled = { (v: [[Double]], term: (Int) -> Double) in
      (0..<rows * columns).map { v[0][$0] * v[1][$0 % columns] + term($0 % columns) }
    }
    for frozen in [[], [0], [1]] as [[Int]] {
      let operands = [x, factors].enumerated().map { frozen.contains($0) ? $1.frozen : $1 }
      try checkGradients(operands) {
        $0[0].scaledColumns(by: $0[1])
      } reference: {
        scaled($0) { _ in 0 }
      }
    }
    for frozen in [[], [0], [1], [2], [0, 1], [1, 2]] as [[Int]] {
      let operands = [x, factors, terms].enumerated().map { frozen.contains($0) ? $1.frozen : $1 }
      try checkGradients(operands) {
        $0[0].scaledColumns(by: $0[1], adding: $0[2])
      } reference: { v in
        scaled(v) { v[2][$0] }
      }
    }
  }

  @Test func scaledColumnsOfOneTensorUsedTwice() throws {
    try checkGradients([.spread([4, 6], seed: 1), .spread([6], seed: 2)]) {
      $0[0].scaledColumns(by: $0[1], adding: $0[1])
    } reference: { v in
      v[0].indices.map { v[0][$0] * v[1][$0 % 6] + v[1][$0 % 6] }
    }
  }

  @Test(arguments: [1, 7, 300])
  func absoluteSum(count: Int) throws {
    try checkGradients([.spread([count], seed: 1)]) {
      $0[0].absoluteSum().scaled(by: -3)
    } reference: {
      [-3 * $0[0].reduce(0) { $0 + abs($1) }]
    }
  }

  @Test func absoluteSumHasNoSlopeAtZero() throws {
    let x = Tensor([0, 2, -0.0, -5], shape: [4], on: try backend())
    x.requiresGradient = true
    let sum = x.absoluteSum()
    #expect(sum.shape == [] && sum.item == 7)
    sum.backward()
    #expect(try #require(x.gradient).values == [0, 1, 0, -1])
  }

  /// `‖M Mᵀ − I‖` of the rows of `m: [rows, columns]`.
  private func distance(_ m: [Double], rows: Int, columns: Int) -> Double {
    var gram = product(m, transposed(m, rows: rows, columns: columns), m: rows, k: columns, n: rows)
    for index in 0..<rows { gram[index * rows + index] -= 1 }
    return gram.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test(arguments: [[1, 4], [3, 8], [8, 40], [2, 2]])
  func orthogonalityDistance(shape: [Int]) throws {
    let (count, length) = (shape[0], shape[1])
    try checkGradients([.spread([count, length], seed: 1)]) {
      $0[0].orthogonalityDistance(ofRows: true).scaled(by: 0.5)
    } reference: {
      [0.5 * distance($0[0], rows: count, columns: length)]
    }
    try checkGradients([.spread([length, count], seed: 2)]) {
      $0[0].orthogonalityDistance(ofRows: false).scaled(by: 0.5)
    } reference: {
      [0.5 * distance(transposed($0[0], rows: length, columns: count), rows: count, columns: length)]
    }
  }

  @Test func orthogonalityDistanceOfRowsAndColumnsOfOneTensorAddUp() throws {
    try checkGradients([.spread([3, 5], seed: 1)]) {
      $0[0].orthogonalityDistance(ofRows: true).adding($0[0].orthogonalityDistance(ofRows: false))
    } reference: {
      [distance($0[0], rows: 3, columns: 5) + distance(transposed($0[0], rows: 3, columns: 5), rows: 5, columns: 3)]
    }
  }

  /// Nothing is divided by a distance of zero.
  @Test(arguments: [true, false])
  func orthogonalityDistanceOfOrthonormalVectors(ofRows: Bool) throws {
    let rows: [Float] = [0, 1, 0, 0, 0, 0, 0, -1]
    let m = Tensor(ofRows ? rows : [0, 0, 1, 0, 0, 0, 0, -1], shape: ofRows ? [2, 4] : [4, 2], on: try backend())
    m.requiresGradient = true
    let sum = m.orthogonalityDistance(ofRows: ofRows).adding(m.sum())
    #expect(sum.item == 0)
    sum.backward()
    #expect(try #require(m.gradient).values == [Float](repeating: 1, count: 8))
    let alone = Tensor(rows, shape: [2, 4], on: try backend())
    alone.requiresGradient = true
    alone.orthogonalityDistance(ofRows: true).backward()
    #expect(try #require(alone.gradient).values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [[1, 1], [5, 3], [64, 130]])
  func measurements(shape: [Int]) throws {
    let (rows, columns) = (shape[0], shape[1]), backend = try backend(threads: 2)
    let (p, q) = (Operand.spread(shape, seed: 1), Operand.spread(shape, seed: 2))
    let (a, b) = (Tensor(p.values, shape: shape, on: backend), Tensor(q.values, shape: shape, on: backend))
    let (x, y) = (p.values.map(Double.init), q.values.map(Double.init))
    let sum = { (count: Int, term: (Int) -> Double) in (0..<count).reduce(0.0) { $0 + term($1) } }
    expectClose(
      a.columnDots(a).squareRoots.values,
      (0..<columns).map { c in sum(rows) { x[$0 * columns + c] * x[$0 * columns + c] }.squareRoot() }, 2e-6,
      "column norms")
    expectClose(
      a.rowDots(b).values, (0..<rows).map { r in sum(columns) { x[r * columns + $0] * y[r * columns + $0] } }, 2e-6, "row dots")
    expectClose(
      a.columnDots(b).values, (0..<columns).map { c in sum(rows) { x[$0 * columns + c] * y[$0 * columns + c] } }, 2e-6,
      "column dots")
    let gram = a.transposedProduct(b)
    #expect(gram.shape == [columns, columns])
    expectClose(
      gram.values, product(transposed(x, rows: rows, columns: columns), y, m: columns, k: rows, n: columns), 2e-6, "product")
    #expect(a.magnitudes.values == p.values.map { abs($0) } && a.magnitudes.shape == shape)
  }

  @Test func runningMeanAndMask() throws {
    let backend = try backend()
    let mean = Tensor([1, -2, 4], shape: [3], on: backend)
    mean.average(factor: 0.75, with: Tensor([8, 4, -4], shape: [3], on: backend), share: 0.25)
    #expect(mean.values == [2.75, -0.5, 2])
    mean.apply(mask: Tensor([1, 0, 1], shape: [3], on: backend))
    #expect(mean.values == [2.75, 0, 2])
  }

  @Test(arguments: [[1, 1], [3, 5], [200, 129]])
  func addRows(shape: [Int]) throws {
    let backend = try backend(threads: 2), columns = shape[1]
    let (x, row) = (Operand.spread(shape, seed: 1).values, Operand.spread([columns], seed: 2).values)
    let y = backend.allocate(x.count)
    backend.addRows(backend.upload(x), backend.upload(row), into: y)
    #expect(backend.download(y) == x.indices.map { x[$0] + row[$0 % columns] })
  }

  /// Values and gradients of all of them.
  private func bits(rows: Int, columns: Int, threads: Int) throws -> [UInt64] {
    let backend = try backend(threads: threads)
    let x = Tensor(Operand.spread([rows, columns], seed: 1).values, shape: [rows, columns], on: backend)
    let factors = Tensor(Operand.spread([columns], seed: 2).values, shape: [columns], on: backend)
    let few = Tensor(Operand.spread([5, columns], seed: 3).values, shape: [5, columns], on: backend)
    let narrow = Tensor(Operand.spread([rows, 5], seed: 4).values, shape: [rows, 5], on: backend)
    let inputs = [x, factors, few, narrow]
    for input in inputs { input.requiresGradient = true }
    let scaled = x.scaledColumns(by: factors, adding: factors)
    let terms = [
      scaled.multiplied(by: scaled).sum(), x.absoluteSum(), few.orthogonalityDistance(ofRows: true),
      narrow.orthogonalityDistance(ofRows: false),
    ]
    terms.dropFirst().reduce(terms[0]) { $0.adding($1) }.backward()
    let measured = [
      x.columnDots(x).squareRoots, x.rowDots(x), x.columnDots(x), x.transposedProduct(narrow), x.magnitudes, scaled,
    ]
    let gradients = try inputs.map { try #require($0.gradient) }
    x.average(factor: 0.9, with: scaled, share: 0.1)
    return (measured + terms + gradients + [x]).map { digest($0.values) }
  }

  @Test(arguments: [[700, 300], [1, 129], [65, 1]])
  func equalBitsWithAnyNumberOfThreads(shape: [Int]) throws {
    let one = try bits(rows: shape[0], columns: shape[1], threads: 1)
    #expect(one.count == 15)
    for threads in [2, 3] { #expect(try bits(rows: shape[0], columns: shape[1], threads: threads) == one) }
  }
}
