// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3" (SC 2011): a block of random words is a function of a counter and a key, with no state between blocks. Its arithmetic is that
// of the kernels; no other target's stream has a counter of this layout with these purposes.
import CKernels

/// Random words as a function of (seed, purpose, index), drawn one after the other.
///
/// The key is the seed; the counter's words are, from the lowest, the block (0, 1, 2, ...), the two halves of `index`
/// and the purpose. So every purpose and every index (an epoch, a class) has a stream of its own.
package struct CounterRandom: RandomNumberGenerator, Sendable {
  /// What a stream is drawn for, all of it by the seed of order. The raw values are letters, so that no small number meets them by chance.
  package enum Purpose: UInt32, Sendable {
    /// The order of the training rows in an epoch ("ordr").
    case order = 0x6f72_6472
    /// The choice of a stratified sample's rows ("smpl").
    case sample = 0x736d_706c
    /// The choice of the training rows that are held out ("hold").
    case holdOut = 0x686f_6c64
    /// The choice of the tokens that are hidden or replaced where retention is measured; of no seed ("rtnt").
    case retention = 0x7274_6e74
  }

  private let key: [UInt32]
  private var counter: [UInt32]
  private var block: [UInt32] = [0, 0, 0, 0]
  private var used = 4

  /// The stream of one seed, purpose and index.
  package init(seed: UInt64, purpose: Purpose, index: UInt64) {
    key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    counter = [0, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), purpose.rawValue]
  }

  /// The next 64 bits: two words of a block, the first one the lower half. A stream has 2³³ of them.
  package mutating func next() -> UInt64 {
    if used == 4 {
      lr_philox(counter, key, &block)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 2 }
    return UInt64(block[used]) | UInt64(block[used + 1]) << 32
  }

  /// A number in `0..<bound`, each equally likely (Lemire 2019, "Fast random integer generation in an interval").
  ///
  /// - Precondition: the bound is positive.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a number below \(bound) was asked for")
    let bound = UInt64(bound)
    // 2^64 mod bound: products whose lower half is below it would favour some numbers, and are drawn again.
    let threshold = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= threshold { return Int(product.high) }
    }
  }
}
