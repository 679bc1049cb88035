// Products of matrices in tiles. What is summed, and in which order, is a matter of each number's row and column alone; so how a product
// is cut, and who computes which tile, changes no bit.
import CKernels
import Tensors

/// Numbers that panels are packed from.
protocol Packable {
  static func pack(
    _ packed: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Self>, _ n: Int64, _ k: Int64, _ column: Int64, _ term: Int64,
    _ begin: Int64, _ end: Int64)
}

extension Float: Packable {
  static func pack(
    _ packed: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Float>, _ n: Int64, _ k: Int64, _ column: Int64, _ term: Int64,
    _ begin: Int64, _ end: Int64
  ) { lr_pack_columns(packed, b, n, k, column, term, begin, end) }
}

/// As bfloat16.
extension UInt16: Packable {
  static func pack(
    _ packed: UnsafeMutablePointer<Float>, _ b: UnsafePointer<UInt16>, _ n: Int64, _ k: Int64, _ column: Int64, _ term: Int64,
    _ begin: Int64, _ end: Int64
  ) { lr_pack_columns_half(packed, b, n, k, column, term, begin, end) }
}

/// A matrix where it lies: `row` numbers from a row to the next, `column` from a column to the next, one of which is 1.
struct MatrixView<Number> {
  var start: UnsafeMutablePointer<Number>
  var row: Int
  var column: Int

  /// Rows of `stride` numbers, read as they are or turned.
  init(_ start: UnsafeMutablePointer<Number>, stride: Int, _ transposition: Transposition = .none) {
    self.start = start
    (row, column) = transposition == .none ? (stride, 1) : (1, stride)
  }

  /// The matrix with its rows as columns.
  var turned: MatrixView {
    var view = self
    (view.row, view.column) = (column, row)
    return view
  }
}

typealias Matrix = MatrixView<Float>

/// `y = factor · a b`, with `a: [m, k]`, `b: [k, n]` and `y: [m, n]`; `bias: [n]` is added to each row, or what y held.
struct MatrixProduct {
  var m: Int
  var n: Int
  var k: Int
  var factor: Float = 1
  var accumulates = false
  var bias: UnsafeMutablePointer<Float>?

  /// Columns of a panel of b.
  static let panel = Int(LR_TILE_COLUMNS)
  private static let rowPanel = Int(LR_TILE_ROWS)

  private static func roundedUp(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }

  /// Room for a packed b of so many columns and terms.
  static func packedCount(columns: Int, terms: Int) -> Int { roundedUp(columns, panel) * terms }
  /// Room for a packed a of so many rows and terms.
  static func packedCount(rows: Int, terms: Int) -> Int { roundedUp(rows, rowPanel) * terms }

  /// Panels of all columns, and of all rows.
  var panels: Int { (n + Self.panel - 1) / Self.panel }
  var rowPanels: Int { (m + Self.rowPanel - 1) / Self.rowPanel }

  /// Whether rows of a lie in one piece: then they are read there, which is as fast as it would be if they were packed.
  func readsWhereItLies(_ a: Matrix) -> Bool { a.column == 1 }

  /// Packs panels of b, where each of the tiles will look for them.
  func pack<Number: Packable>(_ b: MatrixView<Number>, panels: Range<Int>, into packed: UnsafeMutablePointer<Float>) {
    Number.pack(
      packed, b.start, Int64(n), Int64(k), Int64(b.column), Int64(b.row), Int64(panels.lowerBound), Int64(panels.upperBound))
  }

  /// The product as the kernel takes it; a is not packed yet.
  ///
  /// - Parameter panelStride: where b was packed with other terms than these, how far it is from a panel to the next.
  func call(_ a: Matrix, packed: UnsafePointer<Float>, into y: Matrix, panelStride: Int? = nil) -> lr_product {
    lr_product(
      y: y.start, y_row: Int64(y.row), y_column: Int64(y.column), a: a.start, a_row: Int64(a.row), a_term: Int64(a.column),
      packed: nil, b: packed, b_panel: Int64(panelStride ?? Self.panel * k), m: Int64(m), n: Int64(n), k: Int64(k), bias: bias,
      factor: factor, accumulate: accumulates ? 1 : 0)
  }

  /// Computes the whole product on this thread; `scratch` is room for the packed b and the packed a.
  func compute(_ a: Matrix, _ b: Matrix, into y: Matrix, scratch: UnsafeMutablePointer<Float>) {
    pack(b, panels: 0..<panels, into: scratch)
    compute(a, packed: scratch, into: y, room: scratch + Self.packedCount(columns: n, terms: k))
  }

