// PRILoRA's ranks by depth and its choice of what to zero.
import Settings
import Tensors

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

/// How PRILoRA prunes.
struct InputNormPruning {
  enum Kind: String {
    case importance, magnitude, random, none
  }
  enum Side: String {
    case a = "A"
    case b = "B"
  }
  enum Group: String {
    case row, column, matrix
  }

  let kind: Kind
  let side: Side
  let group: Group
  let ratio: Double
  let interval: Int
  let beta: Float
  let regrows: Bool
  let prunesAtTheEnd: Bool

  init(_ options: MethodOptions) throws {
    kind = try options.number("prune_ratio") > 0 ? Kind(rawValue: options.text("prune")) ?? .importance : .none
    side = Side(rawValue: try options.text("prune_side")) ?? .a
    group = Group(rawValue: try options.text("compare")) ?? .row
    ratio = try options.number("prune_ratio")
    interval = try options.integer("interval")
    beta = Float(try options.number("beta"))
    regrows = try options.flag("regrow")
    prunesAtTheEnd = try options.flag("final_pruning")
  }

  /// 1 for what is kept: in each group the `floor(ratio · size)` least important go, of equal ones the first.
  func mask(_ importance: Tensor) -> Tensor {
    let (rows, columns) = (importance.shape[0], importance.shape[1]), values = importance.values
    let groups: [[Int]] =
      switch group {
      case .row: (0..<rows).map { row in (0..<columns).map { row * columns + $0 } }
      case .column: (0..<columns).map { column in (0..<rows).map { $0 * columns + column } }
      case .matrix: [Array(0..<rows * columns)]
      }
    var mask = [Float](repeating: 1, count: values.count)
    for group in groups {
      let count = Int(ratio * Double(group.count))
      for index in group.sorted(by: { (values[$0], $0) < (values[$1], $1) }).prefix(count) { mask[index] = 0 }
    }
    return Tensor(mask, shape: importance.shape, on: importance.backend)
  }
}
