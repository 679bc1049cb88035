// A template with slots, learned from one source and its target: the target's words that the source has are put from another source.

/// How a target comes of its source, as far as words can be copied.
///
/// ```swift
/// let template = SlotTemplate(source: ["dog", "sees", "cat"], target: ["the", "dog"], slots: ["dog", "cat"])
/// template.filled(from: ["bird", "sees", "fox"], slots: ["bird", "fox"]).target  // ["the", "bird"]
/// ```
struct SlotTemplate: Sendable {
  /// Where a word of a target comes from.
  private enum Part {
    case word(String)
    /// The source's word at a place, without so many of its last letters and with others at its end.
    case slot(place: Int, dropped: Int, ending: String)
  }

  private let source: [String]
  /// Which places of the source take other words.
  private let isSlot: [Bool]
  private let parts: [Part]

  /// Learns from a pair.
  ///
  /// - Parameter slots: the words that may be others elsewhere; all else is fixed.
  init(source: [String], target: [String], slots: Set<String>) {
    self.source = source
    isSlot = source.map { slots.contains($0) }
    let places = source.indices.filter { slots.contains(source[$0]) }
    parts = target.map { word in
      if let place = places.first(where: { source[$0] == word }) { return .slot(place: place, dropped: 0, ending: "") }
      // "chases" of "chase", "stories" of "story"
      for place in places {
        let shared = zip(source[place], word).prefix { $0 == $1 }.count
        let dropped = source[place].count - shared, ending = String(word.dropFirst(shared))
        if shared >= 3, dropped <= 2, ending.count <= 3 { return .slot(place: place, dropped: dropped, ending: ending) }
      }
      return .word(word)
    }
  }

  /// The target for another source, and how ill the sources fit: twice the number of words that differ and are no slots, and one for each
  /// word that one of them has alone.
  func filled(from other: [String], slots: Set<String>) -> (target: [String], cost: Int) {
    let (places, cost) = alignment(with: other, slots)
    let target = parts.map { part -> String in
      switch part {
      case .word(let word): return word
      case .slot(let place, let dropped, let ending):
        let word = places[place].map { other[$0] } ?? source[place]
        return word.dropLast(dropped) + ending
      }
    }
    return (target, cost)
  }

  /// Which word of the other source stands where each of ours does, in the cheapest alignment of the two.
  private func alignment(with other: [String], _ slots: Set<String>) -> (places: [Int?], cost: Int) {
    let columns = other.count + 1
    let otherIsSlot = other.map { slots.contains($0) }
    var costs = [Int](repeating: 0, count: (source.count + 1) * columns)
    func pairing(_ i: Int, _ j: Int) -> Int { source[i] == other[j] || (isSlot[i] && otherIsSlot[j]) ? 0 : 2 }
    for j in 0..<columns { costs[j] = j }
    for i in source.indices {
      costs[(i + 1) * columns] = i + 1
      for j in other.indices {
        let alone = min(costs[i * columns + j + 1], costs[(i + 1) * columns + j]) + 1
        costs[(i + 1) * columns + j + 1] = min(costs[i * columns + j] + pairing(i, j), alone)
      }
    }
    var places = [Int?](repeating: nil, count: source.count)
    var (i, j) = (source.count, other.count)
    while i > 0, j > 0 {
      let cost = costs[i * columns + j]
      if cost == costs[(i - 1) * columns + j - 1] + pairing(i - 1, j - 1) {
        (i, j) = (i - 1, j - 1)
        places[i] = j
      } else if cost == costs[(i - 1) * columns + j] + 1 {
        i -= 1
      } else {
        j -= 1
      }
    }
    return (places, costs[costs.count - 1])
  }
}
