// What a method says of itself: to manifests, to help, and to tables.

/// A method by its names and options.
package struct MethodSchema: Sendable, Equatable {
  /// The id in manifests and on the command line, as in `lora`.
  package let id: String
  /// Other names that mean the same method.
  package let aliases: [String]
  /// The name in tables, as in `LoRA`.
  package let label: String
  /// Authors, year and title of what proposed it.
  package let source: String
  /// The options, in the order in which they are listed and become part of row ids.
  package let options: [OptionSchema]

  /// Describes a method.
  package init(id: String, aliases: [String] = [], label: String, source: String, options: [OptionSchema]) {
    self.id = id
    self.aliases = aliases
    self.label = label
    self.source = source
    self.options = options
  }

  /// The option of this name.
  package func option(named name: String) -> OptionSchema? { options.first { $0.name == name } }
}
