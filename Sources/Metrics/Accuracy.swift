// The share of examples whose predicted class is the gold one (scikit-learn's `accuracy_score`).

/// The share of predictions that equal the gold class, in 0...1; nil without examples.
///
/// - Precondition: as many predictions as gold classes.
package func accuracy(gold: [Int], predicted: [Int]) -> Double? {
  precondition(gold.count == predicted.count, "\(gold.count) gold classes but \(predicted.count) predictions")
  guard !gold.isEmpty else { return nil }
  let hits = zip(gold, predicted).count { $0 == $1 }
  return Double(hits) / Double(gold.count)
}
