// Matthews correlation for any number of classes (Gorodkin 2004, "Comparing two K-category assignments by a
// K-category correlation coefficient"; scikit-learn's `matthews_corrcoef`). For two classes it is the usual MCC.

/// Matthews correlation, in -1...1; 0 where gold or prediction has only one class; nil without examples.
///
/// With s examples, c of them right, and t(k), p(k) the times that class k is gold and predicted:
/// `(c s - Σ t p) / √((s² - Σ p²)(s² - Σ t²))`.
///
/// - Precondition: as many predictions as gold classes.
package func matthewsCorrelation(gold: [Int], predicted: [Int]) -> Double? {
  precondition(gold.count == predicted.count, "\(gold.count) gold classes but \(predicted.count) predictions")
  guard !gold.isEmpty else { return nil }
  let classes = Set(gold).union(predicted).sorted()
  let position = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
  var goldCounts = [Int](repeating: 0, count: classes.count)
  var predictedCounts = goldCounts
  var hits = 0
  for (truth, guess) in zip(gold, predicted) {
    if let index = position[truth] { goldCounts[index] += 1 }
    if let index = position[guess] { predictedCounts[index] += 1 }
    if truth == guess { hits += 1 }
  }
  func products(_ a: [Int], _ b: [Int]) -> Int { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  let examples = gold.count
  let covariance = hits * examples - products(goldCounts, predictedCounts)
  let goldVariance = examples * examples - products(goldCounts, goldCounts)
  let predictedVariance = examples * examples - products(predictedCounts, predictedCounts)
  guard goldVariance > 0, predictedVariance > 0 else { return 0 }
  return Double(covariance) / (Double(goldVariance) * Double(predictedVariance)).squareRoot()
}
