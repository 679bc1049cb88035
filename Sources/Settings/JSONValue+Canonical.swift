// JSON with exactly one way to write each value: keys sorted by their bytes, no spaces, the shortest digits that read back
// as the same number. It is hashed, so it may not follow a library's taste, which may change between versions.

extension JSONValue {
  /// The one way to write this value.
  package var compact: String {
    switch self {
    case .null: return "null"
    case .flag(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return value.isFinite ? Self.text(of: value) : Self.quoted("\(value)")
    case .text(let value): return Self.quoted(value)
    case .array(let values): return "[" + values.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      let keys = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      return "{" + keys.map { Self.quoted($0) + ":" + (members[$0] ?? .null).compact }.joined(separator: ",") + "}"
    }
  }

  /// This value as it reads back from `compact`: a whole number is an integer, one that is not finite a text.
  package var reread: JSONValue {
    switch self {
    case .number(let value):
      if !value.isFinite { return .text("\(value)") }
      return Int(exactly: value).map { .integer($0) } ?? self
    case .array(let values): return .array(values.map(\.reread))
    case .object(let members): return .object(members.mapValues(\.reread))
    default: return self
    }
  }

  /// The shortest digits that read back as `value`; a whole number has no fraction, and -0 is 0.
  package static func text(of value: Double) -> String {
    if let whole = Int(exactly: value), abs(value) < 1e15 { return String(whole) }
    return value.description
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
