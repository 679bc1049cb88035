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
    let total = offsets.last ?? 0, columns = x.shape[1]
    var place = [Int32](repeating: 0, count: total), isOwn = [Float](repeating: 0, count: total)
    for (row, target) in own.enumerated() { (place[Int(target)], isOwn[Int(target)]) = (Int32(row), 1) }
    var prefixPlace = [Int32](repeating: 0, count: total)
    for start in offsets.dropLast() {
      for row in 0..<count { prefixPlace[start + row] = Int32(row) }
    }
    func mask(_ value: (Float) -> Float) -> Tensor {
      Tensor(isOwn.flatMap { [Float](repeating: value($0), count: columns) }, shape: [total, columns], on: x.backend)
    }
    // what is gathered for the other's rows is multiplied by zero, and so is its gradient
    return x.rows(place).multiplied(by: mask { $0 }).adding(prefix.rows(prefixPlace).multiplied(by: mask { 1 - $0 }))
  }
}
