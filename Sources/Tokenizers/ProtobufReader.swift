// Walks the fields of a protocol buffer without trusting any of its lengths.

/// A cursor over the fields of one protobuf message.
struct ProtobufReader {
  /// A field's value as it is on the wire.
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next field; nil at the end.
  ///
  /// - Throws: ``Malformed`` where the bytes are no protobuf.
  mutating func next() throws(Malformed) -> (field: UInt64, value: Value)? {
    if rest.isEmpty { return nil }
    let key = try varint()
    guard key >> 3 > 0 else { throw Malformed(problem: "a field has number 0") }
    switch key & 7 {
    case 0: return (key >> 3, .varint(try varint()))
    case 1:
      _ = try take(8)
      return (key >> 3, .fixed64)
    case 2: return (key >> 3, .bytes(try take(try varint())))
    case 5:
      let bytes = try take(4)
      return (key >> 3, .fixed32(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }))
    default: throw Malformed(problem: "a field has the unknown wire type \(key & 7)")
    }
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw Malformed(problem: "it ends within a number") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed(problem: "a number has more than ten bytes")
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= UInt64(rest.count), let count = Int(exactly: count) else {
      throw Malformed(problem: "a field of \(count) bytes has only \(rest.count) left")
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// What is wrong with the bytes.
  struct Malformed: Error {
    let problem: String
  }
}
