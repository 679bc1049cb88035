// What is computed outside the graph, entry by entry and row by row, against plain Swift.
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite struct MeasurementTests {
  private static let values = Operand.spread([40_003], seed: 1, low: -3, high: 3).values
  private static let others = Operand.spread([40_003], seed: 2, low: 0.1, high: 2).values

  @Test func entryByEntry() throws {
    let backend = try backend(threads: 3), (x, y) = (Self.values, Self.others), shape = [x.count]
    let (a, b) = (Tensor(x, shape: shape, on: backend), Tensor(y, shape: shape, on: backend))
    #expect(a.divided(by: b).values == zip(x, y).map { $0 / $1 })
    #expect(b.squareRoots.values == y.map { $0.squareRoot() })
    #expect(a.signs.values == x.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
    #expect(a.clamped(atLeast: 0.5).values == x.map { max($0, 0.5) })
    #expect(a.exceeding(x[7]).values == x.map { $0 > x[7] ? 1 : 0 })
    #expect(a.exceeding(x[7], orEquals: true).values == x.map { $0 >= x[7] ? 1 : 0 })
    let mask = a.exceeding(0.25)
    #expect(a.selected(where: mask, otherwise: -9).values == x.map { $0 > 0.25 ? $0 : -9 })
    #expect(a.selected(where: mask).values.allSatisfy { $0 > 0.25 || $0.bitPattern == 0 }, "zero has no sign")
  }

  @Test("what is no number is below every limit, and clamped")
  func notNumbers() throws {
    let x = Tensor([.nan, 1, -.nan], shape: [3], on: try backend())
    #expect(x.clamped(atLeast: 0).values == [0, 1, 0])
    #expect(x.exceeding(-1, orEquals: true).values == [0, 1, 0])
  }

  @Test func lowestEntriesGo() throws {
    let x = Tensor([3, 1, 2, 1, 1, 5, 4, 4, 4, 4, 4, 4], shape: [2, 6], on: try backend(threads: 2))
    #expect(x.keepingHighest(dropping: 0).values == [Float](repeating: 1, count: 12))
    #expect(x.keepingHighest(dropping: 2).values == [1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1], "of equal ones the first go")
    #expect(x.keepingHighest(dropping: 6).values == [Float](repeating: 0, count: 12))
  }

  @Test func turned() throws {
    let x = Operand.spread([37, 21], seed: 3), t = Tensor(x.values, shape: [37, 21], on: try backend(threads: 2)).transposed
    #expect(t.shape == [21, 37])
    #expect(t.values == (0..<21).flatMap { column in (0..<37).map { x.values[$0 * 21 + column] } })
  }

  @Test func joinedAndParted() throws {
    let backend = try backend()
    let (a, b) = (Tensor([1, 2, 3, 4], shape: [2, 2], on: backend), Tensor([5, 6], shape: [2], on: backend))
    let whole = Tensor.joined([a, b], on: backend)
    #expect(whole.values == [1, 2, 3, 4, 5, 6] && whole.shape == [6])
    #expect(whole.part(from: 2, shape: [1, 3]).values == [3, 4, 5])
    #expect(Tensor.joined([], on: backend).count == 0)
  }

  @Test("sums in records are formed in order, and all are read at once")
  func scalars() throws {
    let backend = try backend(threads: 2), x = Tensor(Self.values, shape: [Self.values.count], on: backend)
    let found = Scalars(4, on: backend)
    found.add(.sumInOrder, of: x, at: 1)
    found.add(.notFinite, of: x.divided(by: .zeros(x.shape, on: backend)), at: 2)
    for _ in 0..<2 { found.add(.sum, of: Tensor([1, 2], shape: [2], on: backend), at: 3) }
    let before = backend.reads
    #expect(found.values == [0, Self.values.reduce(0) { $0 + Double($1) }, 1, 6])
    #expect(backend.reads.count == before.count + 1 && backend.reads.bytes == before.bytes + 32)
    let parts = Scalars(sumsOf: Tensor([1, 2, 3, 4, 5], shape: [5], on: backend), parts: [0, 2, 2, 5])
    #expect(Scalars.read([parts, found])[0] == [3, 0, 12])
    #expect(Tensor.read([Tensor.filled(0.1, shape: [2], on: backend), x.sum()])[0] == [0.1, 0.1])
  }
}
