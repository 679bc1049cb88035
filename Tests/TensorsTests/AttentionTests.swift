import Foundation
import Testing

@testable import Tensors

/// Attention over packed sequences against the formula written out, dropout and relative terms included.
@Suite struct AttentionTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    var queries: [Int], keys: [Int]
    var heads = 2, headSize = 3
    var isRelative = false
    var rate: Float = 0
    /// Distances beyond this share the last bucket.
    var buckets = 100
    var testDescription: String { name }

    static let all = [
      Case(name: "one sequence", queries: [4], keys: [4]),
      Case(name: "packed sequences", queries: [3, 1, 5], keys: [3, 1, 5]),
      Case(name: "a sequence without tokens", queries: [2, 0, 3], keys: [2, 0, 3]),
      Case(name: "keys without queries", queries: [2, 0, 3], keys: [2, 4, 3]),
      Case(name: "queries without keys", queries: [2, 4, 3], keys: [2, 0, 3]),
      Case(name: "fewer queries than keys", queries: [1, 1, 2], keys: [4, 2, 5]),
      Case(name: "longer than a vector", queries: [18], keys: [18], heads: 1),
      Case(name: "dropout", queries: [5, 7], keys: [5, 7], rate: 0.3),
      Case(name: "relative", queries: [4, 6], keys: [4, 6], isRelative: true),
      Case(name: "relative, shared buckets", queries: [3, 7], keys: [3, 7], isRelative: true, buckets: 2),
      Case(name: "relative, all in one bucket", queries: [3, 2], keys: [3, 2], isRelative: true, buckets: 0),
      Case(name: "relative, fewer queries", queries: [1, 2], keys: [5, 6], isRelative: true, buckets: 3),
      Case(name: "relative, keys without queries", queries: [3, 0], keys: [3, 4], isRelative: true, buckets: 3),
      Case(name: "relative, dropout", queries: [5, 3], keys: [5, 3], isRelative: true, rate: 0.25, buckets: 3),
      Case(name: "relative, longer than a vector", queries: [19], keys: [19], heads: 1, headSize: 2, isRelative: true, buckets: 12),
    ]
  }

  /// Table row of each distance: its own up to `buckets`, then every second distance shares one.
  static func index(reach: Int, buckets: Int) -> [Int32] {
    (-reach...reach).map { distance in
      let size = abs(distance), bucket = size <= buckets ? size : buckets + (size - buckets) / 2
      let most = reach <= buckets ? reach : buckets + (reach - buckets) / 2
      return Int32(most + (distance < 0 ? -bucket : bucket))
    }
  }

  static func offsets(_ lengths: [Int]) -> [Int] { lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) } }

  @Test(arguments: Case.all, [1, 2])
  func attention(_ c: Case, threads: Int) throws {
    let width = c.heads * c.headSize, size = c.headSize, factor: Float = 0.6
    let (queries, keys) = (Self.offsets(c.queries), Self.offsets(c.keys))
    let reach = max(c.keys.max() ?? 1, 1) + 2
    let index = Self.index(reach: reach, buckets: c.buckets), rows = Int(index[2 * reach]) + 1
    let scores = zip(c.queries, c.keys).reduce(0) { $0 + $1.0 * $1.1 }
    let dropout = c.rate > 0 ? Dropout(rate: c.rate, stream: RandomStream(seed: 8, purpose: .dropout, step: 1, index: 4)) : nil
    let factors = try mask(dropout, count: c.heads * scores)
    var operands: [Operand] = [
      .spread([queries[c.queries.count], width], seed: 1), .spread([keys[c.keys.count], width], seed: 2),
      .spread([keys[c.keys.count], width], seed: 3),
    ]
    if c.isRelative { operands += [.spread([rows, width], seed: 4), .spread([rows, width], seed: 5)] }
    try checkGradients(operands, on: try backend(threads: threads)) { t in
      t[0].attention(
        key: t[1], value: t[2], queryOffsets: Offsets(queries), keyOffsets: Offsets(keys), heads: c.heads, factor: factor,
        relative: c.isRelative ? .init(query: t[3], key: t[4], index: index) : nil, dropout: dropout)
    } reference: { v in
      var out = [Double](repeating: 0, count: v[0].count)
      var position = 0
      for head in 0..<c.heads {
        for s in c.queries.indices {
          for i in 0..<c.queries[s] {
            let at = { (row: Int, d: Int) in row * width + head * size + d }
            let logits = (0..<c.keys[s]).map { j -> Double in
              var dot = 0.0
              for d in 0..<size {
                let q = v[0][at(queries[s] + i, d)], k = v[1][at(keys[s] + j, d)]
                dot += q * k
                if c.isRelative {
                  let row = Int(index[reach + i - j])
                  dot += q * v[4][at(row, d)] + k * v[3][at(row, d)]
                }
              }
              return dot * Double(factor)
            }
            let powers = logits.map { exp($0) }, total = powers.reduce(0, +)
            for j in 0..<c.keys[s] {
              for d in 0..<size {
                out[at(queries[s] + i, d)] += powers[j] / total * factors[position] * v[2][at(keys[s] + j, d)]
              }
              position += 1
            }
          }
        }
      }
      return out
    }
  }

  /// What is frozen gets no gradient, and the others get the one they would have got.
  @Test(arguments: 1..<32)
  func frozenOperands(learning: Int) throws {
    let backend = try backend()
    let gradients = { (learning: Int) -> [[Float]?] in
      let tensors = (0..<5).map { operand in
        let rows = operand < 3 ? 6 : 11
        let tensor = Tensor(Operand.spread([rows, 4], seed: UInt64(operand)).values, shape: [rows, 4], on: backend)
        tensor.requiresGradient = learning >> operand & 1 == 1
        return tensor
      }
      let y = tensors[0].attention(
        key: tensors[1], value: tensors[2], queryOffsets: [0, 2, 6], keyOffsets: [0, 2, 6], heads: 2, factor: 0.5,
        relative: .init(query: tensors[3], key: tensors[4], index: Self.index(reach: 5, buckets: 5)),
        dropout: Dropout(rate: 0.2, stream: RandomStream(seed: 1, purpose: .dropout)))
      y.multiplied(by: y).sum().backward()
      return tensors.map { $0.gradient?.values }
    }
    let all = gradients(31), some = gradients(learning)
    for operand in 0..<5 {
      if learning >> operand & 1 == 1 { #expect(some[operand] == all[operand]) } else { #expect(some[operand] == nil) }
    }
  }

  /// Scores far apart or very large neither overflow nor lose the sum of one.
  @Test func extremeScores() throws {
    let backend = try backend()
    let query = Tensor([1e4, -1e4], shape: [2, 1], on: backend), key = Tensor([1e4, 0], shape: [2, 1], on: backend)
    let value = Tensor([1, 2], shape: [2, 1], on: backend)
    let y = query.attention(key: key, value: value, queryOffsets: [0, 2], keyOffsets: [0, 2], heads: 1, factor: 1)
    #expect(y.values == [1, 2])
  }

  @Test func probabilitiesAreHandedOver() throws {
    let backend = try backend()
    let x = Tensor(Operand.spread([5, 4], seed: 3).values, shape: [5, 4], on: backend)
    var seen: [Float] = []
    _ = backend.withoutGradients {
      x.attention(key: x, value: x, queryOffsets: [0, 2, 5], keyOffsets: [0, 2, 5], heads: 2, factor: 1) { seen = $0.values }
    }
    #expect(seen.count == 2 * (4 + 9))
    var start = 0
    for length in [2, 2, 3, 3, 3, 2, 2, 3, 3, 3] {
      #expect(abs(seen[start..<start + length].reduce(0, +) - 1) < 1e-6)
      start += length
    }
  }
}
