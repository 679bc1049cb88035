// Every kernel as it is compiled for each instruction set, on the same numbers at the same addresses: the same bits come out.
import CKernels
import Foundation
import KernelVariants
import TestSupport
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite("Kernels of every instruction set")
struct KernelVariantTests {
  @Test("every kernel is here")
  func complete() throws {
    let header = Repository.root.appending(path: "Sources/CKernels/include/CKernels.h")
    let declared = try String(contentsOf: header, encoding: .utf8).matches(of: /(?m)^\w+ (?:\w+ )?\*?lr_(\w+)\(/).map {
      String($0.1)
    }
    // what runs them, and what says which of them the processor can run
    let others: Set = ["processor_features", "workers_create", "workers_destroy", "workers_run"]
    #expect(Set(KernelCase.all.map(\.kernel)) == Set(declared).subtracting(others))
    #expect(declared.count > 30)
  }

  @Test("those that the program chose are the plain ones", arguments: KernelCase.all)
  func chosen(_ row: KernelCase) throws { expectSame(row, lr_kernels_chosen, lr_kernels_plain) }

  @Test("those for AVX2 are the plain ones", .requires(.avx2), arguments: KernelCase.all)
  func avx2(_ row: KernelCase) throws { expectSame(row, lr_kernels_avx2, lr_kernels_plain) }

  @Test("those for AVX-512 are the plain ones", .requires(.avx512), arguments: KernelCase.all)
  func avx512(_ row: KernelCase) throws { expectSame(row, lr_kernels_avx512, lr_kernels_plain) }

  /// Runs both at every size and alignment on every kind of numbers.
  private func expectSame(_ row: KernelCase, _ some: lr_kernels, _ plain: lr_kernels) {
    for size in row.sizes {
      for offset in [0, 1, 3, 13] {
        for numbers in Workbench.Content.allCases {
          let (found, expected) = (
            Workbench(numbers, size, offset: offset), Workbench(numbers, size, offset: offset)
          )
          row.run(some, found)
          row.run(plain, expected)
          #expect(found.isIntact && expected.isIntact, "\(row) writes beside its arrays: \(size), offset \(offset)")
          let difference = found.firstDifference(from: expected)
          #expect(difference == nil, "\(row) on \(numbers) numbers, \(size), offset \(offset): \(difference ?? "")")
          if difference != nil { return }
        }
      }
    }
  }
}

/// One use of a kernel.
struct KernelCase: Sendable, CustomTestStringConvertible {
  /// The name in C, without its `lr_`.
  let kernel: String
  /// What is particular to this use.
  let use: String
  let sizes: [Workbench.Size]
  let run: @Sendable (lr_kernels, Workbench) -> Void

  var testDescription: String { use.isEmpty ? kernel : "\(kernel), \(use)" }

  init(
    _ kernel: String, _ use: String = "", sizes: [Workbench.Size] = Workbench.Size.arrays,
    _ run: @escaping @Sendable (lr_kernels, Workbench) -> Void
  ) {
    (self.kernel, self.use, self.sizes, self.run) = (kernel, use, sizes, run)
  }

  static let all: [KernelCase] =
    functions + elementwise + byRows + activations + reductions + attention + decoding + tiles + losses + training + random

  private static let functions: [KernelCase] = [
    KernelCase("exp") { noteEach($1, $0.exp) }, KernelCase("log") { noteEach($1, $0.log) },
    KernelCase("log2") { noteEach($1, $0.log2) }, KernelCase("sin") { noteEach($1, $0.sin) },
    KernelCase("cos") { noteEach($1, $0.cos) }, KernelCase("erfc") { noteEach($1, $0.erfc) },
    KernelCase("log_gamma") { noteEach($1, $0.log_gamma) },
    KernelCase("pow") { kernels, bench in
      let powers = bench.array()
      for index in 0..<min(100, Int(bench.count)) { bench.note(kernels.pow(Double(bench.number()), Double(powers[index]))) }
    },
  ]

  /// What a function gives for numbers and for large multiples of them.
  private static func noteEach(_ bench: Workbench, _ function: (Double) -> Double) {
    let values = bench.array()
    for index in 0..<min(100, Int(bench.count)) {
      for factor in [1, 1e3, 1e200] { bench.note(function(factor * Double(values[index]))) }
    }
  }

