// A transformer block as BERT, RoBERTa and DeBERTa have it.
import Layers
import Tensors

/// `a = norm(x + attention(x))`, then `norm(a + output(activation(intermediate(a))))`; or with the norms before the layers,
/// `a = x + attention(norm(x))`, then `a + output(activation(intermediate(norm(a))))`.
final class EncoderBlock {
  private let attention: SelfAttention
  private let attentionHalf: Sublayer
  private let intermediate: Projection
  private let feedForwardHalf: Sublayer
  private let activation: Activation

  /// Query, key, value, attention output, intermediate, output.
  var projections: [Projection] {
    [attention.query, attention.key, attention.value, attentionHalf.projection, intermediate, feedForwardHalf.projection]
  }
  /// The attention and the feed-forward half.
  var sublayers: [Sublayer] { [attentionHalf, feedForwardHalf] }
  var keysAndValues: KeysAndValues { attention.keysAndValues }

  init(
    _ configuration: EncoderConfiguration, layer: Int, placement: NormPlacement = .afterSum, _ builder: ParameterBuilder
  ) throws {
    let path = "\(configuration.kind.names.prefix).encoder.layer.\(layer)"
    let hidden = configuration.hiddenSize
    let inner = configuration.intermediateSize
    func projection(_ name: String, from input: Int, to output: Int, _ role: ProjectionRole) throws -> Projection {
      let path = "\(path).\(name)"
      return Projection(try builder.linear(path, from: input, to: output), layer: layer, role: role, path: path)
    }
    func norm(_ name: String) throws -> LayerNorm {
      try builder.norm("\(path).\(name)", size: hidden, epsilon: configuration.normEpsilon)
    }
    attention = try SelfAttention(configuration, layer: layer, path: "\(path).attention.self", builder)
    activation = configuration.activation
    let dropout = Float(configuration.hiddenDropout)
    attentionHalf = Sublayer(
      try projection("attention.output.dense", from: hidden, to: hidden, .attentionOutput),
      norm: try norm("attention.output.LayerNorm"), placement: placement, dropout: dropout)
    intermediate = try projection("intermediate.dense", from: hidden, to: inner, .intermediate)
    feedForwardHalf = Sublayer(
      try projection("output.dense", from: inner, to: hidden, .output), norm: try norm("output.LayerNorm"), placement: placement,
      dropout: dropout)
  }

  /// `[tokens, hidden]` → `[tokens, hidden]`, or `[rows, hidden]` of the rows that are asked for. Those attend to all tokens, so only
  /// keys and values are computed for the others, where the attention can.
  ///
  /// - Parameter offsets: where each sequence starts among the tokens, and the end, `[sequences + 1]`.
  func callAsFunction(
    _ x: Tensor, offsets: Offsets, rows: QueryRows?, relative: RelativeTable?, pass: Pass, probabilities: ((Tensor) -> Void)? = nil
  ) -> Tensor {
    if let rows, !attention.canCompute(rows) {
      return self(x, offsets: offsets, rows: nil, relative: relative, pass: pass, probabilities: probabilities).rows(rows.places)
    }
    let states = attentionHalf.input(x)
    let residual = rows.map { x.rows($0.places) } ?? x
    let queries = states === x ? residual : rows.map { states.rows($0.places) } ?? states
    let context = attention(
      queries: queries, states, offsets: offsets, rows: rows, relative: relative, pass: pass, probabilities: probabilities)
    let pass = rows.map { pass.on($0.kind) } ?? pass
    let a = attentionHalf(context, residual: residual, pass: pass)
    return feedForwardHalf(
      intermediate(feedForwardHalf.input(a), pass: pass).activated(activation), residual: a, pass: pass)
  }
}
