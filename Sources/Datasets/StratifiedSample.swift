// A random sample that keeps the shares of the classes (LoRA-drop's sample of the training set).

/// Samples with the same share of every class.
package enum StratifiedSample {
  /// The rows of a sample: of each class the given fraction, rounded, but at least one row.
  ///
  /// Each class is drawn from a stream of its own.
  ///
  /// - Parameters:
  ///   - strata: the class of every row.
  ///   - fraction: the share to take, above 0 and at most 1.
  ///   - seed: the run's seed of order.
  /// - Returns: positions in `strata`, ascending.
  /// - Throws: `DatasetError.invalidFraction` for a fraction out of range.
  package static func indices(strata: [Double], fraction: Double, seed: UInt64) throws(DatasetError) -> [Int] {
    guard fraction > 0, fraction <= 1 else { throw .invalidFraction(fraction) }
    let rows = strata.indices.sorted { (strata[$0], $0) < (strata[$1], $1) }
    var chosen: [Int] = []
    var start = 0
    var stratum: UInt64 = 0
    while start < rows.count {
      let end = rows[(start + 1)...].firstIndex { strata[$0] != strata[rows[start]] } ?? rows.count
      var members = Array(rows[start..<end])
      let size = max(1, Int((fraction * Double(members.count)).rounded()))
      var generator = CounterRandom(seed: seed, purpose: .sample, index: stratum)
      Shuffle.choose(size, from: &members, using: &generator)
      chosen += members.prefix(size)
      start = end
      stratum += 1
    }
    return chosen.sorted()
  }
}
