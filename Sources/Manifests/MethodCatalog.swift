// What a manifest may say about a method. The methods themselves are unknown here: their registry hands this description in.

/// The type and the limits of an option's value.
public enum OptionType: Sendable, Equatable {
  /// A whole number between two bounds, both allowed.
  case integer(ClosedRange<Int>)
  /// A number between two bounds, both allowed.
  case number(ClosedRange<Double>)
  /// A number above the lower bound and at most the upper one.
  case numberAbove(Double, atMost: Double)
  /// `true` or `false`.
  case flag
  /// One of these names.
  case choice([String])
  /// A list of names, none twice, from these; with `patterns`, texts with a `*` too.
  case names([String], patterns: Bool)
  /// A list of exactly so many numbers, each between two bounds.
  case numbers(count: Int, ClosedRange<Double>)
  /// Any text that is not empty.
  case text

  /// Whether a YAML list is one value of this type, instead of several values for several rows.
  public var isList: Bool {
    switch self {
    case .names, .numbers: true
    default: false
    }
  }
}

/// One option of a method, or one training setting.
public struct OptionSchema: Sendable, Equatable {
  /// The key in a manifest: lower case, words joined by `_`.
  public let name: String
  /// The type and the limits of its value.
  public let type: OptionType
  /// The value where none is given. Nil: the option is then left out of the run's specification.
  public let defaultValue: OptionValue?
  /// Options that cannot be given together with this one; giving one replaces the others of an outer layer.
  public let excludes: [String]
  /// One sentence for people: what it does, in which unit.
  public let documentation: String

  /// Makes an option's description.
  public init(
    _ name: String, _ type: OptionType, default defaultValue: OptionValue? = nil, excludes: [String] = [],
    _ documentation: String
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.excludes = excludes
    self.documentation = documentation
  }
}

/// One method as manifests see it.
public struct MethodSchema: Sendable, Equatable {
  /// The id, as in `lora`.
  public let id: String
  /// Other names that mean the same method.
  public let aliases: [String]
  /// The name in tables, as in `LoRA`.
  public let label: String
  /// The options, in the order in which they are listed and become part of row ids.
  public let options: [OptionSchema]
  /// One sentence on what the method does, with its source.
  public let documentation: String

  /// Makes a method's description. An option may not have the name of a training setting.
  public init(id: String, aliases: [String] = [], label: String, options: [OptionSchema], _ documentation: String) {
    precondition(
      !options.contains { TrainingRecipe.schema(named: $0.name) != nil || MethodRow.reservedKeys.contains($0.name) },
      "method \(id) has an option with the name of a training setting or of a row's own key")
    self.id = id
    self.aliases = aliases
    self.label = label
    self.options = options
    self.documentation = documentation
  }

  /// The option of this name.
  public func option(named name: String) -> OptionSchema? { options.first { $0.name == name } }
}

/// Every method that manifests may name.
public struct MethodCatalog: Sendable, Equatable {
  /// The methods in the order in which they are listed.
  public let methods: [MethodSchema]

  /// Makes a catalog. No two methods may share an id or an alias.
  public init(_ methods: [MethodSchema]) {
    let names = methods.flatMap { [$0.id] + $0.aliases }
    precondition(Set(names).count == names.count, "two methods share an id or an alias")
    self.methods = methods
  }

  /// The method with this id or alias.
  public func method(named name: String) -> MethodSchema? {
    methods.first { $0.id == name || $0.aliases.contains(name) }
  }

  /// All ids, then all aliases: what an unknown name is compared with.
  var names: [String] { methods.map(\.id) + methods.flatMap(\.aliases) }
}

/// All that manifests may name and that this target does not know by itself.
public struct ManifestVocabulary: Sendable, Equatable {
  /// The methods with their options.
  public let methods: MethodCatalog
  /// The ids of the built-in tasks, in the order in which they are listed.
  public let tasks: [String]
  /// The names of the metrics.
  public let metrics: [String]

  /// Makes a vocabulary from its parts.
  public init(methods: MethodCatalog, tasks: [String], metrics: [String]) {
    self.methods = methods
    self.tasks = tasks
    self.metrics = metrics
  }
}