  /// The same of some panels of a b that is packed already; `room` is for the packed a.
  func compute(
    _ a: Matrix, packed: UnsafePointer<Float>, panels some: Range<Int>? = nil, into y: Matrix, panelStride: Int? = nil,
    room: UnsafeMutablePointer<Float>
  ) {
    var call = call(a, packed: packed, into: y, panelStride: panelStride)
    if !readsWhereItLies(a) {
      lr_pack_tile_rows(room, &call, 0, Int64(rowPanels))
      call.packed = UnsafePointer(room)
    }
    let some = some ?? 0..<panels
    lr_multiply_tile(&call, 0, Int64(m), Int64(some.lowerBound), Int64(some.upperBound))
  }

  /// How the product is cut: rows and panels of a tile.
  ///
  /// About 32 tiles where there is work for them, so that sixteen threads find two each; not so small that what is near a processor is
  /// seldom met again.
  var tile: (rows: Int, panels: Int) {
    var rows = min(192, Self.roundedUp(m, Self.rowPanel)), width = min(panels, 24)
    let count = { ((m + rows - 1) / rows) * ((panels + width - 1) / width) }
    while count() < 32, rows * width * Self.panel * k > 1 << 19 {
      if width > 6 {
        width = (width + 1) / 2
      } else if rows > 96 {
        rows = 96
      } else if width > 3 {
        width = (width + 1) / 2
      } else if rows > 48 {
        rows = 48
      } else {
        break
      }
    }
    return (rows, width)
  }
}

extension CPUBackend {
  /// Numbers of a factor that are packed at a time.
  private static let mostPacked = 1 << 22

  /// Computes a product on all threads.
  func compute<Number: Packable>(_ product: MatrixProduct, _ a: Matrix, _ b: MatrixView<Number>, into y: Matrix) {
    let columns = max(MatrixProduct.panel, Self.mostPacked / product.k / MatrixProduct.panel * MatrixProduct.panel)
    for first in stride(from: 0, to: product.n, by: columns) {
      var (part, partOfB, partOfY) = (product, b, y)
      part.n = min(columns, product.n - first)
      part.bias = product.bias.map { $0 + first }
      partOfB.start += first * b.column
      partOfY.start += first * y.column
      computeColumns(part, a, partOfB, into: partOfY)
    }
  }

  private func computeColumns<Number: Packable>(_ product: MatrixProduct, _ a: Matrix, _ b: MatrixView<Number>, into y: Matrix) {
    let packed = allocate(MatrixProduct.packedCount(columns: product.n, terms: product.k)), panelsOfB = host(packed)
    let panels = product.panels, together = max(b.row == 1 ? 1 : 4, 16_384 / (product.k * MatrixProduct.panel))
    parallel((panels + together - 1) / together) {
      product.pack(b, panels: $0 * together..<min(panels, ($0 + 1) * together), into: panelsOfB)
    }
    if product.readsWhereItLies(a) {
      computeTiles(product, product.call(a, packed: panelsOfB, into: y))
    } else {
      computeRows(product, a, packed: panelsOfB, into: y)
    }
    withExtendedLifetime(packed) {}
  }

  /// Packs so many rows of a, computes theirs, and goes on with the others.
  private func computeRows(_ product: MatrixProduct, _ a: Matrix, packed: UnsafePointer<Float>, into y: Matrix) {
    let rows = max(192, Self.mostPacked / product.k / 192 * 192)
    for first in stride(from: 0, to: product.m, by: rows) {
      var (part, partOfA, partOfY) = (product, a, y)
      part.m = min(rows, product.m - first)
      partOfA.start += first * a.row
      partOfY.start += first * y.row
      let room = allocate(MatrixProduct.packedCount(rows: part.m, terms: product.k)), panelsOfA = host(room)
      let unpacked = part.call(partOfA, packed: packed, into: partOfY), panels = part.rowPanels
      let together = max(4, 16_384 / MatrixProduct.packedCount(rows: 1, terms: product.k))
      parallel((panels + together - 1) / together) {
        var call = unpacked
        lr_pack_tile_rows(panelsOfA, &call, Int64($0 * together), Int64(min(panels, ($0 + 1) * together)))
      }
      var call = unpacked
      call.packed = UnsafePointer(panelsOfA)
      computeTiles(part, call)
      withExtendedLifetime(room) {}
    }
  }

  private func computeTiles(_ product: MatrixProduct, _ call: lr_product) {
    let tile = product.tile, panels = product.panels
    let (down, across) = ((product.m + tile.rows - 1) / tile.rows, (panels + tile.panels - 1) / tile.panels)
    parallel(down * across) { index in
      let (column, row) = (index / down * tile.panels, index % down * tile.rows)
      var call = call
      lr_multiply_tile(
        &call, Int64(row), Int64(min(product.m, row + tile.rows)), Int64(column), Int64(min(panels, column + tile.panels)))
    }
  }
}
