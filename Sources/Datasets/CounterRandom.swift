// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3" (SC 2011): a block of random words is a function of a counter and a key, with no state between blocks.

/// Random words as a function of (seed, purpose, index), drawn one after the other.
///
/// The key is the seed; the counter's words are, from the lowest, the block (0, 1, 2, ...), the two halves of `index`
/// and the purpose. So every purpose and every index (an epoch, a class) has a stream of its own.
public struct CounterRandom: RandomNumberGenerator, Sendable {
  /// What a stream is drawn for. The raw values are letters, so that no small number meets them by chance.
  public enum Purpose: UInt32, Sendable {
    /// The order of the training rows in an epoch ("ordr").
    case order = 0x6f72_6472
    /// The choice of a stratified sample's rows ("smpl").
    case sample = 0x736d_706c
  }

  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// The stream of one seed, purpose and index.
  public init(seed: UInt64, purpose: Purpose, index: UInt64) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), purpose.rawValue)
  }

  /// The next 64 bits: two words of a block, the first one the lower half. A stream has 2³³ of them.
  public mutating func next() -> UInt64 {
    if used == 4 {
      block = Self.block(counter: counter, key: key)
      counter.x &+= 1
      used = 0
    }
    defer { used += 2 }
    return UInt64(block[used]) | UInt64(block[used + 1]) << 32
  }

  /// A number in `0..<bound`, each equally likely (Lemire 2019, "Fast random integer generation in an interval").
  ///
  /// - Precondition: the bound is positive.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a number below \(bound) was asked for")
    let bound = UInt64(bound)
    // 2^64 mod bound: products whose lower half is below it would favour some numbers, and are drawn again.
    let threshold = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= threshold { return Int(product.high) }
    }
  }

  /// The Philox4x32-10 bijection of a counter under a key.
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var words = counter
    var key = key
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let first = words.x.multipliedFullWidth(by: 0xD251_1F53)
      let second = words.z.multipliedFullWidth(by: 0xCD9E_8D57)
      words = SIMD4(second.high ^ words.y ^ key.x, second.low, first.high ^ words.w ^ key.y, first.low)
    }
    return words
  }
}
