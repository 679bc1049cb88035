/// The shape of one matrix product: `[m, k]` by `[k, n]`, and how its operands are stored.
public struct ProductShape: Sendable, Hashable, Comparable {
  /// Rows of the result.
  public let m: Int
  /// Columns of the result.
  public let n: Int
  /// Terms of each sum.
  public let k: Int
  /// Whether the left factor is read transposed.
  public let left: Transposition
  /// Whether the right factor is read transposed.
  public let right: Transposition

  private var order: [Int] { [m, n, k, left == .none ? 0 : 1, right == .none ? 0 : 1] }

  public static func < (first: ProductShape, second: ProductShape) -> Bool {
    first.order.lexicographicallyPrecedes(second.order)
  }
}
