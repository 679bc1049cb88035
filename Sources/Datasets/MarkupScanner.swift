// The pieces of an XML text: what data needs of it, and nothing that could name another file. Document types, and with them all
// entities of their own, are refused.
import Settings

/// A cursor over the bytes of an XML file.
struct MarkupScanner {
  /// A tag, or what stands between two.
  enum Piece: Equatable {
    /// An element begins; its attributes are checked and left.
    case start(String, isEmpty: Bool)
    case end(String)
    /// Characters, with references resolved.
    case text(String)
  }

  private let file: TextLines
  private var position: Int
  /// The line of the cursor, from 1.
  private(set) var line = 1

  init(_ file: TextLines) {
    self.file = file
    position = file.start
  }

  /// The next piece; nil at the end. Comments and declarations are none.
  mutating func next() throws(DatasetError) -> Piece? {
    while position < file.bytes.count {
      if take("<!--") {
        _ = try upTo("-->", of: "comment")
      } else if take("<?") {
        _ = try upTo("?>", of: "declaration")
      } else if take("<![CDATA[") {
        return .text(Self.text(try upTo("]]>", of: "CDATA section")))
      } else if starts("<!") {
        throw problem("a document type or a declaration of one, which this format has no use for: remove it")
      } else if take("</") {
        let name = try name()
        skipSpace()
        try expect(">")
        return .end(name)
      } else if take("<") {
        return try startTag()
      } else {
        return .text(try characters())
      }
    }
    return nil
  }

  private mutating func startTag() throws(DatasetError) -> Piece {
    let name = try name()
    while true {
      let hadSpace = skipSpace()
      if take("/>") { return .start(name, isEmpty: true) }
      if take(">") { return .start(name, isEmpty: false) }
      guard hadSpace, position < file.bytes.count else { throw problem("the tag \(quoted("<\(name)")) has no end") }
      _ = try self.name()
      skipSpace()
      try expect("=")
      skipSpace()
      let quote: StaticString = starts("'") ? "'" : "\""
      try expect(quote)
      let value = try upTo(quote, of: "attribute's value")
      if value.contains(UInt8(ascii: "<")) { throw problem("a '<' within an attribute's value") }
    }
  }

  private mutating func name() throws(DatasetError) -> String {
    let name = file.bytes[position...].prefix { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"), 0x80...: true
      default: false
      }
    }
    guard !name.isEmpty else { throw problem("a '<' without a name: one that belongs to the text is written '&lt;'") }
    position += name.count
    return String(decoding: name, as: UTF8.self)
  }

  /// Characters up to the next tag.
  private mutating func characters() throws(DatasetError) -> String {
    var result = ""
    while position < file.bytes.count, file.bytes[position] != UInt8(ascii: "<") {
      if take("&") {
        result.unicodeScalars.append(try reference())
      } else {
        let plain = file.bytes[position...].prefix { $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") }
        advance(plain.count)
        result += Self.text(plain)
      }
    }
    return result
  }

  /// The character that a reference stands for, whose `&` was taken.
  private mutating func reference() throws(DatasetError) -> Unicode.Scalar {
    let longest = 10
    let body = file.bytes[position...].prefix(longest).prefix { $0 != UInt8(ascii: ";") }
    let name = String(decoding: body, as: UTF8.self)
    guard file.bytes[position...].dropFirst(body.count).first == UInt8(ascii: ";") else {
      throw problem("a '&' that begins no reference: one that belongs to the text is written '&amp;'")
    }
    position += body.count + 1
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      let isHexadecimal = name.hasPrefix("#x"), digits = name.dropFirst(isHexadecimal ? 2 : 1)
      guard name.hasPrefix("#"), digits.first?.isHexDigit == true, let code = UInt32(digits, radix: isHexadecimal ? 16 : 10),
        code > 0,
        let scalar = Unicode.Scalar(code)
      else { throw problem("\(quoted("&\(name);")) is no character that XML itself knows") }
      return scalar
    }
  }

  /// A line end is one character, as XML has it.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return bytes.contains(UInt8(ascii: "\r")) ? text.replacing("\r\n", with: "\n") : text
  }

  /// Takes all before an ending, and the ending.
  private mutating func upTo(_ end: StaticString, of kind: String) throws(DatasetError) -> ArraySlice<UInt8> {
    let first = line, start = position
    while position < file.bytes.count {
      let stop = position
      if take(end) { return file.bytes[start..<stop] }
      advance(1)
    }
    throw .invalidEntries(path: file.path, place: ":\(first)", problem: "the \(kind) that begins here has no end: the file is cut")
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let space = file.bytes[position...].prefix { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    advance(space.count)
    return !space.isEmpty
  }

  private mutating func expect(_ text: StaticString) throws(DatasetError) {
    guard take(text) else { throw problem("'\(text)' was expected") }
  }

  private func starts(_ text: StaticString) -> Bool { text.withUTF8Buffer { file.bytes[position...].starts(with: $0) } }

  private mutating func take(_ text: StaticString) -> Bool {
    guard starts(text) else { return false }
    position += text.utf8CodeUnitCount
    return true
  }

  private mutating func advance(_ count: Int) {
    line += file.bytes[position..<position + count].count { $0 == UInt8(ascii: "\n") }
    position += count
  }

  private func problem(_ problem: String) -> DatasetError {
    .invalidEntries(path: file.path, place: ":\(line)", problem: problem)
  }
}
