// The largest singular values of a matrix with their vectors, by one-sided Jacobi rotations in double precision. Sums are formed in
// eight lanes and one order, nothing but square roots is called: every processor computes the same bits.

/// `M ≈ Σ σᵢ uᵢ vᵢᵀ` by its largest components.
///
/// The rows (or columns, whichever are fewer) are reduced to a triangle by Householder reflections, the longest row first; rotations of
/// pairs make the triangle's rows orthogonal, sweep by sweep (Drmač and Veselić 2008, "New fast and accurate Jacobi SVD algorithm").
struct SingularValueDecomposition {
  /// σ, descending.
  private(set) var values: [Double] = []
  /// u of each, as long as a column. Where σ is zero, so is u.
  private(set) var left: [[Double]] = []
  /// v of each, as long as a row. Its entry of the largest magnitude (of equal ones the first) is positive, which settles the signs.
  private(set) var right: [[Double]] = []

  /// The largest components of a matrix `[rows, columns]`, row-major.
  ///
  /// - Parameter count: how many; at most as many as the smaller side has.
  /// - Precondition: the entries are as many as the shape says.
  init(_ entries: [Float], rows: Int, columns: Int, count: Int) {
    precondition(entries.count == rows * columns && count <= min(rows, columns), "\(count) of \(entries.count) entries")
    let isTall = rows > columns
    guard entries.contains(where: { $0 != 0 }) else {
      self.init(zero: count, rows: rows, columns: columns)
      return
    }
    self.init(DoubleMatrix(entries, rows: rows, columns: columns, transposed: isTall), count: count, transposed: isTall)
  }

  /// The same, approximately: the exact components of the matrix within a space of `count` dimensions, which starts at random and is turned
  /// towards the largest by `iterations` products with the matrix and its transpose (Halko, Martinsson and Tropp 2011, algorithms 4.4 and
  /// 5.1). It takes time as the size times `count`, where all components take it as the size times the smaller side.
  ///
  /// - Parameter start: random numbers, `[count, the smaller side]`.
  init(_ entries: [Float], rows: Int, columns: Int, count: Int, start: [Float], iterations: Int) {
    let side = min(rows, columns), isTall = rows > columns
    precondition(
      entries.count == rows * columns && count <= side && start.count == count * side, "\(count) of \(rows) by \(columns)")
    guard entries.contains(where: { $0 != 0 }) else {
      self.init(zero: count, rows: rows, columns: columns)
      return
    }
    let matrix = DoubleMatrix(entries, rows: rows, columns: columns, transposed: isTall)
    // rows span the space, of vectors as long as the larger side
    var space = DoubleMatrix(start, rows: count, columns: side).times(matrix)
    space.orthonormalize()
    for _ in 0..<iterations {
      var image = space.timesTransposed(matrix)
      image.orthonormalize()
      space = image.times(matrix)
      space.orthonormalize()
    }
    let within = SingularValueDecomposition(space.timesTransposed(matrix), count: count, transposed: false)
    let (short, long) = (within.right, DoubleMatrix(within.left).times(space).rows)
    self.init(within.values, short: short, long: long, transposed: isTall)
  }

  /// - Parameters:
  ///   - matrix: with no more rows than columns.
  ///   - isTransposed: whether its rows are the matrix's columns.
  private init(_ matrix: DoubleMatrix, count: Int, transposed isTransposed: Bool) {
    var triangle = matrix
    let order = triangle.triangulate()
    triangle.orthogonalizeRows()
    var norms = triangle.rows.map { DoubleMatrix.dot($0, $0).squareRoot() }
    // what is left of a matrix of lower rank is rounding
    let least = 1e-14 * (norms.max() ?? 0)
    norms = norms.map { $0 > least ? $0 : 0 }
    let largest = norms.indices.sorted { (norms[$1], $0) < (norms[$0], $1) }.prefix(count)
    var short: [[Double]] = [], long: [[Double]] = []
    for row in largest {
      var vector = [Double](repeating: 0, count: norms.count)
      for (place, entry) in zip(order, triangle.rows[row]) where norms[row] > 0 { vector[place] = entry / norms[row] }
      let image = DoubleMatrix([vector]).times(matrix).rows[0]
      short.append(vector)
      long.append(image.map { norms[row] > 0 ? $0 / norms[row] : 0 })
    }
    self.init(largest.map { norms[$0] }, short: short, long: long, transposed: isTransposed)
  }

  /// - Parameter isTransposed: whether the shorter vectors are as long as a row.
  private init(_ values: [Double], short: [[Double]], long: [[Double]], transposed isTransposed: Bool) {
    self.values = values
    (left, right) = isTransposed ? (long, short) : (short, long)
    settleSigns()
  }

  /// Of a matrix of zeros.
  private init(zero count: Int, rows: Int, columns: Int) {
    values = [Double](repeating: 0, count: count)
    left = values.map { _ in [Double](repeating: 0, count: rows) }
    right = values.map { _ in [Double](repeating: 0, count: columns) }
  }

  private mutating func settleSigns() {
    for index in values.indices {
      let largest = right[index].reduce(0) { abs($1) > abs($0) ? $1 : $0 }
      guard largest < 0 else { continue }
      right[index] = right[index].map { -$0 }
      left[index] = left[index].map { -$0 }
    }
  }
}

/// A matrix of double precision, row by row.
private struct DoubleMatrix {
  private(set) var rows: [[Double]]

