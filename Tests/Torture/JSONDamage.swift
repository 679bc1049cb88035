// Damage that leaves JSON what it is: what lies behind a parser is read too.

/// The values of a JSON text by their places.
struct JSONOutline {
  /// A value: its bytes, and those of the key before it where it is a member of an object.
  struct Part {
    var value: Range<Int>
    var key: Range<Int>?
    /// The places of its members among the parts.
    var members: [Int] = []
  }

  private let bytes: [UInt8]
  private var position = 0
  private(set) var parts: [Part] = []
  private static let deepest = 200

  /// Nil where the text is no JSON, or nests deeply.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    skipSpace()
    guard next == 0x7B || next == 0x5B, read(nil, depth: 0) != nil else { return nil }
    skipSpace()
    guard position == bytes.count else { return nil }
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func text() -> Range<Int>? {
    let start = position
    guard take(0x22) else { return nil }
    while let byte = next, byte != 0x22 { position += byte == 0x5C ? 2 : 1 }
    guard take(0x22) else { return nil }
    return start..<position
  }

  /// The number of the part that begins here.
  private mutating func read(_ key: Range<Int>?, depth: Int) -> Int? {
    skipSpace()
    let number = parts.count, start = position
    guard let first = next, depth < Self.deepest else { return nil }
    parts.append(Part(value: start..<start, key: key))
    if first == 0x7B || first == 0x5B {
      let closing = first + 2
      position += 1
      if !take(closing) {
        repeat {
          skipSpace()
          var key: Range<Int>?
          if first == 0x7B {
            key = text()
            guard key != nil, take(0x3A) else { return nil }
          }
          guard let member = read(key, depth: depth + 1) else { return nil }
          parts[number].members.append(member)
        } while take(0x2C)
        guard take(closing) else { return nil }
      }
    } else if first == 0x22 {
      guard text() != nil else { return nil }
    } else {
      while let byte = next, ![0x2C, 0x5D, 0x7D, 0x20, 0x0A, 0x0D, 0x09].contains(byte) { position += 1 }
      guard position > start else { return nil }
    }
    parts[number].value = start..<position
    return number
  }
}

extension Mutation {
  /// Another value, member, key or order in a JSON text; false where it is none.
  mutating func changeJSON(_ bytes: inout [UInt8]) -> Bool {
    guard let first = bytes.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B, let outline = JSONOutline(bytes) else {
      return false
    }
    let parts = outline.parts, part = chance.pick(parts)
    func text(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
    func member(_ part: JSONOutline.Part) -> Range<Int> { (part.key?.lowerBound ?? part.value.lowerBound)..<part.value.upperBound }
    switch chance.below(10) {
    case 0: bytes.replaceSubrange(part.value, with: text(chance.pick(parts).value).prefix(1 << 14))
    case 1, 2:
      guard !part.members.isEmpty else { fallthrough }
      changeMembers(of: part, parts, &bytes)
    case 3:
      guard let key = part.key else { fallthrough }
      let other = chance.pick(parts).key ?? key
      bytes.replaceSubrange(key, with: chance.oneIn(3) ? Array("\"\(chance.below(100))\"".utf8) : text(other))
    case 4:
      guard let key = part.key else { fallthrough }
      // the same key twice
      bytes.insert(contentsOf: text(key) + Array(":".utf8) + value(like: bytes[part.value]) + Array(",".utf8), at: key.lowerBound)
    default: bytes.replaceSubrange(part.value, with: value(like: bytes[part.value]))
    }
    return true
  }

  /// A list or an object with a member less, more, or in another place.
  private mutating func changeMembers(of part: JSONOutline.Part, _ parts: [JSONOutline.Part], _ bytes: inout [UInt8]) {
    var members = part.members.map { number -> [UInt8] in
      let member = parts[number]
      return Array(bytes[(member.key?.lowerBound ?? member.value.lowerBound)..<member.value.upperBound])
    }
    let place = chance.below(members.count)
    switch chance.below(5) {
    case 0, 1: members.remove(at: place)
    case 2: members.swapAt(place, chance.below(members.count))
    case 3: members.insert(members[place], at: chance.below(members.count))
    default: members.removeSubrange(place...)
    }
    let isObject = bytes[part.value.lowerBound] == 0x7B
    let text = Array(members.joined(separator: [0x2C]))
    bytes.replaceSubrange(part.value, with: isObject ? [0x7B] + text + [0x7D] : [0x5B] + text + [0x5D])
  }

  /// A value to stand in another's place: mostly of its kind, at the ends of what that may be.
  private mutating func value(like old: ArraySlice<UInt8>) -> [UInt8] {
    let numbers = [
      "0", "-1", "1", "2", "3", "7", "8", "64", "255", "65536", "2147483647", "2147483648", "4294967296", "9007199254740993",
      "4611686018427387904", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e308",
      "-1e308", "1e-320", "0.5", "1.5", "-0.0", "1e15", "0.999999999",
    ]
    let texts = [
      "\"\"", "\"a\"", "\"\\u0000\"", "\"../x\"", "\".*\"", "\"(a|b)+$\"", "\"none\"", "\"all\"", "\"F64\"", "\"I64\"", "\"é\"",
      "\"1\"",
      "\"NaN\"", "\"\(String(repeating: "a", count: 300))\"", "\"query\"", "\"bert\"", "\"roberta\"", "\"deberta-v2\"",
    ]
    let others = ["null", "true", "false", "[]", "{}", "[[]]", "[null]", "{\"a\":{}}", "[0,1]", "[1,0]", "[-1]"]
    let kinds: [String] =
      switch old.first {
      case _ where chance.oneIn(4): others + numbers.prefix(4) + texts.prefix(2)
      case 0x22: texts
      case 0x5B, 0x7B: others
      case 0x74, 0x66, 0x6E: ["true", "false", "null", "0", "1", "\"none\""]
      default: numbers
      }
    return Array(chance.pick(kinds).utf8)
  }
}
