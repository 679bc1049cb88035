// A JSON value whose shape is nobody's business but that of who made it.

/// Any JSON value.
package enum JSONValue: Sendable, Equatable {
  case null
  case flag(Bool)
  /// A number without fraction or exponent that fits an `Int`.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// The member of an object; nil where this is no object or has no such member.
  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }
}

extension JSONValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // What a value is not costs more to find out than what it is: so the frequent come first, and numbers are asked for once.
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      // Before numbers: the decoder would read the text "NaN" as one.
      self = .text(value)
    } else if let value = try? container.decode(Double.self) {
      // a whole number that a floating-point one may not hold is read again
      let whole = abs(value) < 0x1p53 ? Int(exactly: value) : try? container.decode(Int.self)
      self = whole.map { .integer($0) } ?? .number(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let values = try? container.decode([JSONValue].self) {
      self = .array(values)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .flag(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}
