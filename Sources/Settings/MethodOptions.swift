// The options of one method, as a specification holds them and as the method takes them.

/// The options of a method, sorted by name.
package struct MethodOptions: Sendable, Equatable {
  /// The options by name.
  package let values: [(name: String, value: OptionValue)]

  /// Makes options of values with different names.
  package init(_ values: [(String, OptionValue)]) {
    self.values = values.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map { (name: $0.0, value: $0.1) }
  }

  /// The options as a dictionary.
  package var byName: [String: OptionValue] {
    Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The value of an option; nil where it has none.
  package subscript(name: String) -> OptionValue? { values.first { $0.name == name }?.value }

  package static func == (first: MethodOptions, second: MethodOptions) -> Bool {
    first.values.map(\.name) == second.values.map(\.name) && first.values.map(\.value) == second.values.map(\.value)
  }
}

extension MethodOptions: Codable {
  package init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer().decode([String: OptionValue].self)
    self.init(values.map { ($0.key, $0.value) })
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(values.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
  }
}
