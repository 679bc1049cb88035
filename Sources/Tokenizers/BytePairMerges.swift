// Byte-pair encoding (Sennrich et al. 2016): joins the neighbours of lowest rank until none is left to join.

/// The merges of a vocabulary, by rank.
struct BytePairMerges: Sendable {
  struct Merge: Sendable {
    let rank: Int32
    let joined: Int32
  }

  /// Merges under left id << 32 | right id.
  private var merges: [UInt64: Merge] = [:]

  /// Adds the next merge in rank; false if the pair has one already.
  mutating func append(left: Int32, right: Int32, joined: Int32, rank: Int32) -> Bool {
    merges.updateValue(Merge(rank: rank, joined: joined), forKey: Self.key(left, right)) == nil
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Joins symbols; of equal rank the leftmost first. Time grows as n log n, so that a long word does no harm.
  func apply(to symbols: [Int32]) -> [Int32] {
    var symbols = symbols
    var next = (0..<symbols.count).map { $0 + 1 }
    var previous = (0..<symbols.count).map { $0 - 1 }
    var queue = RankQueue()
    func propose(_ left: Int) {
      guard left >= 0, next[left] < symbols.count else { return }
      if let merge = merges[Self.key(symbols[left], symbols[next[left]])] {
        queue.insert(rank: merge.rank, position: left)
      }
    }
    for left in symbols.indices { propose(left) }
    while let candidate = queue.removeFirst() {
      let left = candidate.position
      // The pair may have changed since it was queued; then it is not the merge of this rank any more.
      guard symbols[left] >= 0, next[left] < symbols.count else { continue }
      let right = next[left]
      guard let merge = merges[Self.key(symbols[left], symbols[right])], merge.rank == candidate.rank else { continue }
      symbols[left] = merge.joined
      symbols[right] = -1
      next[left] = next[right]
      if next[left] < symbols.count { previous[next[left]] = left }
      propose(previous[left])
      propose(left)
    }
    return symbols.filter { $0 >= 0 }
  }
}

/// A binary heap of candidate merges: lowest rank first, then leftmost.
private struct RankQueue {
  /// rank << 32 | position.
  private var heap: [UInt64] = []

  mutating func insert(rank: Int32, position: Int) {
    heap.append(UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(UInt32(truncatingIfNeeded: position)))
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() -> (rank: Int32, position: Int)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var parent = 0
      while 2 * parent + 1 < heap.count {
        var child = 2 * parent + 1
        if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
        if heap[parent] <= heap[child] { break }
        heap.swapAt(parent, child)
        parent = child
      }
    }
    return (Int32(truncatingIfNeeded: first >> 32), Int(first & 0xFFFF_FFFF))
  }
}
