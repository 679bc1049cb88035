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
  /// The most rows of a tile.
  static let mostRows = 192
  private static let rowPanel = Int(LR_TILE_ROWS)

  private static func roundedUp(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }

  /// Room for a packed b of so many columns and terms.
  static func packedCount(columns: Int, terms: Int) -> Int { roundedUp(columns, panel) * terms }
  /// Room for a tile's rows of a.
  static func roomCount(rows: Int, terms: Int) -> Int {
    roundedUp(min(rows, mostRows), rowPanel) * min(terms, Int(LR_TILE_TERMS))
  }

  /// Panels of all columns.
  var panels: Int { (n + Self.panel - 1) / Self.panel }

  /// How far it is from a panel of a packed b to the next.
  private var panelStride: Int { Self.panel * k }

  /// Packs panels of b, where each of the tiles will look for them.
  func pack<Number: Packable>(_ b: MatrixView<Number>, panels: Range<Int>, into packed: UnsafeMutablePointer<Float>) {
    Number.pack(
      packed, b.start, Int64(n), Int64(k), Int64(b.column), Int64(b.row), Int64(panels.lowerBound), Int64(panels.upperBound))
  }

  /// The product as the kernel takes it.
  ///
  /// - Parameter panelStride: where b was packed with other terms than these, how far it is from a panel to the next.
  func call(
    _ a: Matrix, packed: UnsafePointer<Float>, into y: Matrix, panelStride: Int? = nil
  ) -> lr_product {
    lr_product(
      y: y.start, y_row: Int64(y.row), y_column: Int64(y.column), a: a.start, a_row: Int64(a.row), a_term: Int64(a.column),
      b: packed,
      b_panel: Int64(panelStride ?? self.panelStride), m: Int64(m), n: Int64(n), k: Int64(k), bias: bias, factor: factor,
      accumulate: accumulates ? 1 : 0)
  }

  /// Computes the whole product on this thread; `scratch` is room for the packed b and a tile's rows.
  func compute(_ a: Matrix, _ b: Matrix, into y: Matrix, scratch: UnsafeMutablePointer<Float>) {
    pack(b, panels: 0..<panels, into: scratch)
    compute(a, packed: scratch, into: y, room: scratch + Self.packedCount(columns: n, terms: k))
  }

  /// The same of a b that is packed already.
  func compute(
    _ a: Matrix, packed: UnsafePointer<Float>, into y: Matrix, panelStride: Int? = nil, room: UnsafeMutablePointer<Float>
  ) {
    var call = call(a, packed: packed, into: y, panelStride: panelStride)
    for row in stride(from: 0, to: m, by: Self.mostRows) {
      lr_multiply_tile(&call, room, Int64(row), Int64(min(m, row + Self.mostRows)), 0, Int64(panels))
    }
  }

  /// How the product is cut: rows and panels of a tile.
  ///
  /// About 32 tiles where there is work for them, so that sixteen threads find two each; tiles that are neither small nor narrow, since
  /// each packs its rows of a anew.
  var tile: (rows: Int, panels: Int) {
    var rows = min(Self.mostRows, Self.roundedUp(m, Self.rowPanel)), width = min(panels, 32)
    let count = { ((m + rows - 1) / rows) * ((panels + width - 1) / width) }
    while count() < 32, rows * width * Self.panel * k > 1 << 19 {
      if width > 8 {
        width = (width + 1) / 2
      } else if rows > 96 {
        rows = 96
      } else if width > 4 {
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
  /// Numbers of b that are packed at a time.
  private static let mostPacked = 1 << 22

  /// Computes a product on all threads.
  func compute<Number: Packable>(_ product: MatrixProduct, _ a: Matrix, _ b: MatrixView<Number>, into y: Matrix) {
    let panels = product.panels, most = max(1, Self.mostPacked / (product.k * MatrixProduct.panel))
    guard panels <= most else {
      // so many columns after the others
      for first in stride(from: 0, to: panels, by: most) {
        let column = first * MatrixProduct.panel
        var (part, partOfB, partOfY) = (product, b, y)
        part.n = min(product.n - column, most * MatrixProduct.panel)
        part.bias = product.bias.map { $0 + column }
        partOfB.start += column * b.column
        partOfY.start += column * y.column
        compute(part, a, partOfB, into: partOfY)
      }
      return
    }
    let packed = allocate(MatrixProduct.packedCount(columns: product.n, terms: product.k)), panelsOfB = host(packed)
    let together = max(b.row == 1 ? 1 : 4, 16_384 / (product.k * MatrixProduct.panel))
    parallel((panels + together - 1) / together) {
      product.pack(b, panels: $0 * together..<min(panels, ($0 + 1) * together), into: panelsOfB)
    }
    let tile = product.tile, call = product.call(a, packed: panelsOfB, into: y)
    let (down, across) = ((product.m + tile.rows - 1) / tile.rows, (panels + tile.panels - 1) / tile.panels)
    parallel(down * across, scratch: MatrixProduct.roomCount(rows: tile.rows, terms: product.k)) { index, room in
      let (column, row) = (index / down * tile.panels, index % down * tile.rows)
      var call = call
      lr_multiply_tile(
        &call, room, Int64(row), Int64(min(product.m, row + tile.rows)), Int64(column), Int64(min(panels, column + tile.panels)))
    }
    withExtendedLifetime(packed) {}
  }
}
