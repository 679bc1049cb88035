// Reads the bytes of a JSON file piece by piece and knows the line, which a general JSON reader forgets.

/// A cursor over the bytes of a JSON file.
struct JSONScanner {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  /// The line of the next byte, from 1.
  private(set) var line = 1

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      default: return
      }
      position += 1
    }
  }

  /// The next byte that is no white space, without taking it.
  mutating func nextByte() -> UInt8? {
    skipSpace()
    return position < bytes.count ? bytes[position] : nil
  }

  mutating func expect(_ character: Unicode.Scalar) throws {
    guard let byte = nextByte(), byte == UInt8(ascii: character) else {
      throw problem("'\(character)' was expected, \(found) found")
    }
    position += 1
  }

  /// Takes a comma or the closing bracket; whether another entry follows.
  mutating func separatorOrEnd(_ end: Unicode.Scalar) throws -> Bool {
    if nextByte() == UInt8(ascii: ",") {
      position += 1
      return true
    }
    try expect(end)
    return false
  }

  /// Takes a word such as `true` if it is next.
  mutating func take(_ word: StaticString) -> Bool {
    skipSpace()
    let matches = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
    if matches { position += word.utf8CodeUnitCount }
    return matches
  }

  /// The characters of a number, unchecked; none where no number is next.
  mutating func digits(_ isTaken: (UInt8) -> Bool) -> String {
    skipSpace()
    let digits = bytes[position...].prefix(while: isTaken)
    position += digits.count
    return String(decoding: digits, as: UTF8.self)
  }

  mutating func integer() throws -> Int {
    let start = self
    let digits = digits { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    guard let value = Int(digits) else {
      throw start.problem("an id, a whole number, was expected, \(digits.isEmpty ? found : "one too large") found")
    }
    return value
  }

  mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw problem("this string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escaped())
      case 0..<0x20: throw problem("this string has a control character")
      default: text.append(byte)
      }
    }
    throw problem("the file ends within a string")
  }

  /// The UTF-8 of what stands after a backslash.
  private mutating func escaped() throws -> [UInt8] {
    guard position < bytes.count else { throw problem("the file ends within a string") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
        position += 2
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw problem("half a surrogate pair") }
      return Array(text.utf8)
    default: throw problem("'\\\(Character(Unicode.Scalar(byte)))' is no escape of JSON")
    }
  }

  private mutating func codeUnit() throws -> UInt16 {
    let digits = bytes[position...].prefix(4)
    let isHexadecimal = digits.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
    guard digits.count == 4, isHexadecimal, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
      throw problem("four hexadecimal digits were expected after \\u")
    }
    position += 4
    return unit
  }

  /// What stands at the cursor, for a message.
  var found: String {
    position < bytes.count ? "'\(String(decoding: bytes[position...].prefix(1), as: UTF8.self))'" : "the file's end"
  }

  func problem(_ problem: String) -> TokenizerError {
    .malformedLine(file: file, line: line, problem: problem, remedy: TokenizerError.downloadAgain)
  }
}
