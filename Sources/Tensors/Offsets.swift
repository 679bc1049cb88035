// Where the sequences of packed rows begin.

/// The first row of each of some runs of packed rows, and the end of the last: made once a batch, and uploaded when a kernel asks for it,
/// once too.
package final class Offsets: ExpressibleByArrayLiteral {
  /// The boundaries, `[runs + 1]`, ascending from 0.
  package let values: [Int]
  private var uploaded: Buffer?

  /// Takes the boundaries, `[runs + 1]`.
  package init(_ values: [Int]) { self.values = values }

  /// The boundaries written out.
  package convenience init(arrayLiteral elements: Int...) { self.init(elements) }

  /// How many runs there are.
  package var runs: Int { max(0, values.count - 1) }
  /// The rows of all runs.
  package var rows: Int { values.last ?? 0 }
  /// A boundary.
  package subscript(_ index: Int) -> Int { values[index] }
  /// The rows of a run.
  package func count(_ run: Int) -> Int { values[run + 1] - values[run] }

  /// The boundaries as int32, where a backend has them.
  package func buffer(on backend: any Backend) -> Buffer {
    let buffer = uploaded ?? backend.upload(values.map { Int32($0) })
    uploaded = buffer
    return buffer
  }
}
