// The value of a method's option or of a training setting, and how it is written in canonical JSON and in row ids.

/// A typed value from a manifest.
///
/// `integer(1)` and `number(1.0)` are equal and written alike, so that a value survives JSON, which knows one kind of number.
package enum OptionValue: Sendable, Hashable, Codable {
  /// A whole number.
  case integer(Int)
  /// A finite number.
  case number(Double)
  /// True or false.
  case flag(Bool)
  /// A text or the name of a choice.
  case text(String)
  /// A list of texts, in the order written.
  case texts([String])
  /// A list of finite numbers, in the order written.
  case numbers([Double])

  /// The value as a whole number, where it is one.
  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a number, where it is one.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value as true or false, where it is one.
  package var flag: Bool? { if case .flag(let value) = self { value } else { nil } }

  /// The value as a text, where it is one.
  package var text: String? { if case .text(let value) = self { value } else { nil } }

  /// The value as a list of texts, where it is one. An empty list has no kind of its own.
  package var texts: [String]? {
    switch self {
    case .texts(let values): values
    case .numbers(let values) where values.isEmpty: []
    default: nil
    }
  }

  /// The value as a list of numbers, where it is one.
  package var numbers: [Double]? {
    switch self {
    case .numbers(let values): values
    case .texts(let values) where values.isEmpty: []
    default: nil
    }
  }

  /// The value as canonical JSON, which also decides equality.
  package var canonical: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .flag(let value): .flag(value)
    case .text(let value): .text(value)
    case .texts(let values): .array(values.map { .text($0) })
    case .numbers(let values): .array(values.map { .number($0) })
    }
  }

  /// The value as it appears in labels and, after replacement of what an id may not hold, in row ids:
  /// `0.9`, `5e-5`, `true`, `query+value`.
  package var readable: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): JSONValue.text(of: value).replacing("e-0", with: "e-")
    case .flag(let value): "\(value)"
    case .text(let value): value
    case .texts(let values): values.joined(separator: "+")
    case .numbers(let values): values.map { OptionValue.number($0).readable }.joined(separator: "+")
    }
  }

  package static func == (first: OptionValue, second: OptionValue) -> Bool {
    switch (first, second) {
    case (.integer(let one), .integer(let other)): one == other
    case (.text(let one), .text(let other)): one == other
    case (.flag(let one), .flag(let other)): one == other
    default: first.canonical.compact == second.canonical.compact
    }
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(canonical.compact) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let values = try? container.decode([String].self) {
      self = .texts(values)
    } else {
      self = .numbers(try container.decode([Double].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .texts(let values): try container.encode(values)
    case .numbers(let values): try container.encode(values)
    }
  }
}
