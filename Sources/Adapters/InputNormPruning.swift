// PRILoRA's choice of what to zero.
import Settings
import Tensors

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
    func count(_ size: Int) -> Int { Int(ratio * Double(size)) }
    switch group {
    case .row: return importance.keepingHighest(dropping: count(importance.shape[1]))
    case .column: return importance.transposed.keepingHighest(dropping: count(importance.shape[0])).transposed
    case .matrix:
      return importance.reshaped([1, importance.count]).keepingHighest(dropping: count(importance.count)).reshaped(importance.shape)
    }
  }
}
