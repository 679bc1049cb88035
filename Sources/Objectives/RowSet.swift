// The rows of a task, as far as anyone but its objective knows them.

/// One of a task's sets of rows.
package enum Split: Sendable, Hashable {
  case training
  /// By its place among the sets that are evaluated, from 0.
  case validation(Int)
}

/// A set of numbered rows.
package struct RowSet: Sendable, Equatable {
  /// By which records and tables name it.
  package let name: String
  /// Tokens of each row, in the order of the file.
  package let lengths: [Int]
  /// Whether its rows choose nothing and are only reported.
  package let isHeldOut: Bool

  /// Names a set of rows of so many tokens each.
  package init(name: String, lengths: [Int], isHeldOut: Bool = false) {
    self.name = name
    self.lengths = lengths
    self.isHeldOut = isHeldOut
  }

  /// How many rows there are.
  package var count: Int { lengths.count }
  /// The tokens of all rows.
  package var tokens: Int { lengths.reduce(0, +) }

  /// The tokens of some rows.
  package func tokens(of rows: [Int]) -> Int { rows.reduce(0) { $0 + lengths[$1] } }

  /// All rows in batches of `size`, rows of like length together: what evaluation computes, whose answers go back to their places.
  package func batches(of size: Int = 32) -> [[Int]] {
    let order = lengths.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
    return stride(from: 0, to: order.count, by: size).map { Array(order[$0..<min(order.count, $0 + size)]) }
  }
}
