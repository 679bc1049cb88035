// Rows taken, put back, looked through and turned. Rows are shared out; what is written twice is written by one block, in order.
import CKernels
import Tensors

extension CPUBackend {
  package func gatherRows(_ table: Buffer, _ rows: Buffer, columns: Int, into y: Buffer) {
    let (out, places) = (host(y), indices(rows))
    if table.type == .bfloat16 {
      let p = halves(table)
      for r in 0..<rows.count { lr_widen(out + r * columns, p + Int(places[r]) * columns, Int64(columns)) }
    } else {
      let p = host(table)
      for r in 0..<rows.count { (out + r * columns).update(from: p + Int(places[r]) * columns, count: columns) }
    }
  }

  package func scatterRows(_ x: Buffer, _ rows: Buffer, skipping: Int32?, columns: Int, into table: Buffer) {
    let (p, out, places) = (host(x), host(table), indices(rows))
    for r in 0..<rows.count where places[r] != skipping {
      lr_axpy(out + Int(places[r]) * columns, p + r * columns, Int64(columns), 1)
    }
  }

  package func argmaxRows(_ x: Buffer, columns: Int, into y: Buffer) {
    let (p, out) = (host(x), indices(y))
    parallelRows(y.count, columns: columns) { rows in
      for row in rows { out[row] = Int32(Self.highest(p + row * columns, columns)) }
    }
  }

  package func maximumRows(_ x: Buffer, columns: Int, into y: Buffer) {
    let (p, out) = (host(x), host(y))
    parallelRows(y.count, columns: columns) { rows in
      for row in rows { out[row] = p[row * columns + Self.highest(p + row * columns, columns)] }
    }
  }

  /// The place of the largest, of equal ones the first.
  private static func highest(_ row: UnsafePointer<Float>, _ count: Int) -> Int {
    var place = 0
    for other in 0..<count where row[other] > row[place] { place = other }
    return place
  }

  package func keepHighest(_ x: Buffer, columns: Int, dropping count: Int, into y: Buffer) {
    let (p, out) = (host(x), host(y))
    precondition((0...columns).contains(count), "\(count) of \(columns) are dropped")
    parallelRows(y.count / max(1, columns), columns: columns) { rows in
      for row in rows {
        let values = p + row * columns, kept = out + row * columns
        let order = (0..<columns).sorted { (values[$0], $0) < (values[$1], $1) }
        for (rank, column) in order.enumerated() { kept[column] = rank < count ? 0 : 1 }
      }
    }
  }

  package func transpose(_ x: Buffer, rows: Int, columns: Int, into y: Buffer) {
    precondition(x.count == rows * columns && y.count == x.count, "\(x.count) elements as [\(rows), \(columns)]")
    lr_transpose(host(y), host(x), Int64(rows), Int64(columns), Int64(columns))
  }

  package func sliceColumns(_ x: Buffer, columns: Int, from first: Int, rows: Int, into y: Buffer) {
    let width = y.count / max(1, rows), (p, out) = (host(x), host(y))
    precondition(first >= 0 && first + width <= columns && x.count == rows * columns, "columns \(first)... of \(columns)")
    parallelRows(rows, columns: width) { rows in
      for row in rows { (out + row * width).update(from: p + row * columns + first, count: width) }
    }
  }

  package func addColumns(_ x: Buffer, rows: Int, into y: Buffer, columns: Int, at first: Int) {
    let width = x.count / max(1, rows), (p, out) = (host(x), host(y))
    precondition(first >= 0 && first + width <= columns && y.count == rows * columns, "columns \(first)... of \(columns)")
    parallelRows(rows, columns: width) { rows in
      for row in rows { lr_axpy(out + row * columns + first, p + row * width, Int64(width), 1) }
    }
  }

  package func rotate(_ x: Buffer, by table: Buffer, at positions: Buffer, headSize: Int, inverse: Bool, into y: Buffer) {
    let rows = positions.count, columns = x.count / max(1, rows)
    let (p, angles, places, out) = (host(x), host(table), indices(positions), host(y))
    parallelRows(rows, columns: columns) {
      let at = $0.lowerBound * columns
      lr_rotate(
        out + at, p + at, angles, places + $0.lowerBound, Int64($0.count), Int64(columns / headSize), Int64(headSize),
        inverse ? 1 : 0)
    }
  }
}
