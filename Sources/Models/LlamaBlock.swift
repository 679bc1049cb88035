// A block of Llama: norms before both halves, rotary positions, grouped key heads and a gated feed-forward half.
import Layers
import Tensors

/// The positions of one pass's rows, and the table that says how far each turns what stands there.
final class RotaryRows {
  private let table: Tensor
  private let positions: [Int32]
  /// The positions where a backend has them, by how many rows stand before each sequence's own.
  private var uploaded: [Int: Indices] = [:]

  /// - Parameters:
  ///   - table: `[positions, headSize]`, of `RotaryPositions`.
  ///   - positions: each row's, `[rows]`.
  init(table: Tensor, positions: [Int32]) {
    self.table = table
    self.positions = positions
  }

  /// Queries or keys, `[rows, heads · headSize]`, turned by their positions, which are `shift` more than was said.
  func turned(_ x: Tensor, shift: Int) -> Tensor {
    let places = uploaded[shift] ?? Indices(positions.map { $0 + Int32(shift) }, on: x.backend)
    uploaded[shift] = places
    return x.rotated(by: table, at: places)
  }
}

/// `a = x + output(attention(norm(x)))`, then `a + down(activation(gate(norm(a))) · up(norm(a)))`.
final class LlamaBlock {
  let keysAndValues: KeysAndValues
  private let query: Projection
  private let key: Projection
  private let value: Projection
  private let attentionHalf: Sublayer
  private let gate: Projection
  private let up: Projection
  private let feedForwardHalf: Sublayer
  private let configuration: LlamaConfiguration

  /// Query, key, value, attention output, gate, intermediate, output.
  var projections: [Projection] {
    [query, key, value, attentionHalf.projection, gate, up, feedForwardHalf.projection]
  }
  /// The attention and the feed-forward half.
  var sublayers: [Sublayer] { [attentionHalf, feedForwardHalf] }

  init(_ configuration: LlamaConfiguration, layer: Int, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let path = "\(LlamaDefinition.names.prefix).layers.\(layer)"
    let (hidden, inner, dropout) = (
      configuration.hiddenSize, configuration.intermediateSize, Float(configuration.hiddenDropout)
    )
    let (queries, keys) = (configuration.heads * configuration.headSize, configuration.keyHeads * configuration.headSize)
    func projection(_ name: String, from input: Int, to output: Int, _ role: ProjectionRole) throws -> Projection {
      let path = "\(path).\(name)"
      let hasBias = role.layerType == .attention ? configuration.attentionHasBias : configuration.feedForwardHasBias
      return Projection(
        try builder.linear(path, from: input, to: output, hasBias: hasBias), layer: layer, role: role, path: path)
    }
    func norm(_ name: String) throws -> RMSNorm {
      try builder.rmsNorm("\(path).\(name)", size: hidden, epsilon: configuration.normEpsilon)
    }
    let attentionNorm = try norm("input_layernorm")
    query = try projection("self_attn.q_proj", from: hidden, to: queries, .query)
    key = try projection("self_attn.k_proj", from: hidden, to: keys, .key)
    value = try projection("self_attn.v_proj", from: hidden, to: keys, .value)
    attentionHalf = Sublayer(
      try projection("self_attn.o_proj", from: queries, to: hidden, .attentionOutput), norm: attentionNorm,
      placement: .beforeLayers, dropout: dropout)
    let feedForwardNorm = try norm("post_attention_layernorm")
    gate = try projection("mlp.gate_proj", from: hidden, to: inner, .gate)
    up = try projection("mlp.up_proj", from: hidden, to: inner, .intermediate)
    feedForwardHalf = Sublayer(
      try projection("mlp.down_proj", from: inner, to: hidden, .output), norm: feedForwardNorm, placement: .beforeLayers,
      dropout: dropout)
    keysAndValues = KeysAndValues(layer: layer, path: "\(path).self_attn", width: keys)
  }

  /// Some of the rows that a block computes, and their positions.
  struct Cut {
    var rows: QueryRows
    var rotary: RotaryRows
  }

