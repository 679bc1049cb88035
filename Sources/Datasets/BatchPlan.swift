// Which rows make up which batch.

/// The division of an epoch's rows into batches; the last, smaller batch is kept.
package struct BatchPlan: Sendable, Equatable {
  /// The number of rows.
  package let count: Int
  /// The rows of every batch but the last.
  package let batchSize: Int

  /// Plans batches of so many rows.
  ///
  /// - Precondition: `count` is not negative and `batchSize` is positive.
  package init(count: Int, batchSize: Int) {
    precondition(count >= 0 && batchSize > 0, "\(count) rows in batches of \(batchSize)")
    self.count = count
    self.batchSize = batchSize
  }

  /// The number of batches in an epoch: ⌈count / batchSize⌉.
  package var stepsPerEpoch: Int { count / batchSize + (count.isMultiple(of: batchSize) ? 0 : 1) }

  /// The places of one batch in an epoch's order.
  ///
  /// - Precondition: `step` is in `0..<stepsPerEpoch`.
  package func places(step: Int) -> Range<Int> {
    precondition(step >= 0 && step < stepsPerEpoch, "step \(step) of \(stepsPerEpoch)")
    return step * batchSize..<min(count - step * batchSize, batchSize) + step * batchSize
  }

  /// The batches of a training epoch, shuffled by `Shuffle.order`.
  package func shuffled(seed: UInt64, epoch: Int) -> [[Int]] {
    let order = Shuffle.order(count: count, seed: seed, epoch: epoch)
    return (0..<stepsPerEpoch).map { Array(order[places(step: $0)]) }
  }
}