  private static let elementwise: [KernelCase] = [
    KernelCase("fill") { $0.fill($1.blank(), $1.count, $1.number()) },
    KernelCase("add") { $0.add($1.blank(), $1.array(), $1.array(), $1.count) },
    KernelCase("add", "in place") {
      let x = $1.array()
      $0.add(x, x, $1.array(), $1.count)
    },
    KernelCase("subtract") { $0.subtract($1.blank(), $1.array(), $1.array(), $1.count) },
    KernelCase("multiply") { $0.multiply($1.blank(), $1.array(), $1.array(), $1.count) },
    KernelCase("divide") { $0.divide($1.blank(), $1.array(), $1.array(), $1.count) },
    KernelCase("scale") { $0.scale($1.blank(), $1.array(), $1.count, $1.number()) },
    KernelCase("axpy") { $0.axpy($1.array(), $1.array(), $1.count, $1.number()) },
    KernelCase("average") { $0.average($1.array(), $1.array(), $1.count, $1.number(), $1.number()) },
    KernelCase("absolute") { $0.absolute($1.blank(), $1.array(), $1.count) },
    KernelCase("sign") { $0.sign($1.blank(), $1.array(), $1.count) },
    KernelCase("square_root") { $0.square_root($1.blank(), $1.array(), $1.count) },
    KernelCase("at_least") { $0.at_least($1.blank(), $1.array(), $1.count, $1.number()) },
    KernelCase("exceeds") { $0.exceeds($1.blank(), $1.array(), $1.count, $1.number(), 0) },
    KernelCase("exceeds", "or equals") { $0.exceeds($1.blank(), $1.array(), $1.count, $1.number(), 1) },
    KernelCase("select") { $0.select($1.blank(), $1.array(), $1.array(), $1.count, $1.number()) },
    KernelCase("widen") { kernels, bench in
      // as many halves as there is room for in an array of floats
      let halves = UnsafeRawPointer(bench.array()).assumingMemoryBound(to: UInt16.self)
      kernels.widen(bench.blank(), halves, bench.count)
    },
    KernelCase("round") { kernels, bench in
      let halves = UnsafeMutableRawPointer(bench.blank()).assumingMemoryBound(to: UInt16.self)
      kernels.round(halves, bench.array(), bench.count)
    },
  ]

  private static let byRows: [KernelCase] = [
    KernelCase("copy_rows", sizes: Workbench.Size.tables) { $0.copy_rows($1.blank(), $1.row(), $1.rows, $1.columns) },
    KernelCase("transpose", sizes: Workbench.Size.tables) {
      $0.transpose($1.blank(), $1.array(more: $1.rows * 3), $1.rows, $1.columns, $1.columns + 3)
    },
    KernelCase("multiply_rows", sizes: Workbench.Size.tables) {
      $0.multiply_rows($1.blank(), $1.array(), $1.row(), $1.rows, $1.columns)
    },
    KernelCase("add_rows", sizes: Workbench.Size.tables) {
      $0.add_rows($1.blank(), $1.array(), $1.row(), $1.rows, $1.columns)
    },
    KernelCase("multiply_columns", sizes: Workbench.Size.tables) {
      $0.multiply_columns($1.blank(), $1.array(), $1.column(), $1.rows, $1.columns)
    },
    KernelCase("layer_norm", sizes: Workbench.Size.tables) {
      $0.layer_norm(
        $1.blank(), $1.blank(), $1.column(), $1.array(), nil, $1.row(), $1.row(), $1.rows, $1.columns, 1e-7)
    },
    KernelCase("layer_norm", "with a residual", sizes: Workbench.Size.tables) {
      $0.layer_norm(
        $1.blank(), $1.blank(), $1.column(), $1.array(), $1.array(), $1.row(), $1.row(), $1.rows, $1.columns, 1e-5)
    },
    KernelCase("layer_norm_backward", sizes: Workbench.Size.tables) {
      $0.layer_norm_backward($1.blank(), $1.array(), $1.array(), $1.column(), $1.row(), $1.rows, $1.columns)
    },
    KernelCase("rms_norm", sizes: Workbench.Size.tables) {
      $0.rms_norm($1.blank(), $1.blank(), $1.column(), $1.array(), nil, $1.row(), $1.rows, $1.columns, 1e-5)
    },
    KernelCase("rms_norm", "with a residual", sizes: Workbench.Size.tables) {
      $0.rms_norm($1.blank(), $1.blank(), $1.column(), $1.array(), $1.array(), $1.row(), $1.rows, $1.columns, 1e-6)
    },
    KernelCase("rms_norm_backward", sizes: Workbench.Size.tables) {
      $0.rms_norm_backward($1.blank(), $1.array(), $1.array(), $1.column(), $1.row(), $1.rows, $1.columns)
    },
    KernelCase("rotate", sizes: Workbench.Size.tables) { rotate($0, $1, inverse: 0) },
    KernelCase("rotate", "back", sizes: Workbench.Size.tables) { rotate($0, $1, inverse: 1) },
  ]

