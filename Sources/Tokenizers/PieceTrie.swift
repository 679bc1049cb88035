// A prefix tree over bytes: the longest vocabulary entry that begins at a place.

/// Vocabulary entries by their bytes.
struct PieceTrie: Sendable {
  /// The child of node n at byte b, under n << 8 | b.
  private var children: [UInt64: Int32] = [:]
  private var ids: [Int32] = [-1]

  /// Adds an entry; answers the id that had these bytes before, if any.
  mutating func insert(_ bytes: some Sequence<UInt8>, id: Int32) -> Int32? {
    var node: Int32 = 0
    for byte in bytes {
      let key = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
      if let child = children[key] {
        node = child
      } else {
        ids.append(-1)
        node = Int32(ids.count - 1)
        children[key] = node
      }
    }
    let before = ids[Int(node)]
    ids[Int(node)] = id
    return before < 0 ? nil : before
  }

  /// The id of the entry with just these bytes.
  func id(of bytes: [UInt8]) -> Int32? {
    guard let match = longestPrefix(of: bytes[...]), match.length == bytes.count else { return nil }
    return match.id
  }

  /// Calls `body` with the id and the length of each entry that `bytes` begins with, shortest first.
  func forEachPrefix(of bytes: ArraySlice<UInt8>, _ body: (Int32, Int) -> Void) {
    var node: Int32 = 0
    var length = 0
    for byte in bytes {
      guard let child = children[UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)] else { return }
      node = child
      length += 1
      if ids[Int(node)] >= 0 { body(ids[Int(node)], length) }
    }
  }

  /// The longest entry that `bytes` begins with: its id and how many bytes it has.
  func longestPrefix(of bytes: ArraySlice<UInt8>) -> (id: Int32, length: Int)? {
    var node: Int32 = 0
    var best: (id: Int32, length: Int)?
    var length = 0
    for byte in bytes {
      guard let child = children[UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)] else { break }
      node = child
      length += 1
      if ids[Int(node)] >= 0 { best = (ids[Int(node)], length) }
    }
    return best
  }
}
