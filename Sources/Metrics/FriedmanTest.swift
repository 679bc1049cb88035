// Friedman's test: whether treatments are ranked alike by several blocks (Friedman 1937; the statistic is SciPy's `friedmanchisquare`,
// with its correction for ties), by permutation within blocks, which holds for few of them.

/// What the test says of some treatments.
package struct FriedmanResult: Sendable, Equatable {
  /// The mean over blocks of each treatment's rank, 1 being the highest value; equal values share the mean of their ranks.
  package let meanRanks: [Double]
  /// Friedman's statistic.
  package let statistic: Double
  /// The probability of a statistic as large or larger where each block ranks at random.
  package let pValue: Double
}

/// Friedman's test of the treatments of several blocks.
///
/// 9,999 random choices of an order in each block are tried, and the observed one is counted with them (Phipson and Smyth 2010).
///
/// - Parameter blocks: the treatments' values of each block.
/// - Returns: nil for fewer than two blocks or treatments, blocks of several lengths, a value that is not finite, or where all values of
///   each block are equal.
package func friedmanTest(_ blocks: [[Double]]) -> FriedmanResult? {
  guard blocks.count > 1, let count = blocks.first?.count, count > 1, blocks.allSatisfy({ $0.count == count }),
    blocks.allSatisfy({ $0.allSatisfy(\.isFinite) })
  else { return nil }
  let ranks = blocks.map { averageRanks($0.map { -$0 }) }
  let expected = Double(blocks.count * (count + 1)) / 2
  // the squares of ranks' distances from their mean: a block without ties has (k³ − k) / 12
  let spread = ranks.reduce(0) { sum, block in
    sum + block.reduce(0) { $0 + ($1 - Double(count + 1) / 2) * ($1 - Double(count + 1) / 2) }
  }
  guard spread > 0 else { return nil }
  func distance(_ ranks: [[Double]]) -> Double {
    (0..<count).reduce(0) { sum, treatment in
      let own = ranks.reduce(0) { $0 + $1[treatment] } - expected
      return sum + own * own
    }
  }
  let observed = distance(ranks)
  var words = ResamplingWords(.ranks), atLeast = 1
  var shuffled = ranks
  for choice in 0..<9999 {
    words.begin(resample: choice)
    for block in shuffled.indices {
      for place in stride(from: count - 1, to: 0, by: -1) { shuffled[block].swapAt(place, words.below(place + 1)) }
    }
    // halves are exact, so equal sums are equal
    if distance(shuffled) >= observed { atLeast += 1 }
  }
  return FriedmanResult(
    meanRanks: (0..<count).map { treatment in ranks.reduce(0) { $0 + $1[treatment] } / Double(blocks.count) },
    statistic: Double(count - 1) * observed / spread, pValue: Double(atLeast) / 10_000)
}
