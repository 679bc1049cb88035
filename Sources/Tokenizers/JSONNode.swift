// A JSON file as a tree that keeps the order of its members and compares keys by their bytes: in a vocabulary, two
// spellings of one accented letter are two tokens, which a Swift dictionary takes for one.

/// A value of a JSON file.
struct JSONNode: Sendable {
  enum Value: Sendable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSONNode])
    case members([Member])
  }

  struct Member: Sendable {
    let key: String
    let node: JSONNode
  }

  let value: Value
  /// The line where the value begins, from 1.
  let line: Int

  /// Deeper files are refused, so that none can exhaust the stack.
  private static let deepest = 64

  /// Reads a whole file.
  ///
  /// - Throws: ``TokenizerError`` naming the line.
  static func read(_ bytes: [UInt8], file: String) throws -> JSONNode {
    var scanner = JSONScanner(bytes, file: file)
    let node = try read(&scanner, depth: 0)
    if scanner.nextByte() != nil { throw scanner.problem("there is more after the closing brace") }
    return node
  }

  private static func read(_ scanner: inout JSONScanner, depth: Int) throws -> JSONNode {
    guard depth <= deepest else { throw scanner.problem("more than \(deepest) brackets are open") }
    let first = scanner.nextByte()
    let line = scanner.line
    func node(_ value: Value) -> JSONNode { JSONNode(value: value, line: line) }
    switch first {
    case UInt8(ascii: "{"):
      try scanner.expect("{")
      var members: [Member] = []
      if scanner.nextByte() == UInt8(ascii: "}") {
        try scanner.expect("}")
        return node(.members([]))
      }
      repeat {
        let key = try scanner.string()
        try scanner.expect(":")
        members.append(Member(key: key, node: try read(&scanner, depth: depth + 1)))
      } while try scanner.separatorOrEnd("}")
      return node(.members(members))
    case UInt8(ascii: "["):
      try scanner.expect("[")
      var list: [JSONNode] = []
      if scanner.nextByte() == UInt8(ascii: "]") {
        try scanner.expect("]")
        return node(.list([]))
      }
      repeat { list.append(try read(&scanner, depth: depth + 1)) } while try scanner.separatorOrEnd("]")
      return node(.list(list))
    case UInt8(ascii: "\""): return node(.text(try scanner.string()))
    default:
      if scanner.take("true") { return node(.flag(true)) }
      if scanner.take("false") { return node(.flag(false)) }
      if scanner.take("null") { return node(.null) }
      let start = scanner
      let digits = scanner.digits { byte in
        (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
      }
      if let whole = Int(digits) { return node(.integer(whole)) }
      guard let number = Double(digits), number.isFinite else {
        throw start.problem("a value of JSON was expected, \(digits.isEmpty ? start.found : "'\(digits.prefix(30))'") found")
      }
      return node(.number(number))
    }
  }

  /// What kind of value this is, for a message.
  var kind: String {
    switch value {
    case .null: "null"
    case .flag(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .text(let text): "'\(text.unicodeScalars.prefix(40).reduce(into: "") { $0.unicodeScalars.append($1) })'"
    case .list: "a list"
    case .members: "an object"
    }
  }
}
