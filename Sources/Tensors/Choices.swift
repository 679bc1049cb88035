// What rows of logits say of the token that follows: the likeliest ones, and how likely they are.

/// The likeliest entries of each row of logits.
package struct Choices {
  /// Their numbers, the likeliest first, of equal ones the first: `[rows][count]`
  package let places: [[Int]]
  /// The logarithms of their shares of the whole row, what was forbidden included: `[rows][count]`. Minus infinity where it is forbidden.
  package let scores: [[Double]]
  /// The rows with a number that is not finite; their choices mean nothing.
  package let faulty: [Int]
}

extension Tensor {
  /// The `count` likeliest entries of each row, `self: [rows, columns]` of logits, outside the graph; `forbidden` ones become minus
  /// infinity in place, after the logarithms of the shares were formed.
  ///
  /// - Parameter forbidden: entries of each row, `[rows]`; each within the columns.
  package func choices(_ count: Int, forbidden: [[Int]]) -> Choices {
    let (rows, columns) = (shape[0], shape[1])
    precondition(forbidden.count == rows && (1...columns).contains(count), "\(count) choices of \(shape)")
    precondition(forbidden.allSatisfy { $0.allSatisfy((0..<columns).contains) }, "what is forbidden is not among \(columns)")
    let sums = backend.allocate(rows, .float64)
    backend.logSumExpRows(buffer, columns: columns, into: sums)
    let places = forbidden.enumerated().flatMap { row, places in places.map { (Int32(row), Int32($0)) } }
    if !places.isEmpty {
      backend.fill(
        buffer, columns: columns, rows: backend.upload(places.map(\.0)), places: backend.upload(places.map(\.1)), -.infinity)
    }
    let (values, at) = (backend.allocate(rows * count), backend.allocate(rows * count, .int32))
    backend.highestRows(buffer, columns: columns, count: count, values: values, places: at)
    let read = backend.read([sums, values, at])
    let (totals, best, numbers) = (read[0], read[1], read[2])
    return Choices(
      places: (0..<rows).map { row in (0..<count).map { Int(numbers[row * count + $0]) } },
      scores: (0..<rows).map { row in (0..<count).map { best[row * count + $0] - totals[row] } },
      faulty: (0..<rows).filter { totals[$0].isNaN })
  }
}
