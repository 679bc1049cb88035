// Where the variance of scores in a crossed layout comes from: the two-way random-effects analysis of variance with one observation in
// each cell, by expected mean squares (Searle, Casella and McCulloch, *Variance Components*, 1992, chapter 4; Henderson's method I).

/// The mean squares of one crossed layout.
///
/// The model is y = mean + row + column + rest, each with a variance of its own, all independent. Its expected mean squares are, with
/// I rows and J columns: E[rows] = rest + J · row, E[columns] = rest + I · column, E[rest] = rest. One observation a cell leaves
/// interaction and noise together in the rest; a run that is a function of its two seeds has no noise, so the rest is interaction.
package struct CrossedLayout: Sendable, Equatable {
  /// How many rows there are, two or more.
  package let rows: Int
  /// How many columns there are, two or more.
  package let columns: Int
  /// The mean of all values.
  package let mean: Double
  /// The mean of each row.
  package let rowMeans: [Double]
  /// The mean of each column.
  package let columnMeans: [Double]
  /// The mean square of rows, of columns and of the rest.
  let meanSquares: VarianceComponents.Sources

  /// Analyses values, a list of columns' values for each row; nil for fewer than two rows or columns, lists of several lengths, or a
  /// value that is not finite.
  package init?(_ values: [[Double]]) {
    guard values.count > 1, let width = values.first?.count, width > 1, values.allSatisfy({ $0.count == width }),
      let centre = Metrics.mean(values.flatMap { $0 })
    else { return nil }
    let columns = (0..<width).map { column in values.map { $0[column] } }
    let rowMeans = values.compactMap { Metrics.mean($0) }, columnMeans = columns.compactMap { Metrics.mean($0) }
    (rows, self.columns, mean) = (values.count, width, centre)
    (self.rowMeans, self.columnMeans) = (rowMeans, columnMeans)
    func squares(_ deviations: [Double]) -> Double { compensatedSum(deviations.map { $0 * $0 }) }
    let rests = values.indices.flatMap { row in
      (0..<width).map { column in values[row][column] - rowMeans[row] - columnMeans[column] + centre }
    }
    let (own, others) = (
      Double(width) * squares(rowMeans.map { $0 - centre }), Double(values.count) * squares(columnMeans.map { $0 - centre })
    )
    let left = squares(rests)
    guard (own + others + left).isFinite else { return nil }
    // what rounding leaves of equal sums is no variance
    let noise = 8 * Double.ulpOfOne * values.flatMap { $0 }.reduce(0) { max($0, abs($1)) }
    func meanSquare(_ sum: Double, _ degrees: Int, times: Int) -> Double {
      let square = sum / Double(degrees)
      return square.squareRoot() <= Double(times).squareRoot() * noise ? 0 : square
    }
    meanSquares = VarianceComponents.Sources(
      rows: meanSquare(own, values.count - 1, times: width), columns: meanSquare(others, width - 1, times: values.count),
      rest: meanSquare(left, (values.count - 1) * (width - 1), times: 1))
  }

  /// The degrees of freedom of rows, columns and the rest.
  var degreesOfFreedom: VarianceComponents.Sources {
    VarianceComponents.Sources(rows: Double(rows - 1), columns: Double(columns - 1), rest: Double((rows - 1) * (columns - 1)))
  }

  /// The probability of row means as far apart or farther where no row differs from another: F of rows against the rest.
  ///
  /// - Returns: nil where there is no rest to hold them against.
  package var rowPValue: Double? { pValue(meanSquares.rows, degreesOfFreedom.rows) }

  /// The probability of column means as far apart or farther where no column differs from another: F of columns against the rest.
  ///
  /// - Returns: nil where there is no rest to hold them against.
  package var columnPValue: Double? { pValue(meanSquares.columns, degreesOfFreedom.columns) }

  private func pValue(_ meanSquare: Double, _ degrees: Double) -> Double? {
    guard meanSquares.rest > 0 else { return nil }
    return upperProbability(f: meanSquare / meanSquares.rest, degreesOfFreedom: (degrees, degreesOfFreedom.rest))
  }
}

