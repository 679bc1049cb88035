import Testing

@testable import Layers

/// Sequences packed one after the other.
@Suite struct TokenBatchTests {
  @Test func packs() {
    let batch = TokenBatch([
      (tokens: [5, 6, 7], segments: [0, 0, 1]), (tokens: [8], segments: [0]), (tokens: [9, 10], segments: [0, 1]),
    ])
    #expect(batch.tokens == [5, 6, 7, 8, 9, 10])
    #expect(batch.segments == [0, 0, 1, 0, 0, 1])
    #expect(batch.offsets == [0, 3, 4, 6])
    #expect(batch.count == 3 && batch.longest == 3)
    #expect(batch.firstRows == [0, 3, 4] && batch.lastRows == [2, 3, 5])
    #expect(batch.positions == [0, 1, 2, 0, 0, 1])
  }

  @Test func textsAlone() {
    let batch = TokenBatch(sequences: [[1, 2], [3]])
    #expect(batch.segments == [0, 0, 0] && batch.offsets == [0, 2, 3])
    #expect(batch == TokenBatch([(tokens: [1, 2], segments: [0, 0]), (tokens: [3], segments: [0])]))
  }

  @Test func empty() {
    let batch = TokenBatch(sequences: [])
    #expect(batch.count == 0 && batch.longest == 0 && batch.tokens.isEmpty && batch.firstRows.isEmpty && batch.positions.isEmpty)
  }
}
