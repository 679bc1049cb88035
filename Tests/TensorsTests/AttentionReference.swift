// Attention written out in double precision: masks, grouped heads, where queries stand, dropout.
import Foundation
import Testing

@testable import CPUBackend
@testable import Tensors

/// Sequences of an attention call, and the formula for them.
struct AttentionCase: CustomTestStringConvertible {
  var name: String
  var queries: [Int], keys: [Int]
  var starts: [Int]?
  var heads = 2, keyHeads = 2, headSize = 3
  var mask = AttentionMask.causal
  var rate: Float = 0
  var factor: Float = 0.6
  var places: AttentionShape.DropoutPlaces?
  var testDescription: String { name }

  var queryOffsets: [Int] { AttentionTests.offsets(queries) }
  var keyOffsets: [Int] { AttentionTests.offsets(keys) }
  var dropout: Dropout? {
    rate > 0 ? Dropout(rate: rate, stream: RandomStream(seed: 8, purpose: .dropout, step: 1, index: 4)) : nil
  }
  var shape: AttentionShape {
    AttentionShape(
      queryOffsets: Offsets(queryOffsets), keyOffsets: Offsets(keyOffsets), queryStarts: starts, heads: heads, keyHeads: keyHeads,
      headSize: headSize, factor: factor, mask: mask, dropoutPlaces: places)
  }

  /// Queries, keys and values.
  func operands(seed: UInt64 = 1) -> [Operand] {
    let (queries, keys) = (queries.reduce(0, +), keys.reduce(0, +))
    return [
      .spread([queries, heads * headSize], seed: seed), .spread([keys, keyHeads * headSize], seed: seed + 1),
      .spread([keys, keyHeads * headSize], seed: seed + 2),
    ]
  }

  func attention(_ t: [Tensor], probabilities: ((Tensor) -> Void)? = nil) -> Tensor {
    t[0].attention(
      key: t[1], value: t[2], queryOffsets: Offsets(queryOffsets), keyOffsets: Offsets(keyOffsets), queryStarts: starts,
      heads: heads,
      keyHeads: keyHeads, factor: factor, mask: mask, dropout: dropout, dropoutPlaces: places, probabilities: probabilities)
  }

  /// The context of the operands' values; `factors` are what dropout multiplies each probability by, head by head.
  func context(_ v: [[Double]], factors: [Double]) -> [Double] {
    let (queryOffsets, keyOffsets) = (queryOffsets, keyOffsets)
    var out = [Double](repeating: 0, count: v[0].count)
    var place = 0
    for head in 0..<heads {
      let keyHead = head / (heads / keyHeads)
      for s in queries.indices {
        for i in 0..<queries[s] {
          let query = (queryOffsets[s] + i) * heads * headSize + head * headSize
          let key = { (j: Int) in (keyOffsets[s] + j) * keyHeads * headSize + keyHead * headSize }
          let seen = mask == .none ? keys[s] : min(keys[s], (starts?[s] ?? 0) + i + 1)
          let powers = (0..<seen).map { j -> Double in
            var dot = 0.0
            for d in 0..<headSize { dot += v[0][query + d] * v[1][key(j) + d] }
            return exp(Double(factor) * dot)
          }
          let total = powers.reduce(0, +)
          for j in 0..<seen {
            for d in 0..<headSize { out[query + d] += powers[j] / total * factors[place + j] * v[2][key(j) + d] }
          }
          place += keys[s]
        }
      }
    }
    return out
  }

  /// The context, the probabilities and the gradients of queries, keys and values of one pass, by a backend's kernels: with
  /// probabilities that are kept for the backward pass, or computed again.
  func pass(keeping: Bool, on backend: CPUBackend) -> [[Float]] {
    let operands = operands().map { backend.upload($0.values) }, shape = shape
    let buffers = AttentionOperands(query: operands[0], key: operands[1], value: operands[2])
    let context = backend.allocate(operands[0].count)
    let kept = keeping ? backend.allocate(heads * shape.scoresPerHead) : nil
    backend.attention(shape, buffers, dropout: dropout, context: context, probabilities: kept)
    let slope = backend.upload(Operand.spread([operands[0].count], seed: 77).values)
    let gradients = operands.map { backend.upload([Float](repeating: .nan, count: $0.count)) }
    backend.attentionBackward(
      shape, buffers, dropout: dropout, probabilities: kept, contextGradient: slope,
      into: AttentionGradients(query: gradients[0], key: gradients[1], value: gradients[2]))
    return ([context] + gradients).map(backend.download)
  }
}
