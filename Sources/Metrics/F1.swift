// F1: the harmonic mean of precision and recall (scikit-learn's `f1_score` with `zero_division=0`).

/// F1 of one class, in 0...1: `2 tp / (2 tp + fp + fn)`, and 0 where the class is neither gold nor predicted.
///
/// - Parameter positive: the class that counts as found; GLUE's MRPC and QQP take 1.
/// - Returns: nil without examples.
/// - Precondition: as many predictions as gold classes.
package func f1(gold: [Int], predicted: [Int], positive: Int = 1) -> Double? {
  precondition(gold.count == predicted.count, "\(gold.count) gold classes but \(predicted.count) predictions")
  guard !gold.isEmpty else { return nil }
  var hits = 0
  var mentions = 0  // 2 tp + fp + fn: every gold and every predicted occurrence of the class
  for (truth, guess) in zip(gold, predicted) {
    if truth == positive { mentions += 1 }
    if guess == positive { mentions += 1 }
    if truth == positive && guess == positive { hits += 1 }
  }
  return mentions == 0 ? 0 : Double(2 * hits) / Double(mentions)
}
