/// What a random stream is for. Each purpose draws from numbers of its own, so that no two uses ever share one.
package enum RandomPurpose: UInt32, Sendable {
  /// What is fixed before the first update, by the seed of initialisation.
  case initialization = 1
  /// The masks of dropout, by the seed of order.
  case dropout = 2
  /// What a method draws while the run trains, by the seed of order.
  case sampling = 4
}

/// A place in the counter-based generator Philox4x32-10 (Salmon et al. 2011): its numbers are a function of the four fields and the
/// element's index alone, so a resumed run draws what an uninterrupted one would.
package struct RandomStream: Sendable, Equatable {
  /// The run's seed on the axis of the purpose.
  package var seed: UInt64
  /// What the numbers are for; no two purposes share numbers.
  package var purpose: RandomPurpose
  /// The training step, or 0 where there is none.
  package var step: UInt32
  /// Which of the streams of this purpose and step.
  package var index: UInt32

  /// The stream of one purpose at one step (from 0) and place.
  package init(seed: UInt64, purpose: RandomPurpose, step: UInt32 = 0, index: UInt32 = 0) {
    self.seed = seed
    self.purpose = purpose
    self.step = step
    self.index = index
  }

  /// A stream of initial values that depends on the parameter's name alone (FNV-1a), not on the order of creation.
  package static func initialization(seed: UInt64, name: String) -> RandomStream {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return RandomStream(
      seed: seed, purpose: .initialization, step: UInt32(truncatingIfNeeded: hash >> 32), index: UInt32(truncatingIfNeeded: hash))
  }
}

/// Inverted dropout: elements are zeroed with probability `rate`, the others divided by `1 - rate`.
package struct Dropout: Sendable, Equatable {
  /// The share of entries that become zero.
  package var rate: Float
  /// The numbers that choose them.
  package var stream: RandomStream
  /// The place of the first row among those of a larger array, of which the one at hand is a part: it draws as it does there.
  package var firstRow: Int

  /// Drops a share `rate` of entries by the numbers of `stream`.
  package init(rate: Float, stream: RandomStream, firstRow: Int = 0) {
    self.rate = rate
    self.stream = stream
    self.firstRow = firstRow
  }
}
