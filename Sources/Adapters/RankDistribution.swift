// PRILoRA's ranks by depth.
import Settings

/// The rank of each layer.
struct RankDistribution {
  let ranks: [Int]

  /// Linear from the first layer's rank to the last one's, rounded half up; or all of that rank in the last few layers, or in the first.
  ///
  /// - Throws: `AdapterError.badOption` when the rank is to be concentrated on more layers than there are, or somewhere but on no layers.
  init(_ options: MethodOptions, depth: Int) throws {
    let (first, last) = (Double(try options.integer("rank_first")), Double(try options.integer("rank_last")))
    let linear = (0..<depth).map { layer in
      Int((first + (last - first) * Double(layer) / Double(max(1, depth - 1)) + 0.5).rounded(.down))
    }
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
}
