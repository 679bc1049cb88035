import Layers

/// Which projections a method adapts, by role: names never have to be matched.
enum Targets {
  static let all = ProjectionRole.allCases.map(\.rawValue)
  static let queryAndValue = [ProjectionRole.query, .value].map(\.rawValue)

  static func option(default names: [String]) -> OptionDescription {
    OptionDescription("targets", .list(all + ["all-linear"]), default: .list(names), "the linear layers that are adapted")
  }

  /// The projections that an option `targets` names, in the model's order.
  static func projections(_ options: MethodOptions, method: MethodDescription, on host: MethodHost) throws -> [Projection] {
    let names = options.list("targets")
    let chosen = host.projections.filter { names.contains("all-linear") || names.contains($0.role.rawValue) }
    guard !chosen.isEmpty else {
      throw AdapterError.noProjection(method: method.id, targets: names.joined(separator: ", "))
    }
    return chosen
  }
}
