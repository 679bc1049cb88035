// Reads `vocab.json`, one flat JSON object from token to id, and knows the line and every repetition,
// which a general JSON reader forgets.

/// One entry of a vocabulary.
struct VocabularyEntry: Sendable, Equatable {
  let token: String
  let id: Int
  /// The line of the file, nil where its reader did not keep it.
  let line: Int?
}

/// A reader of a flat JSON object of integers.
struct VocabularyJSON {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1

  private init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// The entries of a vocabulary file, in its order.
  ///
  /// - Throws: ``TokenizerError`` naming the line.
  static func entries(_ bytes: [UInt8], file: String) throws -> [VocabularyEntry] {
    var reader = VocabularyJSON(bytes: bytes, file: file)
    var entries: [VocabularyEntry] = []
    try reader.expect("{")
    if reader.nextByte() == UInt8(ascii: "}") {
      try reader.expect("}")
    } else {
      repeat {
        reader.skipSpace()
        let line = reader.line
        let token = try reader.string()
        try reader.expect(":")
        entries.append(VocabularyEntry(token: token, id: try reader.integer(), line: line))
      } while try reader.separatorOrEnd()
    }
    if reader.nextByte() != nil { throw reader.problem("there is more after the closing brace") }
    return entries
  }

  private mutating func skipSpace() {
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
  private mutating func nextByte() -> UInt8? {
    skipSpace()
    return position < bytes.count ? bytes[position] : nil
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard let byte = nextByte(), byte == UInt8(ascii: character) else {
      throw problem("'\(character)' was expected, \(found) found")
    }
    position += 1
  }

  /// Takes a comma or the closing brace; whether another entry follows.
  private mutating func separatorOrEnd() throws -> Bool {
    if nextByte() == UInt8(ascii: ",") {
      position += 1
      return true
    }
    try expect("}")
    return false
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw problem("an id, a whole number, was expected, \(digits.isEmpty ? found : "one too large") found")
    }
    position += digits.count
    return value
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw problem("this token is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escaped())
      case 0..<0x20: throw problem("this token has a control character")
      default: text.append(byte)
      }
    }
    throw problem("the file ends within a token")
  }

  /// The UTF-8 of what stands after a backslash.
  private mutating func escaped() throws -> [UInt8] {
    guard position < bytes.count else { throw problem("the file ends within a token") }
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

  private var found: String {
    position < bytes.count ? "'\(String(decoding: bytes[position...].prefix(1), as: UTF8.self))'" : "the file's end"
  }

  private func problem(_ problem: String) -> TokenizerError {
    .malformedLine(file: file, line: line, problem: problem, remedy: TokenizerError.downloadAgain)
  }
}
