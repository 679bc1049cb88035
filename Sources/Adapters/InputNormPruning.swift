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