  /// Three heads of as many pairs as there are columns, at positions that repeat.
  private static func rotate(_ kernels: lr_kernels, _ bench: Workbench, inverse: Int32) {
    let count = bench.rows * 6 * bench.columns, positions = (0..<bench.rows).map { Int32($0 * 3 % 5) }
    kernels.rotate(
      bench.array(of: count), bench.array(of: count), bench.array(of: 10 * bench.columns), positions, bench.rows, 3,
      2 * bench.columns, inverse)
  }

  private static let activations: [KernelCase] = Activation.allCases.flatMap { kind in
    [
      KernelCase("activate", "\(kind)") { $0.activate($1.blank(), $1.array(), $1.count, kind.c) },
      KernelCase("activate_backward", "\(kind)") { $0.activate_backward($1.blank(), $1.array(), $1.array(), $1.count, kind.c) },
    ]
  }

  private static let reductions: [KernelCase] =
    [
      KernelCase("sum") { $1.note($0.sum($1.array(), $1.count)) },
      KernelCase("sum_squares") { $1.note($0.sum_squares($1.array(), $1.count)) },
      KernelCase("sum_in_order") { $1.note($0.sum_in_order($1.array(), $1.count)) },
      KernelCase("all_finite") { $1.note(Double($0.all_finite($1.array(), $1.count))) },
    ]
    + [Float(0), 1, 0.3].flatMap { beta in
      [
        KernelCase("sum_rows", "beta \(beta)", sizes: Workbench.Size.tables) {
          $0.sum_rows($1.row(), $1.array(), nil, $1.rows, $1.columns, $1.columns / 3, $1.columns, beta)
        },
        KernelCase("sum_rows", "of products, beta \(beta)", sizes: Workbench.Size.tables) {
          $0.sum_rows($1.row(), $1.array(), $1.array(), $1.rows, $1.columns, 0, $1.columns - $1.columns / 4, beta)
        },
        KernelCase("dot_rows", "beta \(beta)", sizes: Workbench.Size.tables) {
          $0.dot_rows($1.column(), $1.array(), $1.array(), $1.rows, $1.columns, beta)
        },
      ]
    }

  private static let attention: [KernelCase] = [
    KernelCase("attention_softmax", sizes: Workbench.Size.tables) {
      $0.attention_softmax($1.array(), $1.rows, $1.columns, nil, nil, 0, nil, 0, 0.3)
    },
    KernelCase("attention_softmax", "with positions", sizes: Workbench.Size.tables) { kernels, bench in
      bench.withDistances { zero, span in
        kernels.attention_softmax(
          bench.array(), bench.rows, bench.columns, bench.array(of: bench.rows * span), bench.array(of: bench.columns * span),
          span, zero, 0, 0.3)
      }
    },
    KernelCase("attention_softmax_backward", sizes: Workbench.Size.tables) {
      $0.attention_softmax_backward($1.array(), $1.array(), $1.rows, $1.columns, nil, nil, 0, nil, 0, 0.3)
    },
    KernelCase("attention_softmax_backward", "with positions", sizes: Workbench.Size.tables) { kernels, bench in
      bench.withDistances { zero, span in
        kernels.attention_softmax_backward(
          bench.array(), bench.array(), bench.rows, bench.columns, bench.array(of: bench.rows * span),
          bench.array(of: bench.columns * span), span, zero, 0, 0.3)
      }
    },
    // the diagonal runs through the rows, or lies behind them
    KernelCase("attention_softmax_causal", sizes: Workbench.Size.tables) {
      $0.attention_softmax_causal($1.array(), $1.rows, $1.columns - $1.columns / 3, $1.columns, $1.columns / 3, 0.3)
    },
    KernelCase("attention_softmax_causal", "of last queries", sizes: Workbench.Size.tables) {
      $0.attention_softmax_causal($1.array(), $1.rows, $1.columns, $1.columns, $1.columns, 0.3)
    },
    KernelCase("attention_softmax_causal_backward", sizes: Workbench.Size.tables) {
      $0.attention_softmax_causal_backward(
        $1.array(), $1.array(), $1.rows, $1.columns - $1.columns / 3, $1.columns, $1.columns / 3, 0.3)
    },
  ]

