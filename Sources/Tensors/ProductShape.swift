/// The shape of one matrix product: `[m, k]` by `[k, n]`, and how its operands are stored.
package struct ProductShape: Sendable, Hashable, Comparable {
  /// Rows of the result.
  package let m: Int
  /// Columns of the result.
  package let n: Int
  /// Terms of each sum.
  package let k: Int
  /// Whether the left factor is read transposed.
  package let left: Transposition
  /// Whether the right factor is read transposed.
  package let right: Transposition

  private var order: [Int] { [m, n, k, left == .none ? 0 : 1, right == .none ? 0 : 1] }

  package static func < (first: ProductShape, second: ProductShape) -> Bool {
    first.order.lexicographicallyPrecedes(second.order)
  }
}
