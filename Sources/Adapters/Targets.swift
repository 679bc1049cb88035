import Layers
import Settings

/// Which projections a method adapts: by role, or by a pattern of module paths such as `*.layer.11.*`.
enum Targets {
  static let all = ProjectionRole.allCases.map(\.rawValue)
  static let queryAndValue = [ProjectionRole.query, .value].map(\.rawValue)

  static func option(default names: [String]) -> OptionSchema {
    OptionSchema(
      "targets", .names(all + ["all-linear"], patterns: true), default: .texts(names),
      "the linear layers that are adapted: roles, or patterns of module paths, such as *.layer.11.*")
  }

  /// The projections that an option `targets` names, in the model's order.
  ///
  /// - Throws: `AdapterError.noProjection` when one of the names has none.
  static func projections(_ options: MethodOptions, method: MethodSchema, on host: MethodHost) throws -> [Projection] {
    let names = try options.texts("targets")
    let empty = names.filter { name in !host.projections.contains { matches($0, name) } }
    guard empty.isEmpty else { throw AdapterError.noProjection(method: method.id, targets: empty.joined(separator: ", ")) }
    return host.projections.filter { projection in names.contains { matches(projection, $0) } }
  }

  /// Whether a projection is one of those that a name stands for.
  static func matches(_ projection: Projection, _ name: String) -> Bool {
    name == "all-linear" || name == projection.role.rawValue || (name.contains("*") && matches(projection.path, pattern: name))
  }

  /// Whether a path is the pattern's parts in order, with anything at each `*`.
  static func matches(_ path: String, pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = parts.first, let last = parts.last, path.hasPrefix(first) else { return false }
    var rest = path.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return parts.count == 1 ? rest.isEmpty : rest.hasSuffix(last)
  }
}