  /// Numbers of so many packed rows of `k` terms.
  private static func packed(_ rows: Int64, _ k: Int64) -> Int64 { (rows < 4 ? rows : (rows + 3) / 4 * 4) * ((k + 15) / 16 * 16) }

  /// Eleven outputs: two blocks of four, and some that are left.
  private static let decoding: [KernelCase] =
    [Int64(1), 3, 7].flatMap { rows in
      [
        KernelCase("pack_rows", "of \(rows)", sizes: Workbench.Size.arrays) { kernels, bench in
          let k = min(bench.columns, 1000)
          kernels.pack_rows(bench.array(of: packed(rows, k)), bench.array(of: rows * k), rows, k, rows / 3, rows)
        },
        KernelCase("row_products", "of \(rows)", sizes: Workbench.Size.arrays) { kernels, bench in
          let k = min(bench.columns, 1000), (x, w) = (bench.array(of: packed(rows, k)), bench.array(of: 11 * k))
          kernels.row_products(bench.array(of: rows * 11), x, w, nil, rows, 11, k, 0, 11, 0.7, 1)
        },
        KernelCase("row_products_half", "of \(rows)", sizes: Workbench.Size.arrays) { kernels, bench in
          let k = min(bench.columns, 1000), x = bench.array(of: packed(rows, k)), bias = bench.array(of: 13)
          let w = UnsafeRawPointer(bench.array(of: (13 * k + 1) / 2)).assumingMemoryBound(to: UInt16.self)
          kernels.row_products_half(bench.array(of: rows * 13), x, w, bias, rows, 13, k, 1, 13, 1, 0)
        },
      ]
    } + [
      // two heads at the second of three places, rows that are met twice
      KernelCase("attention_cached", sizes: Workbench.Size.tables) { kernels, bench in
        let size = bench.columns, (keys, values) = (bench.array(more: 2 * size), bench.array(more: 2 * size))
        let rows = (0..<bench.rows + 1).map { Int($0 / 2 * size) }
        let (k, v) = (rows.map { Optional(UnsafePointer(keys + $0)) }, rows.map { Optional(UnsafePointer(values + $0)) })
        kernels.attention_cached(
          bench.array(of: 2 * size), bench.array(of: bench.rows + 1), bench.array(of: 2 * size), k, v, bench.rows + 1, size, 2,
          size,
          0.3)
      },
      KernelCase("log_sum_exp_rows", sizes: Workbench.Size.tables) { kernels, bench in
        var sums = [Double](repeating: 0, count: Int(bench.rows))
        kernels.log_sum_exp_rows(&sums, bench.array(), bench.rows, bench.columns)
        for sum in sums { bench.note(sum) }
      },
      KernelCase("highest_rows", sizes: Workbench.Size.tables) { kernels, bench in
        let count = min(5, bench.columns)
        var places = [Int32](repeating: 0, count: Int(bench.rows * count))
        kernels.highest_rows(bench.array(of: bench.rows * count), &places, bench.array(), bench.rows, bench.columns, count)
        for place in places { bench.note(Double(place)) }
      },
    ]

  private static func product(_ bench: Workbench, isTurned: Bool) -> lr_product {
    let (m, n, k) = (bench.rows, tileColumns, bench.columns)
    return lr_product(
      y: bench.array(of: m * n), y_row: isTurned ? 1 : n, y_column: isTurned ? m : 1, a: bench.array(of: m * k),
      a_row: isTurned ? 1 : k, a_term: isTurned ? m : 1, packed: nil, b: nil, b_panel: Int64(LR_TILE_COLUMNS) * k, m: m, n: n, k: k,
      bias: isTurned ? nil : bench.array(of: n), factor: 0.7, accumulate: isTurned ? 1 : 0)
  }

  /// A whole panel and a part, of which the last vector is not whole.
  private static let tileColumns: Int64 = 85

