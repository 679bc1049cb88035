// Rows and columns that are taken from a matrix, and what is largest in a row.
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite struct RowOperationTests {
  @Test(arguments: [0..<7, 0..<3, 2..<6, 6..<7, 3..<3])
  func columns(_ range: Range<Int>) throws {
    try checkGradients([.spread([5, 7], seed: 1)]) {
      $0[0].columns(range)
    } reference: { v in
      (0..<5).flatMap { row in range.map { v[0][row * 7 + $0] } }
    }
  }

  @Test("parts of one matrix add up in its gradient")
  func overlappingColumns() throws {
    try checkGradients([.spread([4, 6], seed: 2)]) {
      $0[0].columns(0..<4).multiplied(by: $0[0].columns(2..<6))
    } reference: { v in
      (0..<16).map { place -> Double in
        let first = place / 4 * 6 + place % 4
        return v[0][first] * v[0][first + 2]
      }
    }
  }

  @Test("rows of two tables, some of them several times")
  func twoTables() throws {
    let places: [Int32] = [0, 1, 2, 0, 1, 5, 3, 5]
    try checkGradients([.spread([2, 3], seed: 5), .spread([4, 3], seed: 6)]) {
      $0[0].rows(Indices(places, on: $0[0].backend), with: $0[1])
    } reference: { v in
      let both = v[0] + v[1]
      return places.flatMap { place in (0..<3).map { both[Int(place) * 3 + $0] } }
    }
  }

  @Test func largest() throws {
    let values: [Float] = [1, 5, 5, -1, -3, -2, -9, -2, 0, 0, 0, 0], x = Tensor(values, shape: [3, 4], on: try backend(threads: 2))
    #expect(x.argmax().values == [1, 1, 0], "of equal ones the first")
    #expect(x.rowMaxima.values == [5, -2, 0])
    let wide = Operand.spread([3, 32_000], seed: 4)
    let found = Tensor(wide.values, shape: [3, 32_000], on: try backend(threads: 2)).argmax().values
    for row in 0..<3 {
      let part = Array(wide.values[row * 32_000..<(row + 1) * 32_000])
      #expect(part.max().flatMap { part.firstIndex(of: $0) } == Int(found[row]))
    }
  }

  @Test("what was found in one step is looked up in the next, without a read")
  func indices() throws {
    let backend = try backend(), scores = Tensor([0, 2, 1, 9, 0, 0], shape: [2, 3], on: backend)
    let table = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2], on: backend)
    let before = backend.reads, rows = table.rows(scores.argmax())
    #expect(backend.reads == before)
    #expect(rows.values == [3, 4, 1, 2])
  }
}
