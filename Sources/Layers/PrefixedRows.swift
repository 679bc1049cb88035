// Rows of a method's own before those of each sequence: virtual tokens, or keys and values.
import Tensors

/// The packed rows of a batch with as many more before each sequence's own.
package struct PrefixedRows: Sendable, Equatable {
  /// Rows before each sequence.
  package let count: Int
  /// Where each sequence starts with its prefix, and the end: `[sequences + 1]`
  package let offsets: [Int]
  /// The place of each of the sequences' own rows: `[tokens]`
  package let own: [Int32]

  /// Puts `count` rows before each of the sequences between `offsets`, `[sequences + 1]`.
  package init(count: Int, before offsets: [Int]) {
    self.count = count
    self.offsets = offsets.enumerated().map { $1 + $0 * count }
    own = zip(offsets, offsets.dropFirst()).enumerated().flatMap { sequence, bounds in
      (bounds.0..<bounds.1).map { Int32($0 + (sequence + 1) * count) }
    }
  }

  /// Each row's number in its sequence, the rows before it included, from `first` on: `[tokens + sequences · count]`.
  package func positions(from first: Int) -> [Int32] {
    zip(offsets, offsets.dropFirst()).flatMap { start, end in (0..<end - start).map { Int32(first + $0) } }
  }

  /// Numbers of the sequences' own rows, `[tokens]`, with `filler` for those before: `[tokens + sequences · count]`.
  package func joined(_ filler: Int32, _ numbers: [Int32]) -> [Int32] {
    var joined = [Int32](repeating: filler, count: offsets.last ?? 0)
    for (row, place) in own.enumerated() { joined[Int(place)] = numbers[row] }
    return joined
  }

  /// The rows of `prefix` before each sequence's own: `[count, columns]` and `[tokens, columns]` →
  /// `[tokens + sequences · count, columns]`.
  package func joined(_ prefix: Tensor, _ x: Tensor) -> Tensor {
    var places = positions(from: 0)
    // a sequence's own rows stand behind all of the prefix's
    for (row, place) in own.enumerated() { places[Int(place)] = Int32(count + row) }
    return prefix.rows(Indices(places, on: x.backend), with: x)
  }
}
