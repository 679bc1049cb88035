import Layers
import Tensors

/// DeBERTa-v2 and v3 (He et al. 2021, 2023) for classification: a new pooler, usually with gelu, then one linear layer.
package final class DeBERTaClassifier: SequenceClassifier {
  package let encoder: TransformerEncoder
  package let output: Linear
  package let parameters: [Parameter]
  package let outputDropout: Float
  private let pooler: Linear
  private let poolerDropout: Float

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    let hidden = configuration.hiddenSize
    encoder = try TransformerEncoder(configuration, builder)
    pooler = try builder.linear("pooler.dense", from: hidden, to: hidden, group: .head, isOptional: true)
    output = try builder.linear(
      Architecture.deberta.outputPath, from: hidden, to: configuration.classes, group: .head, isOptional: true, isOutput: true)
    outputDropout = Float(configuration.classifierDropout ?? configuration.hiddenDropout)
    poolerDropout = Float(configuration.poolerDropout)
    parameters = builder.parameters
  }

  /// `activation(dense(dropout(first)))`
  package func pool(_ first: Tensor, pass: Pass) -> Tensor {
    pooler(first.dropped(pass.dropout(poolerDropout))).activated(encoder.configuration.poolerActivation)
  }
}
