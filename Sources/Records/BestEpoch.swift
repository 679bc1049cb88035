// Which epoch is the best: one rule for the trainer, which keeps its weights, and for the record, which names it.

/// The choice among epochs.
package enum BestEpoch {
  /// The place of the epoch with the highest mean score, the first of equals; nil where none has a score.
  ///
  /// - Parameter scores: by epoch, the primary metric on each validation set; one that is undefined, not a number, counts as the
  ///   lowest there is, -1.
  package static func place(_ scores: [[Double]]) -> Int? {
    var best: (place: Int, value: Double)?
    for (place, values) in scores.enumerated() where !values.isEmpty {
      let value = values.reduce(0) { $0 + ($1.isNaN ? -1 : $1) } / Double(values.count)
      if best.map({ value > $0.value }) ?? true { best = (place, value) }
    }
    return best?.place
  }
}
