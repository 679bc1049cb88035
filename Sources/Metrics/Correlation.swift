// Pearson's and Spearman's correlation (SciPy's `pearsonr`, `spearmanr`).

/// Pearson's correlation, in -1...1; nil for fewer than two pairs, a constant input or a value that is not finite.
///
/// - Precondition: as many predictions as gold scores.
package func pearson(gold: [Double], predicted: [Double]) -> Double? {
  precondition(gold.count == predicted.count, "\(gold.count) gold scores but \(predicted.count) predictions")
  guard let x = Deviations(gold), let y = Deviations(predicted), x.sumOfSquares > 0, y.sumOfSquares > 0 else {
    return nil
  }
  let products = compensatedSum(zip(x.scaled, y.scaled).map { $0 * $1 })
  let correlation = products / (x.sumOfSquares.squareRoot() * y.sumOfSquares.squareRoot())
  return min(max(correlation, -1), 1)
}

/// Spearman's rank correlation, in -1...1: Pearson's correlation of the ranks, equal values sharing their mean
/// rank; nil for fewer than two pairs, a constant input or a value that is not finite.
///
/// - Precondition: as many predictions as gold scores.
package func spearman(gold: [Double], predicted: [Double]) -> Double? {
  precondition(gold.count == predicted.count, "\(gold.count) gold scores but \(predicted.count) predictions")
  guard gold.allSatisfy(\.isFinite), predicted.allSatisfy(\.isFinite) else { return nil }
  return pearson(gold: averageRanks(gold), predicted: averageRanks(predicted))
}

/// The rank of each value from 1 up, equal values sharing the mean of their ranks.
///
/// - Precondition: every value is finite.
package func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
    let rank = Double(start + 1 + end) / 2
    for place in start..<end { ranks[order[place]] = rank }
    start = end
  }
  return ranks
}
