// Multi-head attention of an encoder, with DeBERTa's positional terms where the architecture has them.
import Layers
import Tensors

/// One forward pass's relative table, normalised, cut to the distances that its sequences and what stands before them can meet.
struct RelativeTable {
  /// `[rows, hidden]`
  var rows: Tensor
  /// The row for each distance query − key, from `-(reach)` to `reach`.
  var index: [Int32]

  /// The same with other rows, where there are any.
  func with(_ rows: Tensor?) -> RelativeTable { rows.map { RelativeTable(rows: $0, index: index) } ?? self }

  /// What the first token's queries need: its distances to the keys are zero or negative.
  func forFirstQueries() -> RelativeTable {
    let zero = index[index.count / 2]
    return RelativeTable(rows: rows.rows(Array(0...zero)), index: index.map { min($0, zero) })
  }

  /// What queries need that stand `count` places after the first key, though they count from 0. The reach shrinks by as many.
  func shifted(by count: Int) -> RelativeTable {
    count == 0 ? self : RelativeTable(rows: rows, index: Array(index.dropFirst(2 * count)))
  }
}

/// Attention within each sequence of a batch: projections of the hidden states, and the context of their values.
final class SelfAttention {
  let query: Projection
  let key: Projection
  let value: Projection
  let keysAndValues: KeysAndValues
  private let configuration: EncoderConfiguration

  init(_ configuration: EncoderConfiguration, layer: Int, path: String, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let size = configuration.hiddenSize
    func projection(_ name: String, _ role: ProjectionRole) throws -> Projection {
      let path = "\(path).\(name)\(configuration.kind.projectionSuffix)"
      return Projection(try builder.linear(path, from: size, to: size), layer: layer, role: role, path: path)
    }
    query = try projection("query", .query)
    key = try projection("key", .key)
    value = try projection("value", .value)
    keysAndValues = KeysAndValues(
      layer: layer, path: path, width: size, hasRelativePositions: configuration.relativePositions != nil)
  }

  /// Whether it can compute some of the queries alone: their places count from 0 in each sequence's relative terms.
  func canCompute(_ rows: QueryRows) -> Bool {
    configuration.relativePositions == nil || rows.areFirst && keysAndValues.adapter == nil
  }

  /// The context of each query: `[queries, hidden]`.
  ///
  /// - Parameters:
  ///   - queries: the rows that ask, `[queries, hidden]`: all of `x`, or those that `rows` says.
  ///   - x: the hidden states, `[tokens, hidden]`.
  ///   - offsets: where each sequence starts among them, and the end, `[sequences + 1]`.
  func callAsFunction(
    queries: Tensor, _ x: Tensor, offsets: Offsets, rows: QueryRows?, relative: RelativeTable?, pass: Pass,
    probabilities: ((Tensor) -> Void)? = nil
  ) -> Tensor {
    // those that ask may be fewer than those that answer
    let asking = rows.map { pass.on($0.kind) } ?? pass
    let q = query(queries, pass: asking)
    var k = key(x, pass: pass)
    var v = value(x, pass: pass)
    var keyOffsets = offsets
    let adapter = keysAndValues.adapter
    if let adapter {
      let (keys, values) = adapter.prefix(pass: pass), prefixed = PrefixedRows(count: adapter.count, before: offsets.values)
      (k, v, keyOffsets) = (prefixed.joined(keys, k), prefixed.joined(values, v), Offsets(prefixed.offsets))
    }
    let terms = relative.map { table in
      let table = rows == nil ? table.shifted(by: adapter?.count ?? 0) : table.forFirstQueries()
      let pass = pass.on(.table), rows = table.rows.dropped(pass.dropout(Float(configuration.hiddenDropout)))
      return Tensor.RelativeTerms(
        query: query(rows, input: .relativePositions, pass: pass),
        key: key(rows, input: .relativePositions, pass: pass), index: table.index)
    }
    // DeBERTa's scores are a sum of three products
    let size = configuration.hiddenSize / configuration.heads * (relative == nil ? 1 : 3)
    return q.attention(
      key: k, value: v, queryOffsets: rows?.offsets ?? offsets, keyOffsets: keyOffsets, heads: configuration.heads,
      factor: 1 / Float(size).squareRoot(), relative: terms, dropout: pass.dropout(Float(configuration.attentionDropout)),
      dropoutPlaces: asking.attentionPlaces(keysBefore: adapter?.count ?? 0), probabilities: probabilities)
  }
}