  /// Products of `rows` by that many columns over `columns` terms.
  private static let tiles: [KernelCase] = [Transposition.none, .transposed].flatMap { turned in
    let n = tileColumns, panels: Int64 = 2, unit = Int64(LR_TILE_ROWS), isTurned = turned == .transposed
    let packed = { @Sendable (bench: Workbench) in bench.array(of: panels * Int64(LR_TILE_COLUMNS) * bench.columns) }
    return [
      KernelCase("pack_columns", "\(turned)", sizes: Workbench.Size.tables) { kernels, bench in
        let k = bench.columns, (column, term) = isTurned ? (k, 1) : (1, n)
        kernels.pack_columns(packed(bench), bench.array(of: n * k), n, k, column, term, 0, panels)
      },
      KernelCase("pack_columns_half", "\(turned)", sizes: Workbench.Size.tables) { kernels, bench in
        let k = bench.columns, (column, term) = isTurned ? (k, 1) : (1, n)
        let b = UnsafeRawPointer(bench.array(of: (n * k + 1) / 2)).assumingMemoryBound(to: UInt16.self)
        kernels.pack_columns_half(packed(bench), b, n, k, column, term, 0, panels)
      },
      KernelCase("pack_tile_rows", "\(turned)", sizes: Workbench.Size.tables) { kernels, bench in
        var product = product(bench, isTurned: isTurned), panels = (bench.rows + unit - 1) / unit
        kernels.pack_tile_rows(bench.array(of: panels * unit * bench.columns), &product, 0, panels)
      },
      KernelCase("multiply_tile", "\(turned)", sizes: Workbench.Size.tables) { kernels, bench in
        var product = product(bench, isTurned: isTurned)
        if isTurned { product.packed = UnsafePointer(bench.array(of: (bench.rows + unit - 1) / unit * unit * bench.columns)) }
        product.b = UnsafePointer(packed(bench))
        // one panel of the last rows, then all of them
        kernels.multiply_tile(&product, bench.rows / unit * unit, bench.rows, 1, 2)
        kernels.multiply_tile(&product, 0, bench.rows, 0, panels)
      },
    ]
  }

  private static let losses: [KernelCase] = ["", "in place"].map { use in
    KernelCase("cross_entropy", use, sizes: Workbench.Size.tables) { kernels, bench in
      // every third row has no label
      let labels = (0..<bench.rows).map { $0 % 3 == 2 ? -100 : Int32(Int64(bench.word(Int($0))) % bench.columns) }
      var (losses, powers) = ([Double](repeating: 0, count: labels.count), [Double](repeating: 0, count: Int(bench.columns)))
      let logits = bench.array(), gradient = use.isEmpty ? bench.blank() : logits
      kernels.cross_entropy(gradient, &losses, &powers, logits, labels, bench.rows, bench.columns, 3)
      for loss in losses { bench.note(loss) }
    }
  }

  private static let training: [KernelCase] = [
    KernelCase("adamw") {
      let settings = AdamWSettings(
        learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: 3, gradientScale: 0.7)
      $0.adamw($1.array(), $1.array(), $1.array(), $1.array(), $1.count, settings.c)
    }
  ]

  private static let random: [KernelCase] = [
    KernelCase("philox") { kernels, bench in
      let counter = (0..<4).map { bench.word($0) }, key = (4..<6).map { bench.word($0) }
      var words = [UInt32](repeating: 0, count: 4)
      kernels.philox(counter, key, &words)
      for word in words { bench.note(Double(word)) }
    },
    KernelCase("random_uniform") { $0.random_uniform($1.blank(), 5, 5 + $1.count, $1.stream, -0.5, 2) },
    KernelCase("random_normal") { $0.random_normal($1.blank(), 5, 5 + $1.count, $1.stream, 0.1, 2) },
    // from the start of a group of 64, and from within one
    KernelCase("dropout") { $0.dropout($1.blank(), $1.array(), 128, 128 + $1.count, $1.stream, 0.15) },
    KernelCase("dropout", "from within a group") { $0.dropout($1.blank(), $1.array(), 11, 11 + $1.count, $1.stream, 0.5) },
    KernelCase("dropout", "past a word's numbers") {
      $0.dropout($1.blank(), $1.array(), (1 << 38) - 65, (1 << 38) - 65 + $1.count, $1.stream, 0.9)
    },
  ]
}
