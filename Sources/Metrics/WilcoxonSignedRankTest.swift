// Wilcoxon's signed-rank test (SciPy's `wilcoxon` with its default `method='auto'`): exact where that is feasible,
// the normal approximation elsewhere. Pairs without a difference are dropped (`zero_method='wilcox'`).
import CKernels

/// Wilcoxon's signed-rank test of two methods' scores over the same seeds.
///
/// As SciPy decides: the exact distribution up to 50 pairs if no two differences tie and none is zero, and up to 13
/// pairs otherwise; else the normal approximation with tie correction. The statistic is the smaller rank sum.
///
/// - Returns: nil where no pair differs or a value is not finite.
/// - Precondition: as many scores on both sides.
package func wilcoxonSignedRankTest(_ a: [Double], _ b: [Double]) -> Significance? {
  precondition(a.count == b.count, "\(a.count) scores against \(b.count)")
  let differences = zip(a, b).map { $0 - $1 }
  let nonzero = differences.filter { $0 != 0 }
  guard !nonzero.isEmpty, nonzero.allSatisfy(\.isFinite) else { return nil }
  // Twice the ranks: shared ranks end in .5, so these are whole numbers and every sum of them is exact.
  let ranks = averageRanks(nonzero.map { abs($0) }).map { Int(2 * $0) }
  let positive = zip(nonzero, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
  let total = ranks.reduce(0, +)
  let isPlain = nonzero.count == differences.count && Set(ranks).count == ranks.count
  let probability =
    differences.count <= (isPlain ? 50 : 13)
    ? exactProbability(ranks: ranks, positive: positive) : normalProbability(ranks: ranks, positive: positive)
  return Significance(statistic: Double(min(positive, total - positive)) / 2, pValue: probability)
}

/// Twice the smaller tail over all ways to give the ranks signs, at most 1. Each tail holds the observed sum.
private func exactProbability(ranks: [Int], positive: Int) -> Double {
  let total = ranks.reduce(0, +)
  // Ways to reach each sum of positive ranks; at most 2^50, which a Double counts exactly.
  var ways = [Double](repeating: 0, count: total + 1)
  ways[0] = 1
  var reached = 0
  for rank in ranks {
    reached += rank
    for sum in stride(from: reached, through: rank, by: -1) { ways[sum] += ways[sum - rank] }
  }
  let below = ways[...positive].reduce(0, +)
  let above = ways[positive...].reduce(0, +)
  return min(1, 2 * min(below, above) / Double(sign: .plus, exponent: ranks.count, significand: 1))
}

/// The normal approximation, its variance corrected for ties, without continuity correction.
private func normalProbability(ranks: [Int], positive: Int) -> Double {
  let count = Double(ranks.count)
  var variance = count * (count + 1) * (2 * count + 1)
  let ordered = ranks.sorted()
  var start = 0
  while start < ordered.count {
    let end = ordered[start...].firstIndex { $0 != ordered[start] } ?? ordered.count
    let tied = Double(end - start)
    variance -= (tied * tied * tied - tied) / 2
    start = end
  }
  let deviation = (variance / 24).squareRoot()
  let z = (Double(positive) / 2 - count * (count + 1) / 4) / deviation
  return lr_erfc(abs(z) / 2.0.squareRoot())
}
