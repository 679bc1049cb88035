// Random numbers for the pocket world: a SplitMix64 sequence whose start is a function of (seed, stream, index),
// so that row number n of a stream is the same whoever asks for it, and in whatever order.

/// A small deterministic generator, keyed like a counter: equal keys give equal sequences on every machine.
///
/// The sequence is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct PocketGenerator: RandomNumberGenerator, Sendable {
  private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var state: UInt64

  /// Starts the sequence of one row: `stream` tells the purposes apart, `index` the rows of one purpose.
  init(seed: UInt64, stream: UInt64 = 0, index: UInt64 = 0) {
    state = Self.mixed(Self.mixed(Self.mixed(seed &+ Self.golden) ^ stream &+ Self.golden) ^ index &+ Self.golden)
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    state &+= Self.golden
    return Self.mixed(state)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A whole number from 0 to `bound - 1`; 0 where `bound` is not positive.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
  }

  /// A number from 0 up to but not including 1.
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// True with the probability given.
  mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  /// One of the elements, each as likely; `elements` is not empty.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// The position of one of the weights, in proportion to it.
  mutating func choose(_ weights: [Double]) -> Int {
    var rest = fraction() * weights.reduce(0, +)
    for (position, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return position }
    }
    return weights.count - 1
  }

  /// The elements in a random order (Fisher and Yates).
  mutating func permuted<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for last in stride(from: result.count - 1, to: 0, by: -1) { result.swapAt(last, below(last + 1)) }
    return result
  }
}
