// Reads little-endian numbers and runs of bytes one after the other, and never beyond the end.

/// A position in a run of bytes.
struct ByteCursor {
  /// The bytes ended before what was asked for.
  struct Exhausted: Error {}

  let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  var remaining: Int { bytes.count - position }

  mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw Exhausted() }
    position += 1
    return bytes[position - 1]
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw Exhausted() }
    position += count
    return bytes[position - count..<position]
  }

  /// The next little-endian number of the given width.
  mutating func unsigned<Number: FixedWidthInteger & UnsignedInteger>(_ type: Number.Type) throws -> Number {
    try take(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number($1) }
  }

  /// The bytes up to the next line feed, which is skipped.
  mutating func line() throws -> ArraySlice<UInt8> {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else { throw Exhausted() }
    defer { position = end + 1 }
    return bytes[position..<end]
  }
}
