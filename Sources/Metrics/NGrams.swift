// Sequences of words, counted: what BLEU, NIST, CIDEr and ROUGE-N compare.

/// Numbers words in the order in which they are met, so that sequences of them are cheap to compare.
struct WordNumbers {
  private var numbers: [[UInt8]: Int] = [:]

  /// The numbers of a text's words.
  mutating func numbered(_ words: [[UInt8]]) -> [Int] {
    words.map { word in
      if let number = numbers[word] { return number }
      let number = numbers.count
      numbers[word] = number
      return number
    }
  }
}

/// How often each sequence of n words stands in a text.
struct NGramCounts {
  /// The counts; a sequence that is not there has none.
  private(set) var counts: [ArraySlice<Int>: Int] = [:]
  /// How many sequences there are, repeated ones as often as they occur.
  let total: Int

  /// Counts the sequences of `order` words.
  init(_ words: [Int], order: Int) {
    total = max(0, words.count - order + 1)
    counts.reserveCapacity(total)
    for start in 0..<total { counts[words[start..<(start + order)], default: 0] += 1 }
  }

  /// The counts in an order that only the words determine, in which sums of real numbers are the same in every run.
  var ordered: [(sequence: ArraySlice<Int>, count: Int)] {
    counts.map { ($0.key, $0.value) }.sorted { $0.sequence.lexicographicallyPrecedes($1.sequence) }
  }

  /// How many sequences are in another text too, each as often as in the one that has it less often.
  func matches(_ other: NGramCounts) -> Int {
    counts.reduce(0) { $0 + min($1.value, other.counts[$1.key] ?? 0) }
  }

  /// For each sequence the larger count of two.
  mutating func formMaximum(_ other: NGramCounts) {
    counts.merge(other.counts, uniquingKeysWith: max)
  }
}
