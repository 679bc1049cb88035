// Random numbers that are a function of a seed, a name and an index: any input can be made again alone.

/// SplitMix64 (Steele et al. 2014).
struct Chance {
  private var state: UInt64

  /// The numbers of the `index`-th input of what is called `name`.
  init(seed: UInt64, name: String, index: Int) {
    // FNV-1a
    state = name.utf8.reduce(0xcbf2_9ce4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    state = next() ^ UInt64(bitPattern: Int64(index))
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
    return bits ^ bits >> 31
  }

  /// A number from 0 to `bound` - 1; 0 for a bound of 0.
  mutating func below(_ bound: Int) -> Int { bound < 2 ? 0 : Int(next() % UInt64(bound)) }

  /// Whether the one of `times` cases came.
  mutating func oneIn(_ times: Int) -> Bool { below(times) == 0 }

  /// One of the elements, which are not empty.
  mutating func pick<Elements: RandomAccessCollection>(_ elements: Elements) -> Elements.Element where Elements.Index == Int {
    elements[elements.startIndex + below(elements.count)]
  }

  /// A range of at most `longest` places in `count`.
  mutating func range(_ count: Int, longest: Int) -> Range<Int> {
    let start = below(count + 1)
    return start..<min(count, start + 1 + below(longest))
  }
}
