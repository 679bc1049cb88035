import CPUBackend
import Layers
import Tensors
import Testing

/// Rows before each sequence's own.
@Suite struct PrefixedRowsTests {
  @Test func joined() throws {
    let backend = try CPUBackend(threads: 1)
    let rows = PrefixedRows(count: 2, before: [0, 1, 3])
    #expect(rows.offsets == [0, 3, 7] && rows.own == [2, 5, 6])
    let prefix = Tensor([1, 2, 3, 4], shape: [2, 2], on: backend), x = Tensor([5, 6, 7, 8, 9, 10], shape: [3, 2], on: backend)
    prefix.requiresGradient = true
    x.requiresGradient = true
    let joined = rows.joined(prefix, x)
    #expect(joined.shape == [7, 2])
    #expect(joined.values == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 7, 8, 9, 10])
    joined.multiplied(by: Tensor((0..<14).map { Float($0) }, shape: [7, 2], on: backend)).sum().backward()
    let twice: [Float] = [6, 8, 10, 12]
    #expect(prefix.gradient?.values == twice)
    #expect(x.gradient?.values == [4, 5, 10, 11, 12, 13])
  }

  @Test func numbers() {
    let rows = PrefixedRows(count: 2, before: [0, 1, 3])
    #expect(rows.positions(from: 5) == [5, 6, 7, 5, 6, 7, 8])
    #expect(rows.joined(0, [7, 8, 9]) == [0, 0, 7, 0, 0, 8, 9])
  }

  @Test func none() throws {
    let rows = PrefixedRows(count: 0, before: [0, 2])
    #expect(rows.offsets == [0, 2] && rows.own == [0, 1])
    #expect(rows.positions(from: 0) == [0, 1] && rows.joined(0, [3, 4]) == [3, 4])
  }
}
