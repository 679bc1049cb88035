// CSV as RFC 4180 has it: fields between commas; one in quotes may hold commas, line breaks, and quotes that are doubled. Line ends
// are LF or CRLF, the last one may be missing, and a line without anything is no row.

/// The rows of a CSV file.
struct CSVRows: TableRows {
  private let file: TextLines
  private var position: Int
  /// The line of `position`, from 1.
  private var line = 1
  /// The texts of a row's quoted fields, without their quotes, by where they stand in the file.
  private var unquoted: [Int: String] = [:]

  init(_ file: TextLines) {
    self.file = file
    position = file.start
  }

  mutating func next(into fields: inout [Range<Int>]) throws(DatasetError) -> Int? {
    while position < file.bytes.count, takeLineEnd() {}
    guard position < file.bytes.count else { return nil }
    fields.removeAll(keepingCapacity: true)
    unquoted.removeAll(keepingCapacity: true)
    let first = line
    repeat { fields.append(try field()) } while take(Self.comma)
    _ = takeLineEnd()
    return first
  }

  func text(_ field: Range<Int>) -> String { unquoted[field.lowerBound] ?? file.text(field) }

  /// Takes a field; where it stands in the file, with its quotes.
  private mutating func field() throws(DatasetError) -> Range<Int> {
    let start = position
    if take(Self.quote) {
      unquoted[start] = try quotedText()
      guard position == file.bytes.count || file.bytes[position] == Self.comma || isLineEnd else {
        throw .strayQuote(path: file.path, line: line)
      }
    } else {
      while position < file.bytes.count, file.bytes[position] != Self.comma, !isLineEnd {
        if file.bytes[position] == Self.quote { throw .strayQuote(path: file.path, line: line) }
        position += 1
      }
    }
    return start..<position
  }

  /// The text up to the quote that ends it, which is taken too.
  private mutating func quotedText() throws(DatasetError) -> String {
    var text: [UInt8] = []
    let opened = line
    while position < file.bytes.count {
      let byte = file.bytes[position]
      position += 1
      if byte == Self.quote, !take(Self.quote) { return String(decoding: text, as: UTF8.self) }
      if byte == Self.newline { line += 1 }
      text.append(byte)
    }
    throw .openQuote(path: file.path, line: opened)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < file.bytes.count, file.bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// A return at the end of the file is what is left of a line end.
  private var isLineEnd: Bool {
    guard position < file.bytes.count else { return false }
    let byte = file.bytes[position], next = position + 1
    return byte == Self.newline || byte == Self.carriageReturn && (next == file.bytes.count || file.bytes[next] == Self.newline)
  }

  private mutating func takeLineEnd() -> Bool {
    guard isLineEnd else { return false }
    if !take(Self.newline) { position = min(position + 2, file.bytes.count) }
    line += 1
    return true
  }

  private static let comma = UInt8(ascii: ","), quote = UInt8(ascii: "\""), newline = UInt8(ascii: "\n"),
    carriageReturn = UInt8(ascii: "\r")
}
