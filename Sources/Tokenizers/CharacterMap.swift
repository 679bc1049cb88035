// SentencePiece's pre-compiled character map: which characters of a text become which others. A map may come from any
// file, so it is checked as a whole before anything follows its offsets.

/// A checked character map.
struct CharacterMap: Sendable {
  private let map: [UInt8]
  /// Where the replacement texts begin.
  private let texts: Int

  /// Checks a map: a 32-bit size, a double-array trie of that many bytes (units of 32 bits), then replacement texts,
  /// each ended by a zero byte.
  ///
  /// Every unit that a search can reach is visited, so that no search leaves the array and no value the texts.
  init(_ map: [UInt8]) throws(ProtobufReader.Malformed) {
    guard map.count > 4 else { throw .init(problem: "the character map is cut") }
    let size = Int(map[0]) | Int(map[1]) << 8 | Int(map[2]) << 16 | Int(map[3]) << 24
    let count = size / 4
    // Searches go to (offset of a unit) XOR (a byte), so an array of whole blocks of 256 keeps them inside.
    guard size > 0, size % 1024 == 0, size < map.count - 4, map.last == 0 else {
      throw .init(problem: "the character map's tree has \(size) of its \(map.count - 4) bytes")
    }
    self.map = map
    texts = 4 + size
    var isVisited = [Bool](repeating: false, count: count)
    var pending = [0]
    isVisited[0] = true
    while let position = pending.popLast() {
      let node = unit(position)
      let base = position ^ Self.offset(node)
      guard base < count else { throw .init(problem: "the character map's tree points outside itself") }
      if node & 0x100 != 0 {
        let value = Int(unit(base) & 0x7FFF_FFFF)
        guard value < map.count - texts else { throw .init(problem: "the character map has a text outside itself") }
        guard String(validating: text(value), as: UTF8.self) != nil else {
          throw .init(problem: "the character map has a text that is not UTF-8")
        }
      }
      for byte in 0..<256 {
        let child = base ^ byte
        if !isVisited[child], unit(child) & 0x8000_00FF == UInt32(byte) {
          isVisited[child] = true
          pending.append(child)
        }
      }
    }
  }

  private func unit(_ index: Int) -> UInt32 {
    let start = 4 + 4 * index
    return UInt32(map[start]) | UInt32(map[start + 1]) << 8 | UInt32(map[start + 2]) << 16 | UInt32(map[start + 3]) << 24
  }

  private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }

  private func text(_ value: Int) -> ArraySlice<UInt8> { map[(texts + value)...].prefix { $0 != 0 } }

  /// What the shortest entry that these bytes begin with becomes; nil where there is none.
  private func replacement(_ bytes: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
    var position = Self.offset(unit(0))
    for byte in bytes {
      if byte == 0 { return nil }
      position ^= Int(byte)
      let node = unit(position)
      guard node & 0x8000_00FF == UInt32(byte) else { return nil }
      position ^= Self.offset(node)
      if node & 0x100 != 0 { return text(Int(unit(position) & 0x7FFF_FFFF)) }
    }
    return nil
  }

  /// The text in the map's normal form, as `tokenizers` has it: a short cluster of scalars is looked up as a whole and
  /// then by its scalars.
  func normalized(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for cluster in text {
      if cluster.utf8.count < 6, let replacement = replacement(cluster.utf8) {
        result.append(contentsOf: replacement)
        continue
      }
      for scalar in cluster.unicodeScalars {
        result.append(contentsOf: replacement(UTF8.encode(scalar) ?? .init()) ?? ArraySlice(String(scalar).utf8))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
