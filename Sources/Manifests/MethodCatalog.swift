// What a manifest may say about a method. The methods themselves are unknown here: their registry hands this description in.
import Settings

/// Every method that manifests may name.
package struct MethodCatalog: Sendable, Equatable {
  /// The methods in the order in which they are listed.
  package let methods: [MethodSchema]

  /// Makes a catalog; `clashes` says whether its names are all different.
  package init(_ methods: [MethodSchema]) { self.methods = methods }

  /// The method with this id or alias.
  package func method(named name: String) -> MethodSchema? {
    methods.first { $0.id == name || $0.aliases.contains(name) }
  }

  /// All ids, then all aliases: what an unknown name is compared with.
  var names: [String] { methods.map(\.id) + methods.flatMap(\.aliases) }

  /// Names that mean two things: ids and aliases of two methods, and options named like a training setting or a row's own key.
  var clashes: [String] {
    let names = names
    return names.indices.filter { names[..<$0].contains(names[$0]) }.map { names[$0] }
      + methods.flatMap { method in
        method.options.map(\.name).filter {
          TrainingSettings.schema(named: $0) != nil || MethodRowReader.reservedKeys.contains($0)
        }.map { "\(method.id).\($0)" }
      }
  }
}