  /// `[tokens, hidden]` → `[tokens, hidden]`, or `[rows, hidden]` of the rows that are asked for. Only keys and values are computed for
  /// the others, where each sequence's rows follow one another.
  ///
  /// - Parameters:
  ///   - offsets: where each sequence starts among the tokens, and the end, `[sequences + 1]`.
  ///   - rotary: the tokens' positions.
  ///   - keep: receives the keys, turned, and the values of all tokens, `[tokens, keyHeads · headSize]` both.
  func callAsFunction(
    _ x: Tensor, offsets: Offsets, cut: Cut?, rotary: RotaryRows, pass: Pass, probabilities: ((Tensor) -> Void)? = nil,
    keep: ((_ keys: Tensor, _ values: Tensor) -> Void)? = nil
  ) -> Tensor {
    if let cut, cut.rows.starts == nil {
      return self(x, offsets: offsets, cut: nil, rotary: rotary, pass: pass, probabilities: probabilities, keep: keep)
        .rows(cut.rows.places)
    }
    let states = attentionHalf.input(x)
    let residual = cut.map { x.rows($0.rows.places) } ?? x
    let queries = cut.map { states.rows($0.rows.places) } ?? states
    let context = attention(
      queries: queries, states, offsets: offsets, cut: cut, rotary: rotary, pass: pass, probabilities: probabilities, keep: keep)
    return after(context, residual: residual, pass: cut.map { pass.on($0.rows.kind) } ?? pass)
  }

  /// One token more of each sequence, the first after those that are kept: `[sequences, hidden]` → the same.
  ///
  /// - Parameters:
  ///   - step: which sequences, and where their new rows are kept.
  ///   - rotary: the tokens' positions.
  func next(_ x: Tensor, _ step: DecodingStep, rotary: RotaryRows, pass: Pass) -> Tensor {
    let states = attentionHalf.input(x), layer = keysAndValues.layer, prefix = step.cache.prefixes[layer]
    let before = prefix?.keys.shape[0] ?? 0
    step.cache.rows.store(
      keys: rotary.turned(key(states, pass: pass), shift: before), values: value(states, pass: pass), layer: layer,
      at: step.newRows)
    let context = step.cache.rows.attention(
      rotary.turned(query(states, pass: pass), shift: before), over: step.sequences, layer: layer, heads: configuration.heads,
      keyHeads: configuration.keyHeads, factor: factor, prefix: prefix)
    return after(context, residual: x, pass: pass)
  }

  /// What follows attention: `[tokens, heads · headSize]` and `[tokens, hidden]` → `[tokens, hidden]`.
  private func after(_ context: Tensor, residual: Tensor, pass: Pass) -> Tensor {
    let a = attentionHalf(context, residual: residual, pass: pass)
    let normed = feedForwardHalf.input(a)
    let inner = gate(normed, pass: pass).activated(configuration.activation).multiplied(by: up(normed, pass: pass))
    return feedForwardHalf(inner, residual: a, pass: pass)
  }

  /// What multiplies the scores.
  private var factor: Float { 1 / Float(configuration.headSize).squareRoot() }

  /// The context of each query: `[queries, hidden]` and `x: [tokens, hidden]` → `[queries, heads · headSize]`.
  private func attention(
    queries: Tensor, _ x: Tensor, offsets: Offsets, cut: Cut?, rotary: RotaryRows, pass: Pass,
    probabilities: ((Tensor) -> Void)?, keep: ((_ keys: Tensor, _ values: Tensor) -> Void)?
  ) -> Tensor {
    // those that ask may be fewer than those that answer
    let asking = cut.map { pass.on($0.rows.kind) } ?? pass
    let adapter = keysAndValues.adapter, before = adapter?.count ?? 0
    let q = (cut?.rotary ?? rotary).turned(query(queries, pass: asking), shift: before)
    var k = rotary.turned(key(x, pass: pass), shift: before)
    var v = value(x, pass: pass)
    keep?(k, v)
    var keyOffsets = offsets
    if let adapter {
      // they stand at the first places and are not turned, as a cache's that was filled before
      let (keys, values) = adapter.prefix(pass: pass), prefixed = PrefixedRows(count: before, before: offsets.values)
      (k, v, keyOffsets) = (prefixed.joined(keys, k), prefixed.joined(values, v), Offsets(prefixed.offsets))
    }
    let starts = cut?.rows.starts ?? Array(repeating: 0, count: offsets.runs)
    return q.attention(
      key: k, value: v, queryOffsets: cut?.rows.offsets ?? offsets, keyOffsets: keyOffsets,
      queryStarts: starts.map { $0 + before }, heads: configuration.heads, keyHeads: configuration.keyHeads,
      factor: factor, mask: .causal,
      dropout: pass.dropout(Float(configuration.attentionDropout)), dropoutPlaces: asking.attentionPlaces(keysBefore: before),
      probabilities: probabilities)
  }
}
