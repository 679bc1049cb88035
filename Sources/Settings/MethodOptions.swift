// The options of one method, as a specification holds them and as the method takes them.

/// The options of a method, sorted by name.
public struct MethodOptions: Sendable, Equatable {
  /// The options by name.
  public let values: [(name: String, value: OptionValue)]

  /// Makes options of values with different names.
  public init(_ values: [(String, OptionValue)]) {
    self.values = values.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map { (name: $0.0, value: $0.1) }
  }

  /// The options as a dictionary.
  public var byName: [String: OptionValue] {
    Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The value of an option; nil where it has none.
  public subscript(name: String) -> OptionValue? { values.first { $0.name == name }?.value }

  public static func == (first: MethodOptions, second: MethodOptions) -> Bool {
    first.values.map(\.name) == second.values.map(\.name) && first.values.map(\.value) == second.values.map(\.value)
  }
}

extension MethodOptions: Codable {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer().decode([String: OptionValue].self)
    self.init(values.map { ($0.key, $0.value) })
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
  }
}