/// The variances of rows, columns and the rest, of one layout or added up over several of one size.
package struct VarianceComponents: Sendable, Equatable {
  /// Something of rows, of columns and of the rest.
  struct Sources: Sendable, Equatable {
    let rows: Double
    let columns: Double
    let rest: Double
  }

  /// A share of the whole variance, 0 to 1, with the interval that covers the true one with a probability of 0.95. Without a rest there is no
  /// interval: scores lie on a grid, and that a few of them add up says nothing of how far chance moves a share.
  package struct Share: Sendable, Equatable, Encodable {
    /// The estimate.
    package let value: Double
    /// The lower end; nil without an interval.
    package let low: Double?
    /// The upper end; nil without an interval.
    package let high: Double?
  }

  /// The estimated variances in squares of the values' unit, as expected mean squares give them: rows' and columns' may be negative.
  package let rows: Double, columns: Double, rest: Double
  /// The share of each, a negative one counted as 0.
  package let rowShare: Share, columnShare: Share, restShare: Share
  /// The rows' share less the columns', −1 to 1: an interval that does not hold 0 tells which of the two weighs more.
  package let rowLessColumn: Share

  /// The whole variance: the sum of the three, a negative one counted as 0.
  package var total: Double { max(0, rows) + max(0, columns) + rest }

  /// Adds up layouts of one size, which are taken for independent.
  ///
  /// Intervals are generalised ones (Weerahandi 1993; Burdick, Borror and Montgomery 2005): each mean square is divided by draws of
  /// χ²/ν, and what the draws make of the shares is read at 2.5 and 97.5 per cent. Over several layouts mean squares are added and ν is
  /// Satterthwaite's (1946), rounded down. In simulations of thirteen designs of normal layouts (3 × 3 to 10 × 10, one to sixteen at once)
  /// the intervals of rows, columns and their difference covered the true value in 92 to 100 of 100, those of the rest in 90 to 99, least
  /// where it is everything. They are wide, for few seeds say little of a variance.
  ///
  /// - Returns: nil without layouts, for layouts of several sizes, or where nothing varies.
  package init?(_ layouts: [CrossedLayout]) {
    guard let first = layouts.first, layouts.allSatisfy({ $0.rows == first.rows && $0.columns == first.columns }) else {
      return nil
    }
    let squares = layouts.map(\.meanSquares), degrees = first.degreesOfFreedom
    let rowPool = Pool(squares.map(\.rows), degrees.rows), columnPool = Pool(squares.map(\.columns), degrees.columns)
    let restPool = Pool(squares.map(\.rest), degrees.rest)
    func split(_ rows: Double, _ columns: Double, _ rest: Double) -> Sources {
      Sources(rows: (rows - rest) / Double(first.columns), columns: (columns - rest) / Double(first.rows), rest: rest)
    }
    let parts = split(rowPool.sum, columnPool.sum, restPool.sum)
    guard let estimates = Shares(parts) else { return nil }
    (rows, columns, rest) = (parts.rows, parts.columns, parts.rest)
    guard parts.rest > 0 else {
      func share(_ value: Double) -> Share { Share(value: value, low: nil, high: nil) }
      (rowShare, columnShare, restShare) = (share(estimates.rows), share(estimates.columns), share(estimates.rest))
      rowLessColumn = share(estimates.rows - estimates.columns)
      return
    }
    var words = ResamplingWords(.components)
    let draws = (0..<Self.draws).compactMap { draw in
      words.begin(resample: draw)
      let rows = rowPool.draw(&words), columns = columnPool.draw(&words)
      return Shares(split(rows, columns, restPool.draw(&words)))
    }
    guard draws.count == Self.draws else { return nil }
    func share(_ part: (Shares) -> Double) -> Share {
      let value = part(estimates), ordered = draws.map(part).sorted()
      return Share(value: value, low: min(value, ordered[Self.cut]), high: max(value, ordered[Self.draws - 1 - Self.cut]))
    }
    (rowShare, columnShare, restShare) = (share(\.rows), share(\.columns), share(\.rest))
    rowLessColumn = share { $0.rows - $0.columns }
  }

  private static let draws = 4000
  /// The draws that lie below an interval, and above it.
  private static let cut = draws / 40

  /// The parts of the whole variance, a negative one counted as 0.
  private struct Shares {
    let rows: Double
    let columns: Double
    let rest: Double

    /// Nil where nothing varies.
    init?(_ parts: Sources) {
      let rows = max(0, parts.rows), columns = max(0, parts.columns), total = rows + columns + parts.rest
      guard total > 0 else { return nil }
      (self.rows, self.columns, rest) = (rows / total, columns / total, parts.rest / total)
    }
  }

  /// The sum of some mean squares, with the degrees of freedom of a χ² that has its mean and variance.
  private struct Pool {
    let sum: Double
    let degreesOfFreedom: Int

    init(_ meanSquares: [Double], _ degrees: Double) {
      sum = compensatedSum(meanSquares)
      // in units of the largest, so that no square leaves the range of numbers
      let largest = meanSquares.max() ?? 0, scaled = largest > 0 ? meanSquares.map { $0 / largest } : [1]
      let squares = compensatedSum(scaled.map { $0 * $0 }), total = compensatedSum(scaled)
      // equal squares have as many degrees as they have together, which rounding must not lower
      degreesOfFreedom = max(1, Int((degrees * total * total / squares * (1 + 1e-12)).rounded(.down)))
    }

    /// What the true sum may be: the observed one divided by a draw of χ²/ν.
    func draw(_ words: inout ResamplingWords) -> Double {
      sum * Double(degreesOfFreedom) / words.chiSquare(degreesOfFreedom: degreesOfFreedom)
    }
  }
}
