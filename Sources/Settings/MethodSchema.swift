// What a method says of itself: to manifests, to help, and to tables.

/// A method by its names and options.
public struct MethodSchema: Sendable, Equatable {
  /// The id in manifests and on the command line, as in `lora`.
  public let id: String
  /// Other names that mean the same method.
  public let aliases: [String]
  /// The name in tables, as in `LoRA`.
  public let label: String
  /// Authors, year and title of what proposed it.
  public let source: String
  /// The options, in the order in which they are listed and become part of row ids.
  public let options: [OptionSchema]

  /// Describes a method.
  public init(id: String, aliases: [String] = [], label: String, source: String, options: [OptionSchema]) {
    self.id = id
    self.aliases = aliases
    self.label = label
    self.source = source
    self.options = options
  }

  /// The option of this name.
  public func option(named name: String) -> OptionSchema? { options.first { $0.name == name } }
}
