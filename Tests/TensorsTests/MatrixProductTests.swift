import CKernels
import Testing

@testable import CPUBackend
@testable import Tensors

/// Every number of a product is one sum in one order, however the product is laid out and cut.
@Suite("Matrix products")
struct MatrixProductTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var m: Int, n: Int, k: Int
    var left = Transposition.none, right = Transposition.none
    var factor: Float = 1
    var accumulates = false, hasBias = false

    var testDescription: String {
      "[\(m), \(k)] by [\(k), \(n)], \(left) and \(right), factor \(factor)\(accumulates ? ", added" : "")\(hasBias ? ", bias" : "")"
    }

    /// Around the sizes of panels, tiles and runs of terms, with few rows, with few columns, and with neither.
    static let all: [Case] =
      [
        (1, 1, 1), (8, 48, 8), (9, 49, 9), (1, 40, 17), (5, 700, 20), (32, 33, 5), (40, 8, 384), (205, 7, 385), (200, 97, 770),
        (97, 300, 31), (17, 64, 47), (16, 80, 51),
      ]
      .flatMap { m, n, k in
        [
          Case(m: m, n: n, k: k), Case(m: m, n: n, k: k, right: .transposed, factor: 0.3, hasBias: true),
          Case(m: m, n: n, k: k, left: .transposed, accumulates: true),
          Case(m: m, n: n, k: k, left: .transposed, right: .transposed, factor: -2, accumulates: true),
        ]
      }

    var a: [Float] { Operand.spread([m * k], seed: 1).values }
    var b: [Float] { Operand.spread([k * n], seed: 2).values }
    var before: [Float] { Operand.spread([m * n], seed: 3).values }
    var bias: [Float] { Operand.spread([n], seed: 4).values }

    /// What the definition says: runs of 384 terms, each term multiplied and added with one rounding.
    var expected: [Float] {
      let (a, b, before, bias) = (a, b, before, bias)
      return (0..<m * n).map { place in
        let (row, column) = place.quotientAndRemainder(dividingBy: n)
        var y: Float? = hasBias ? bias[column] : accumulates ? before[place] : nil
        for first in stride(from: 0, to: k, by: 384) {
          var sum: Float = 0
          for term in first..<min(k, first + 384) {
            sum.addProduct(
              left == .none ? a[row * k + term] : a[term * m + row], right == .none ? b[term * n + column] : b[column * k + term])
          }
          y = y.map { $0 + factor * sum } ?? factor * sum
        }
        return y ?? 0
      }
    }

    func result(on backend: CPUBackend, half: Bool = false) -> [Float] {
      let (c, whole) = (backend.upload(before), backend.upload(b))
      var right = whole
      if half {
        right = backend.allocate(b.count, .bfloat16)
        backend.round(whole, into: right)
      }
      backend.matmul(
        backend.upload(a), left, right, self.right, into: c, m: m, n: n, k: k, factor: factor, accumulate: accumulates,
        bias: hasBias ? backend.upload(bias) : nil)
      return backend.download(c)
    }
  }

  @Test("each number is the sum that its definition says, to the bit, with any number of threads", arguments: Case.all)
  func definition(_ row: Case) throws {
    let expected = row.expected
    for threads in [1, 2, 3, 7, 16] {
      let found = row.result(on: try CPUBackend(threads: threads))
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "\(threads) threads")
    }
  }

  @Test("a factor in bfloat16 gives the bits of the same numbers as float32", arguments: Case.all)
  func half(_ row: Case) throws {
    let backend = try CPUBackend(threads: 2), rounded = backend.allocate(row.b.count, .bfloat16)
    backend.round(backend.upload(row.b), into: rounded)
    let widened = backend.upload(backend.download(rounded) as [Float]), c = backend.upload(row.before)
    backend.matmul(
      backend.upload(row.a), row.left, widened, row.right, into: c, m: row.m, n: row.n, k: row.k, factor: row.factor,
      accumulate: row.accumulates, bias: row.hasBias ? backend.upload(row.bias) : nil)
    let expected: [Float] = backend.download(c)
    #expect(row.result(on: backend, half: true) == expected)
  }

  @Test("a row has the bits that it has among others, and so has a column")
  func parts() throws {
    let backend = try CPUBackend(threads: 2), whole = Case(m: 50, n: 70, k: 400).result(on: backend)
    let (a, b) = (Case(m: 50, n: 70, k: 400).a, Case(m: 50, n: 70, k: 400).b)
    let (row, column) = (backend.allocate(70), backend.allocate(50))
    backend.matmul(
      backend.upload(Array(a[400 * 7..<400 * 8])), .none, backend.upload(b), .none, into: row, m: 1, n: 70, k: 400, factor: 1,
      accumulate: false, bias: nil)
    let eighth: [Float] = backend.download(row)
    #expect(eighth == Array(whole[70 * 7..<70 * 8]))
    let ninth = (0..<400).map { b[$0 * 70 + 9] }
    backend.matmul(
      backend.upload(a), .none, backend.upload(ninth), .none, into: column, m: 50, n: 1, k: 400, factor: 1, accumulate: false,
      bias: nil)
    let expected = (0..<50).map { whole[$0 * 70 + 9] }, found: [Float] = backend.download(column)
    #expect(found == expected)
  }

  @Test(
    "more columns, or more rows, than are packed at a time",
    arguments: [
      Case(m: 40, n: 90_000, k: 50, right: .transposed, hasBias: true), Case(m: 50_000, n: 40, k: 100, left: .transposed),
    ])
  func many(_ row: Case) throws {
    #expect(row.result(on: try CPUBackend(threads: 2)).map(\.bitPattern) == row.expected.map(\.bitPattern))
  }

  @Test("products of base size have a tile for each of sixteen threads, twice; small ones are not cut to pieces")
  func tiles() {
    func count(_ m: Int, _ n: Int, _ k: Int) -> Int {
      let product = MatrixProduct(m: m, n: n, k: k), tile = product.tile(threads: 16)
      return ((m + tile.rows - 1) / tile.rows) * ((product.panels + tile.panels - 1) / tile.panels)
    }
    for (m, n, k) in [(2048, 768, 768), (2048, 3072, 768), (2048, 768, 3072), (750, 768, 768), (750, 3072, 768), (768, 768, 2048)] {
      #expect((32...96).contains(count(m, n, k)), "\(m), \(n), \(k): \(count(m, n, k))")
    }
    #expect(count(16, 64, 64) == 1)
    #expect((4...16).contains(count(300, 128, 128)))
  }
}
