// PRILoRA's ranks by depth, which AFLoRA can have too.
import Settings

/// The rank of each layer.
struct RankDistribution {
  let ranks: [Int]

  /// Linear from the first layer's rank to the last one's, rounded half up; or all of that rank in the last few layers, or in the first.
  ///
  /// - Throws: `AdapterError.badOption` when the rank is to be concentrated on more layers than there are, or somewhere but on no layers.
  init(_ options: MethodOptions, depth: Int) throws {
    let linear = Self.linear(from: try options.integer("rank_first"), to: try options.integer("rank_last"), depth: depth)
    guard options.has("concentrated_layers") else {
      guard !options.has("concentrated_in") else {
        throw AdapterError.badOption(
          method: PRILoRA.description.id, option: "concentrated_in", found: "given without 'concentrated_layers'",
          expected: "both or neither")
      }
      ranks = linear
      return
    }
    let layers = try options.integer("concentrated_layers")
    guard layers <= depth else {
      throw AdapterError.badOption(
        method: PRILoRA.description.id, option: "concentrated_layers", found: "\(layers)",
        expected: "at most the model's \(depth) layers")
    }
    let rank = (linear.reduce(0, +) + layers / 2) / layers
    let (none, all) = (Array(repeating: 0, count: depth - layers), Array(repeating: rank, count: layers))
    let isLower = try options.has("concentrated_in") && options.text("concentrated_in") == "lower"
    ranks = isLower ? all + none : none + all
  }

  /// The rank of each layer on the line from the first layer's to the last one's, rounded half up.
  static func linear(from first: Int, to last: Int, depth: Int) -> [Int] {
    (0..<depth).map { layer in
      Int((Double(first) + Double(last - first) * Double(layer) / Double(max(1, depth - 1)) + 0.5).rounded(.down))
    }
  }

  /// The same of a method whose options `rank_first` and `rank_last` stand in place of one rank; nil where neither is given.
  ///
  /// - Throws: `AdapterError.badOption` where one is given without the other.
  static func linear(_ options: MethodOptions, method: MethodSchema, depth: Int) throws -> [Int]? {
    let (hasFirst, hasLast) = (options.has("rank_first"), options.has("rank_last"))
    guard hasFirst || hasLast else { return nil }
    guard hasFirst, hasLast else {
      let (given, missing) = hasFirst ? ("rank_first", "rank_last") : ("rank_last", "rank_first")
      throw AdapterError.badOption(
        method: method.id, option: given, found: "given without '\(missing)'", expected: "both, or 'rank' alone")
    }
    return linear(from: try options.integer("rank_first"), to: try options.integer("rank_last"), depth: depth)
  }
}
