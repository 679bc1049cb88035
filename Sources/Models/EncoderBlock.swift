// A transformer block with its norms after the sums, as BERT, RoBERTa and DeBERTa have it.
import Layers
import Tensors

/// `a = norm(x + attention(x))`, then `norm(a + output(activation(intermediate(a))))`.
final class EncoderBlock {
  private let attention: SelfAttention
  private let attentionOutput: SublayerOutput
  private let intermediate: Projection
  private let output: SublayerOutput
  private let activation: Activation

  /// Query, key, value, attention output, intermediate, output.
  var projections: [Projection] {
    [attention.query, attention.key, attention.value, attentionOutput.projection, intermediate, output.projection]
  }
  /// Where the attention and the feed-forward half end.
  var sublayers: [SublayerOutput] { [attentionOutput, output] }

  init(_ configuration: EncoderConfiguration, layer: Int, _ builder: ParameterBuilder) throws {
    let path = "\(configuration.architecture.prefix).encoder.layer.\(layer)"
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
    attentionOutput = SublayerOutput(
      try projection("attention.output.dense", from: hidden, to: hidden, .attentionOutput),
      norm: try norm("attention.output.LayerNorm"), dropout: dropout)
    intermediate = try projection("intermediate.dense", from: hidden, to: inner, .intermediate)
    output = SublayerOutput(
      try projection("output.dense", from: inner, to: hidden, .output), norm: try norm("output.LayerNorm"), dropout: dropout)
  }

  /// `[tokens, hidden]` → `[tokens, hidden]`, or `[sequences, hidden]` of the first tokens only. Those attend to all
  /// tokens, so only keys and values are computed for the others.
  func callAsFunction(
    _ x: Tensor, _ batch: TokenBatch, tokens: TokenSelection, relative: RelativeTable?, pass: Pass,
    probabilities: ((Tensor) -> Void)? = nil
  ) -> Tensor {
    let queries = tokens == .first ? x.rows(batch.firstRows) : x
    let context = attention(queries: queries, x, batch, relative: relative, pass: pass, probabilities: probabilities)
    let a = attentionOutput(context, residual: queries, pass: pass)
    return output(intermediate(a, pass: pass).activated(activation), residual: a, pass: pass)
  }
}
