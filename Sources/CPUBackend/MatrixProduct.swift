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
  /// Terms that are summed before y is written.
  private static let run = Int(LR_TILE_TERMS)

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

  /// The product with rows and columns changed for each other: `y` turned is `b` turned by `a` turned.
  var turned: MatrixProduct {
    var turned = self
    (turned.m, turned.n) = (n, m)
    return turned
  }

  /// About how much work the product is, counted in terms that are multiplied and added: factors are packed, the last panels have rows and
  /// columns that nobody asked for, and columns of y that do not lie side by side are written one by one.
  func cost(_ a: Matrix, _ b: Matrix, into y: Matrix) -> Int {
    let packed = (readsWhereItLies(a) ? 0 : m * k) + n * k, written = y.column == 1 ? 0 : m * n * ((k + Self.run - 1) / Self.run)
    return Self.roundedUp(m, Self.rowPanel) * Self.roundedUp(n, 16) * k + 32 * packed + 64 * written
  }

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

  /// How the product is cut between so many threads: rows and panels of a tile.
  ///
  /// Three tiles and more for each thread, where there is work for them. A tile's share of b, which it packs for itself, stays near a
  /// processor while its rows pass by.
  func tile(threads: Int) -> (rows: Int, panels: Int) {
    let strips = (panels + 5) / 6
    var rows = Self.roundedUp(m, Self.rowPanel), width = (panels + strips - 1) / strips
    let count = { ((m + rows - 1) / rows) * ((panels + width - 1) / width) }
    while threads > 1, count() < 3 * threads, rows * width * Self.panel * k > 1 << 19 {
      if rows > 256 {
        rows = Self.roundedUp(rows / 2, Self.rowPanel)
      } else if width > 3 {
        width = (width + 1) / 2
      } else if rows > 48 {
        rows = Self.roundedUp(rows / 2, Self.rowPanel)
      } else {
        break
      }
    }
    return (rows, width)
  }

  /// Room for the packed b of a tile.
  func room(panels: Int) -> Int { panels * Self.panel * min(k, Self.run) }

  /// Computes some rows, from a multiple of a panel's on, and some panels; `packed` is all of a where it is packed, `room` is for b.
  func computeTile<Number: Packable>(
    rows: Range<Int>, panels some: Range<Int>, _ a: Matrix, packed: UnsafePointer<Float>?, _ b: MatrixView<Number>, into y: Matrix,
    room: UnsafeMutablePointer<Float>
  ) {
    let first = some.lowerBound * Self.panel
    for from in stride(from: 0, to: k, by: Self.run) {
      var (part, partOfA, partOfB, partOfY) = (self, a, b, y)
      (part.n, part.k) = (min(n, some.upperBound * Self.panel) - first, min(k - from, Self.run))
      part.bias = bias.map { $0 + first }
      if from > 0 { (part.bias, part.accumulates) = (nil, true) }
      partOfA.start += from * a.column
      partOfB.start += first * b.column + from * b.row
      partOfY.start += first * y.column
      part.pack(partOfB, panels: 0..<some.count, into: room)
      var call = part.call(partOfA, packed: room, into: partOfY)
      call.packed = packed.map { $0 + Self.packedCount(rows: m, terms: from) }
      lr_multiply_tile(&call, Int64(rows.lowerBound), Int64(rows.upperBound), 0, Int64(some.count))
    }
  }
}

extension CPUBackend {
  /// Numbers of a factor that are packed at a time.
  private static let mostPacked = 1 << 22

  /// Computes a product on all threads.
  func compute<Number: Packable>(_ product: MatrixProduct, _ a: Matrix, _ b: MatrixView<Number>, into y: Matrix) {
    if product.readsWhereItLies(a) {
      computeTiles(product, a, packed: nil, b, into: y)
      return
    }
    // packs so many rows of a, computes theirs, and goes on with the others
    let rows = max(192, Self.mostPacked / product.k / 192 * 192)
    for first in stride(from: 0, to: product.m, by: rows) {
      var (part, partOfA, partOfY) = (product, a, y)
      part.m = min(rows, product.m - first)
      partOfA.start += first * a.row
      partOfY.start += first * y.row
      let packed = allocate(MatrixProduct.packedCount(rows: part.m, terms: product.k)), panelsOfA = host(packed)
      let panels = part.rowPanels, together = max(4, 16_384 / MatrixProduct.packedCount(rows: 1, terms: product.k))
      let unpacked = part.call(partOfA, packed: panelsOfA, into: partOfY)
      parallel((panels + together - 1) / together) {
        var call = unpacked
        lr_pack_tile_rows(panelsOfA, &call, Int64($0 * together), Int64(min(panels, ($0 + 1) * together)))
      }
      computeTiles(part, partOfA, packed: panelsOfA, b, into: partOfY)
      withExtendedLifetime(packed) {}
    }
  }

  private func computeTiles<Number: Packable>(
    _ product: MatrixProduct, _ a: Matrix, packed: UnsafePointer<Float>?, _ b: MatrixView<Number>, into y: Matrix
  ) {
    let tile = product.tile(threads: threads), panels = product.panels
    let (down, across) = ((product.m + tile.rows - 1) / tile.rows, (panels + tile.panels - 1) / tile.panels)
    parallel(down * across, scratch: product.room(panels: tile.panels)) { index, room in
      let (column, row) = (index / down * tile.panels, index % down * tile.rows)
      product.computeTile(
        rows: row..<min(product.m, row + tile.rows), panels: column..<min(panels, column + tile.panels), a, packed: packed, b,
        into: y,
        room: room)
    }
  }
}
