// The order of the training rows in an epoch.

/// Deterministic shuffles: the order is a function of the number of rows, the seed and the epoch alone.
package enum Shuffle {
  /// The rows of one epoch in random order, each order equally likely (Fisher and Yates).
  ///
  /// - Parameters:
  ///   - count: the number of rows.
  ///   - seed: the run's seed of order.
  ///   - epoch: the epoch, from 0.
  /// - Returns: every number in `0..<count` once.
  /// - Precondition: neither count nor epoch is negative.
  package static func order(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var generator = CounterRandom(seed: seed, purpose: .order, index: UInt64(epoch))
    var order = Array(0..<count)
    choose(count, from: &order, using: &generator)
    return order
  }

  /// Moves so many elements, drawn without replacement, to the front in the order drawn.
  static func choose(_ number: Int, from elements: inout [Int], using generator: inout CounterRandom) {
    // The last element has nothing left to change places with.
    for place in 0..<min(number, max(elements.count - 1, 0)) {
      elements.swapAt(place, place + generator.below(elements.count - place))
    }
  }
}
