// Keys and values that are kept: attention over them is that of the whole sequence, whatever other sequences are there.
import Testing

@testable import CPUBackend
@testable import Tensors

@Suite("Cached rows")
struct CachedRowsTests {
  struct Heads: CustomTestStringConvertible {
    var heads: Int, keyHeads: Int, size: Int
    var testDescription: String { "\(heads) heads over \(keyHeads) of \(size)" }
    var width: Int { keyHeads * size }
    static let all = [
      Heads(heads: 1, keyHeads: 1, size: 4), .init(heads: 6, keyHeads: 2, size: 18), .init(heads: 4, keyHeads: 4, size: 64),
      .init(heads: 8, keyHeads: 1, size: 80),
    ]
  }
  private let lengths = [1, 70, 3, 16, 33]

  private func tensor(_ shape: [Int], _ seed: UInt64, on backend: any Backend) -> Tensor {
    Tensor(Operand.spread(shape, seed: seed).values, shape: shape, on: backend)
  }

  /// The last query of each of some sequences over a cache that holds them.
  private func context(_ heads: Heads, _ sequences: [Int], before: Int, threads: Int) throws -> [[Float]] {
    let backend = try backend(threads: threads), cache = CachedRows(layers: 3, width: heads.width, on: backend)
    let rows = sequences.map { sequence in
      let rows = cache.take(lengths[sequence])
      for layer in 0..<3 {
        cache.store(
          keys: tensor([rows.count, heads.width], UInt64(10 * sequence + layer + 1), on: backend),
          values: tensor([rows.count, heads.width], UInt64(10 * sequence + layer + 1001), on: backend), layer: layer, at: rows)
      }
      return rows
    }
    let width = heads.heads * heads.size
    let queries = sequences.flatMap { Operand.spread([width], seed: UInt64($0 + 500)).values }
    let prefix =
      before == 0 ? nil : (tensor([before, heads.width], 7, on: backend), tensor([before, heads.width], 8, on: backend))
    let values = cache.attention(
      Tensor(queries, shape: [sequences.count, width], on: backend), over: CachedSequences(rows), layer: 1, heads: heads.heads,
      keyHeads: heads.keyHeads, factor: 0.2, prefix: prefix
    ).values
    return sequences.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  @Test("a query has the same bits whatever sequences stand beside its own", arguments: Heads.all, [0, 5])
  func apart(_ heads: Heads, before: Int) throws {
    let alone = try lengths.indices.map { try context(heads, [$0], before: before, threads: 1)[0] }
    for order in [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [1, 1, 3]] {
      for threads in [1, 2, 3] {
        let found = try context(heads, order, before: before, threads: threads)
        #expect(found.map { $0.map(\.bitPattern) } == order.map { alone[$0].map(\.bitPattern) })
      }
    }
  }

  @Test("it is attention over the whole sequence", arguments: Heads.all, [0, 5])
  func plain(_ heads: Heads, before: Int) throws {
    let backend = try backend(), width = heads.heads * heads.size
    for (sequence, count) in lengths.enumerated() {
      func joined(_ prefixSeed: UInt64, _ seed: UInt64) -> Tensor {
        let prefix = Operand.spread([before, heads.width], seed: prefixSeed).values
        return Tensor(
          prefix + Operand.spread([count, heads.width], seed: seed).values, shape: [before + count, heads.width], on: backend)
      }
      let expected = tensor([1, width], UInt64(sequence + 500), on: backend).attention(
        key: joined(7, UInt64(10 * sequence + 2)), value: joined(8, UInt64(10 * sequence + 1002)), queryOffsets: [0, 1],
        keyOffsets: Offsets([0, before + count]), heads: heads.heads, keyHeads: heads.keyHeads, factor: 0.2
      ).values
      expectClose(try context(heads, [sequence], before: before, threads: 1)[0], expected.map { Double($0) }, 2e-6, "\(count) keys")
    }
  }

  @Test("rows are shared, used again, and given back with their memory")
  func memory() throws {
    let backend = try backend(), cache = CachedRows(layers: 2, width: 8, on: backend), size = CachedRows.rowsPerChunk
    let start = backend.pool.inUse
    let first = cache.take(size + 3), second = cache.take(2)
    #expect(first == (0..<Int32(size + 3)).map { $0 } && second == [Int32(size + 3), Int32(size + 4)] && cache.count == size + 5)
    let two = backend.pool.inUse - start
    #expect(two == 2 * BufferPool.capacity(for: 2 * 2 * size * 8))
    cache.share(first)
    cache.release(first)
    #expect(cache.count == size + 5)
    cache.release(first)
    #expect(cache.count == 2 && backend.pool.inUse - start == two / 2, "the first chunk has no row in use")
    #expect(cache.take(3) == [0, 1, 2], "the lowest rows come first")
    cache.release([0, 1, 2] + second)
    #expect(cache.count == 0 && backend.pool.inUse == start)
    #expect(cache.take(1) == [0])
  }

  @Test("what is written into a row that is used again is what is read")
  func reuse() throws {
    let backend = try backend(), cache = CachedRows(layers: 1, width: 4, on: backend)
    let gone = cache.take(2)
    cache.store(keys: tensor([2, 4], 1, on: backend), values: tensor([2, 4], 2, on: backend), layer: 0, at: gone)
    cache.release(gone)
    let rows = cache.take(1), values = tensor([1, 4], 3, on: backend)
    cache.store(keys: tensor([1, 4], 4, on: backend), values: values, layer: 0, at: rows)
    let context = cache.attention(
      tensor([1, 4], 5, on: backend), over: CachedSequences([rows]), layer: 0, heads: 1, keyHeads: 1, factor: 1)
    #expect(context.values == values.values)
  }
}
