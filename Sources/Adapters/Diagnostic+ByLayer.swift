import Layers

extension Diagnostic {
  /// One number for each projection as `[layer, module]`, modules by role; where a layer's role is not adapted stands `absent`.
  static func byLayer(
    _ path: String, _ projections: [Projection], numbers: [Double], absent: Double, names: [String: [String]] = [:]
  ) -> Diagnostic {
    let (shape, modules, places) = grid(projections)
    var values = [Double](repeating: absent, count: shape[0] * shape[1])
    for (place, number) in zip(places, numbers) { values[place] = number }
    return Diagnostic(
      path, shape: shape, .numbers(values), dimensions: ["layer", "module"], names: names.merging(["module": modules]) { $1 })
  }

  static func byLayer(
    _ path: String, _ projections: [Projection], integers: [Int64], absent: Int64, names: [String: [String]] = [:]
  ) -> Diagnostic {
    let (shape, modules, places) = grid(projections)
    var values = [Int64](repeating: absent, count: shape[0] * shape[1])
    for (place, number) in zip(places, integers) { values[place] = number }
    return Diagnostic(
      path, shape: shape, .integers(values), dimensions: ["layer", "module"], names: names.merging(["module": modules]) { $1 })
  }

  private static func grid(_ projections: [Projection]) -> (shape: [Int], modules: [String], places: [Int]) {
    let roles = ProjectionRole.allCases.filter { role in projections.contains { $0.role == role } }
    let layers = (projections.map(\.layer).max() ?? -1) + 1
    let places = projections.map { $0.layer * roles.count + (roles.firstIndex(of: $0.role) ?? 0) }
    return ([layers, roles.count], roles.map(\.rawValue), places)
  }
}