  init(_ rows: [[Double]]) { self.rows = rows }

  init(_ entries: [Float], rows: Int, columns: Int, transposed: Bool = false) {
    self.rows =
      transposed
      ? (0..<columns).map { column in (0..<rows).map { Double(entries[$0 * columns + column]) } }
      : (0..<rows).map { row in entries[row * columns..<(row + 1) * columns].map { Double($0) } }
  }

  /// The sum of products, in eight lanes.
  static func dot(_ a: [Double], _ b: [Double], from start: Int = 0) -> Double {
    a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in dot(a, b, from: start) } }
  }

  private static func dot(_ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>, from start: Int) -> Double {
    var lanes = SIMD8<Double>.zero, place = start
    while place + 8 <= a.count {
      for lane in 0..<8 { lanes[lane] += a[place + lane] * b[place + lane] }
      place += 8
    }
    var rest = 0.0
    while place < a.count {
      rest += a[place] * b[place]
      place += 1
    }
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7])) + rest
  }

  /// `self · other`
  func times(_ other: DoubleMatrix) -> DoubleMatrix {
    let columns = other.rows.first?.count ?? 0
    return DoubleMatrix(
      rows.map { row in
        var sum = [Double](repeating: 0, count: columns)
        for (factor, source) in zip(row, other.rows) where factor != 0 { Self.add(factor, source, to: &sum, from: 0) }
        return sum
      })
  }

  /// `self · otherᵀ`
  func timesTransposed(_ other: DoubleMatrix) -> DoubleMatrix {
    DoubleMatrix(rows.map { row in other.rows.map { Self.dot(row, $0) } })
  }

  private static func add(_ factor: Double, _ source: [Double], to target: inout [Double], from start: Int) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for place in start..<target.count { target[place] += factor * source[place] }
      }
    }
  }

  /// Makes the rows orthonormal one after the other, each twice against those before it; what depends on those becomes zero.
  mutating func orthonormalize() {
    for index in rows.indices {
      let before = Self.dot(rows[index], rows[index]).squareRoot()
      for _ in 0..<2 {
        for other in 0..<index { Self.add(-Self.dot(rows[index], rows[other]), rows[other], to: &rows[index], from: 0) }
      }
      let norm = Self.dot(rows[index], rows[index]).squareRoot()
      let factor = norm > 1e-14 * before ? 1 / norm : 0
      rows[index] = rows[index].map { $0 * factor }
    }
  }

  /// Takes the place of the upper triangle R of `M = P Rᵀ Q`, Q orthogonal and P a permutation.
  ///
  /// - Returns: the row of M that each column of R stands for.
  mutating func triangulate() -> [Int] {
    let size = rows.count, columns = rows.first?.count ?? 0
    var order = Array(0..<size), triangle = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for step in 0..<size {
      // the longest of what is left comes next, of equal ones the first
      let lengths = (step..<size).map { Self.dot(rows[$0], rows[$0], from: step) }
      let place = step + (lengths.indices.max { (lengths[$0], -$0) < (lengths[$1], -$1) } ?? 0)
      rows.swapAt(step, place)
      order.swapAt(step, place)
      for earlier in 0..<step { triangle[earlier].swapAt(step, place) }
      let norm = (lengths[place - step]).squareRoot()
      guard norm > 0 else { break }
      let end = rows[step][step] > 0 ? -norm : norm
      var mirror = rows[step]
      for column in 0..<step { mirror[column] = 0 }
      mirror[step] -= end
      let half = Self.dot(mirror, mirror, from: step) / 2
      triangle[step][step] = end
      for row in step + 1..<max(size, step + 1) {
        if half > 0 { Self.add(-Self.dot(mirror, rows[row], from: step) / half, mirror, to: &rows[row], from: step) }
        triangle[step][row] = rows[row][step]
      }
    }
    precondition(columns >= size, "\(size) rows of \(columns) columns")
    rows = triangle
    return order
  }

  /// Rotates pairs of rows until all are orthogonal: below 1e-14 of their lengths' product.
  mutating func orthogonalizeRows() {
    var isDone = false, sweeps = 0
    while !isDone, sweeps < 60 {
      (isDone, sweeps) = (true, sweeps + 1)
      var squares = rows.map { Self.dot($0, $0) }
      for first in rows.indices {
        for second in first + 1..<max(rows.count, first + 1) where squares[first] > 0 && squares[second] > 0 {
          let product = Self.dot(rows[first], rows[second])
          guard abs(product) > 1e-14 * (squares[first] * squares[second]).squareRoot() else { continue }
          isDone = false
          // the angle that makes the product zero, the smaller of the two
          let ratio = (squares[second] - squares[first]) / (2 * product)
          let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
          let cosine = 1 / (1 + tangent * tangent).squareRoot()
          rotate(first, second, cosine: cosine, sine: cosine * tangent)
          squares[first] -= tangent * product
          squares[second] += tangent * product
        }
      }
    }
  }

  private mutating func rotate(_ first: Int, _ second: Int, cosine: Double, sine: Double) {
    rows.withUnsafeMutableBufferPointer { rows in
      rows[first].withUnsafeMutableBufferPointer { a in
        rows[second].withUnsafeMutableBufferPointer { b in
          for place in a.indices {
            let (p, q) = (a[place], b[place])
            a[place] = cosine * p - sine * q
            b[place] = sine * p + cosine * q
          }
        }
      }
    }
  }
}
