// Damage: what disks, transfers, editors, other programs and hostile hands do to a file.
import Foundation

/// Changes bytes at random.
struct Mutation {
  var chance: Chance
  /// Other files of the same kind, to take parts of.
  let others: [[UInt8]]

  /// The bytes after one to four changes.
  mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let most = 2 * bytes.count + (1 << 18)
    // most files keep their form: a value or a line is another
    let keepsForm = !chance.oneIn(3)
    for _ in 0..<(chance.oneIn(2) ? 1 : 1 + chance.below(4)) {
      if keepsForm { changeValue(&bytes) } else { change(&bytes) }
      if bytes.count > most { bytes.removeSubrange(most...) }
    }
    return bytes
  }

  /// A change that leaves the file what it is: JSON JSON, lines lines, and binary parts in their places.
  private mutating func changeValue(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes = foreign() }
    if changeJSON(&bytes) { return }
    let isText = !bytes.prefix(512).contains { $0 < 9 }
    switch chance.below(8) {
    case 0 where isText: replaceNumber(&bytes)
    case 1 where isText: swapLines(&bytes)
    case 0, 1: overwriteInteger(&bytes)
    case 2: bytes[place(bytes)] ^= 1 << UInt8(chance.below(8))
    case _ where isText: swapValue(&bytes)
    case 3, 4: bytes[place(bytes)] = chance.pick(Self.bytes)
    default:
      let place = place(bytes)
      bytes[place] = bytes[place] &+ (chance.oneIn(2) ? 1 : 255)
    }
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes = foreign() }
    switch chance.below(24) {
    case 0, 1, 2: bytes[place(bytes)] ^= 1 << UInt8(chance.below(8))
    case 3, 4: bytes[place(bytes)] = chance.pick(Self.bytes)
    case 5: bytes[place(bytes)] = UInt8(truncatingIfNeeded: chance.next())
    case 6: bytes.removeSubrange(place(bytes)...)
    case 7: bytes.removeSubrange(range(bytes, longest: 64))
    case 8:
      let part = Array(bytes[range(bytes, longest: 256)])
      let at = place(bytes), times = chance.oneIn(20) ? 1 + chance.below(4000) : 1 + chance.below(3)
      bytes.insert(contentsOf: Array([[UInt8]](repeating: part, count: times).joined().prefix(1 << 17)), at: at)
    case 9: insert(Array(chance.pick(Self.numbers).utf8), into: &bytes)
    case 10: insert(Array(chance.pick(Self.texts)), into: &bytes)
    case 11: nest(&bytes)
    case 12, 13, 14: replaceNumber(&bytes)
    case 15, 16, 17, 18: swapValue(&bytes)
    case 19: splice(&bytes)
    case 20: overwriteInteger(&bytes)
    case 21: swapLines(&bytes)
    case 22: if chance.oneIn(8) { bytes = foreign() } else { bytes.insert(contentsOf: foreign(), at: place(bytes)) }
    default: replace(&bytes, range(bytes, longest: 8), by: Array(chance.pick(Self.numbers).utf8))
    }
  }

  /// A place; every other time near the start or the end, where headers and directories are.
  private mutating func place(_ bytes: [UInt8]) -> Int {
    let count = bytes.count
    if count < 4096 || chance.oneIn(2) { return chance.below(count) }
    return chance.oneIn(2) ? chance.below(2048) : count - 1 - chance.below(1024)
  }

  private mutating func range(_ bytes: [UInt8], longest: Int) -> Range<Int> {
    let start = place(bytes)
    return start..<min(bytes.count, start + 1 + chance.below(longest))
  }

  private mutating func insert(_ text: [UInt8], into bytes: inout [UInt8]) { bytes.insert(contentsOf: text, at: place(bytes)) }

  private func replace(_ bytes: inout [UInt8], _ range: Range<Int>, by text: [UInt8]) {
    bytes.replaceSubrange(range, with: text)
  }

  private mutating func nest(_ bytes: inout [UInt8]) {
    let depth = chance.pick([3, 30, 300, 3000, 30_000]), (opening, closing) = chance.pick(Self.nests)
    let at = place(bytes)
    var text = Array(String(repeating: opening, count: depth).utf8)
    if chance.oneIn(2) { text += Array(("0" + String(repeating: closing, count: depth)).utf8) }
    bytes.insert(contentsOf: text, at: at)
  }

  /// A number in the text becomes another.
  private mutating func replaceNumber(_ bytes: inout [UInt8]) {
    let from = place(bytes)
    func isPart(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == 0x2E || byte == 0x2D }
    guard let start = (from..<bytes.count).first(where: { isPart(bytes[$0]) }) else { return bytes[from] = 0x39 }
    let end = (start..<bytes.count).first { !isPart(bytes[$0]) } ?? bytes.count
    replace(&bytes, start..<end, by: Array(chance.pick(Self.numbers).utf8))
  }

  /// A value of JSON, or what stands after a colon or a comma of YAML, becomes another: one of another place, or one that nobody expects.
  private mutating func swapValue(_ bytes: inout [UInt8]) {
    guard let old = value(in: bytes) else { return bytes[place(bytes)] ^= 0x20 }
    let new: [UInt8]
    switch chance.below(4) {
    case 0: new = value(in: bytes).map { Array(bytes[$0].prefix(4096)) } ?? []
    case 1: new = Array(chance.pick(Self.numbers).utf8)
    default: new = Array(chance.pick(Self.values).utf8)
    }
    replace(&bytes, old, by: new)
  }

  /// The next value from a random place on.
  private mutating func value(in bytes: [UInt8]) -> Range<Int>? {
    let from = place(bytes)
    guard var start = (from..<bytes.count).first(where: { ":,[{\n\t".utf8.contains(bytes[$0]) }) else { return nil }
    start += 1
    while start < bytes.count, bytes[start] == 0x20 { start += 1 }
    guard start < bytes.count else { return nil }
    if bytes[start] == 0x22 {
      let end = (start + 1..<bytes.count).first { bytes[$0] == 0x22 && bytes[$0 - 1] != 0x5C } ?? bytes.count - 1
      return start..<end + 1
    }
    guard bytes[start] == 0x5B || bytes[start] == 0x7B else {
      return start..<((start..<bytes.count).first { ",]}\n\t".utf8.contains(bytes[$0]) } ?? bytes.count)
    }
    var depth = 0
    for index in start..<min(bytes.count, start + 65_536) {
      if bytes[index] == 0x5B || bytes[index] == 0x7B { depth += 1 }
      if bytes[index] == 0x5D || bytes[index] == 0x7D { depth -= 1 }
      if depth == 0 { return start..<index + 1 }
    }
    return nil
  }

  private mutating func splice(_ bytes: inout [UInt8]) {
    let other = chance.pick(others)
    guard !other.isEmpty else { return bytes = [] }
    if chance.oneIn(2) {
      bytes = Array(bytes[..<place(bytes)] + other[place(other)...])
    } else {
      let at = place(bytes)
      bytes.insert(contentsOf: other[range(other, longest: 512)], at: at)
    }
  }

  /// Eight or four bytes become a whole number at the end of its range.
  private mutating func overwriteInteger(_ bytes: inout [UInt8]) {
    let value = chance.pick(Self.integers), width = chance.oneIn(2) ? 8 : 4
    let start = min(place(bytes), max(0, bytes.count - width))
    for byte in 0..<min(width, bytes.count - start) { bytes[start + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte))) }
  }

  private mutating func swapLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: 0x0A, maxSplits: 20_000, omittingEmptySubsequences: false)
    let first = chance.below(lines.count), second = chance.below(lines.count)
    switch chance.below(3) {
    case 0: lines.swapAt(first, second)
    case 1: lines.insert(lines[first], at: second)
    default: lines.remove(at: first)
    }
    bytes = Array(lines.joined(separator: [0x0A]))
  }

  private mutating func foreign() -> [UInt8] { chance.pick(Self.beginnings) }

  private static let bytes: [UInt8] = [
    0, 1, 0x7F, 0x80, 0xFF, 0xC0, 0x0A, 0x0D, 0x09, 0x20, 0x22, 0x27, 0x3A, 0x2D, 0x5B, 0x7B, 0x26, 0x2A,
  ]
  private static let integers: [UInt64] = [
    0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 53, 1 << 62, .max >> 1, 1 << 63, .max - 1,
    .max,
  ]
  private static let numbers = [
    "0", "-1", "1", "2", "-0", "255", "256", "65536", "2147483647", "2147483648", "-2147483649", "4294967296", "9007199254740993",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e308",
    "-1e308", "1e309", "1e-320", "0.1", "1.5", "nan", "inf", "-.inf", "0x10", "1_000", "1e", "00", "999999999999999999999999999999",
  ]
  private static let values = [
    "null", "~", "true", "false", "[]", "{}", "[[]]", "{\"a\": 1}", "\"\"", "\"text\"", "text", "[0]", "[null]", "\"\\u0000\"",
    "\"\\ud800\"", "\"../../etc\"", "\"é\"", "[1, 2, 3]", "{\"a\": {\"b\": []}}", "*a", "&a", "!!binary x", "|", ">",
    "[9223372036854775807]", "[-1, 1e308]",
  ]
  private static let texts: [[UInt8]] = [
    [0], [0xFF, 0xFE], [0xEF, 0xBB, 0xBF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x0D, 0x0A], [0x0A], [0x09],
    [0xE2, 0x80, 0xA8], [0xCC, 0x81], [UInt8](repeating: 0x61, count: 5000), [UInt8](repeating: 0x20, count: 300),
    [UInt8](repeating: 0x0A, count: 300), Array("\u{1F468}\u{200D}\u{1F469}".utf8), Array("İ".utf8), Array("한".utf8),
    Array("<<: *a\n".utf8), Array("---\n".utf8), Array("# \n".utf8), Array("\"".utf8), Array("'".utf8), Array("\\".utf8),
  ]
  private static let nests = [
    ("[", "]"), ("{\"a\":", "}"), ("(", ")"), ("- ", ""), ("{a: ", "}"), ("[[", "]]"), ("? ", ""), ("\"", "\""), ("(?:", ")"),
    ("&a [*a,", "]"),
  ]
  /// How files of other kinds begin.
  private static let beginnings: [[UInt8]] = [
    [], Array("PK\u{3}\u{4}\u{14}\0\0\0\0\0".utf8), Array("\u{80}\u{2}}q\0.".utf8), [0x80, 2, 0x7D, 0x71, 0, 0x2E],
    Array("{}".utf8),
    Array("[]".utf8), Array("{\"weight_map\": {}}".utf8), [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0, 0, 8, 8, 0],
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
    [2, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], Array("id: a\ntitle: b\n".utf8), Array("sentence\tlabel\na\t1\n".utf8),
    Array("<!DOCTYPE html><html>".utf8), [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 0xFF, count: 64),
  ]
}
