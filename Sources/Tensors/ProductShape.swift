/// The shape of one matrix product: `[m, k]` by `[k, n]`, and how its operands are stored.
public struct ProductShape: Sendable, Hashable, Comparable {
  public let m: Int
  public let n: Int
  public let k: Int
  public let left: Transposition
  public let right: Transposition

  private var order: [Int] { [m, n, k, left == .none ? 0 : 1, right == .none ? 0 : 1] }

  public static func < (first: ProductShape, second: ProductShape) -> Bool {
    first.order.lexicographicallyPrecedes(second.order)
  }
}
