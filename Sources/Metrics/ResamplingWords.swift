// Random words for resampling: Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC 2011), computed by the kernels.
import CKernels

/// Random words as a function of (purpose, resample), drawn one after the other, so that a table's intervals and tests are the same
/// wherever and however often they are computed.
///
/// The key is the seed, which is always 0; the counter's words are, from the lowest, the block (0, 1, 2, ...), the resample, 0 and the
/// purpose.
struct ResamplingWords {
  /// What words are drawn for. The raw values are letters, so that no small number meets them by chance.
  enum Purpose: UInt32 {
    /// Which tasks and seeds a bootstrap takes ("boot").
    case bootstrap = 0x626f_6f74
    /// Which signs a test turns, where there are too many to try all ("sign").
    case signs = 0x7369_676e
    /// Which labels a permutation test exchanges ("labl").
    case labels = 0x6c61_626c
    /// What mean squares make of variances ("vary").
    case components = 0x7661_7279
    /// In which order a test puts the values of a block ("rank").
    case ranks = 0x7261_6e6b
  }

  private let key: [UInt32] = [0, 0]
  private var counter: [UInt32]
  private var block: [UInt32] = [0, 0, 0, 0]
  private var used = 4

  /// The words of the first resample.
  init(_ purpose: Purpose) { counter = [0, 0, 0, purpose.rawValue] }

  /// Goes to the first word of a resample.
  mutating func begin(resample: Int) {
    counter[0] = 0
    counter[1] = UInt32(truncatingIfNeeded: resample)
    used = 4
  }

  /// The next word.
  mutating func next() -> UInt32 {
    if used == 4 {
      lr_philox(counter, key, &block)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// A number in `0..<bound`, each equally likely (Lemire 2019, "Fast random integer generation in an interval").
  ///
  /// - Precondition: the bound is positive and below 2³².
  mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a number below \(bound) was asked for")
    let bound = UInt32(bound)
    while true {
      let product = next().multipliedFullWidth(by: bound)
      // products whose lower half is below 2³² mod bound would favour some numbers, and are drawn again
      if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
    }
  }
}
