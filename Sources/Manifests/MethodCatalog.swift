// What a manifest may say about a method. The methods themselves are unknown here: their registry hands this description in.
import Settings

/// Every method that manifests may name.
public struct MethodCatalog: Sendable, Equatable {
  /// The methods in the order in which they are listed.
  public let methods: [MethodSchema]

  /// Makes a catalog. No two methods may share an id or an alias, and no option may have the name of a training setting or of a
  /// row's own key.
  public init(_ methods: [MethodSchema]) {
    precondition(
      !methods.flatMap(\.options).contains {
        TrainingRecipe.schema(named: $0.name) != nil || MethodRow.reservedKeys.contains($0.name)
      }, "an option has the name of a training setting or of a row's own key")
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
