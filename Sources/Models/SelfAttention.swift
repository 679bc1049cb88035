// Multi-head attention of an encoder, with DeBERTa's positional terms where the architecture has them.
import Layers
import Tensors

/// One forward pass's relative table, normalised, cut to the distances of its longest sequence.
struct RelativeTable {
  /// `[rows, hidden]`
  var rows: Tensor
  /// The row for each distance query − key, from `-(longest - 1)` up.
  var index: [Int32]

  /// What the first token's queries need: its distances to the keys are zero or negative.
  func forFirstQueries() -> RelativeTable {
    let zero = index[index.count / 2]
    return RelativeTable(rows: rows.rows(Array(0...zero)), index: index.map { min($0, zero) })
  }
}

/// Attention within each sequence of a batch: projections of the hidden states, and the context of their values.
final class SelfAttention {
  let query: Projection
  let key: Projection
  let value: Projection
  private let configuration: EncoderConfiguration

  init(_ configuration: EncoderConfiguration, layer: Int, path: String, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let suffix = configuration.architecture == .deberta ? "_proj" : ""
    let size = configuration.hiddenSize
    func projection(_ name: String, _ role: ProjectionRole) throws -> Projection {
      let path = "\(path).\(name)\(suffix)"
      return Projection(try builder.linear(path, from: size, to: size), layer: layer, role: role, path: path)
    }
    query = try projection("query", .query)
    key = try projection("key", .key)
    value = try projection("value", .value)
  }

  /// The context of each query: `[queries, hidden]`.
  ///
  /// - Parameters:
  ///   - queries: the rows that ask, `[queries, hidden]`: all of `x`, or each sequence's first.
  ///   - x: the hidden states, `[tokens, hidden]`.
  func callAsFunction(
    queries: Tensor, _ x: Tensor, _ batch: TokenBatch, relative: RelativeTable?, pass: Pass,
    probabilities: ((Tensor) -> Void)? = nil
  ) -> Tensor {
    let onlyFirst = queries.shape[0] != x.shape[0]
    let q = query(queries, pass: pass)
    let k = key(x, pass: pass)
    let v = value(x, pass: pass)
    let terms = relative.map { table in
      let table = onlyFirst ? table.forFirstQueries() : table
      let rows = table.rows.dropped(pass.dropout(Float(configuration.hiddenDropout)))
      return Tensor.RelativeTerms(
        query: query(rows, input: .relativePositions, pass: pass),
        key: key(rows, input: .relativePositions, pass: pass), index: table.index)
    }
    // DeBERTa's scores are a sum of three products
    let size = configuration.hiddenSize / configuration.heads * (relative == nil ? 1 : 3)
    return q.attention(
      key: k, value: v, queryOffsets: onlyFirst ? Array(0...batch.count) : batch.offsets, keyOffsets: batch.offsets,
      heads: configuration.heads, factor: 1 / Float(size).squareRoot(), relative: terms,
      dropout: pass.dropout(Float(configuration.attentionDropout)), probabilities: probabilities)
  }
}
