import Layers
import Tensors

/// BERT (Devlin et al. 2019) for classification: its pre-trained pooler, then one linear layer.
package final class BERTClassifier: SequenceClassifier {
  package let encoder: TransformerEncoder
  package let output: Linear
  package let parameters: [Parameter]
  package let outputDropout: Float
  private let pooler: Linear

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    let hidden = configuration.hiddenSize
    encoder = try TransformerEncoder(configuration, builder)
    pooler = try builder.linear("bert.pooler.dense", from: hidden, to: hidden, isOptional: true)
    output = try builder.linear(
      Architecture.bert.outputPath, from: hidden, to: configuration.classes, group: .head, isOptional: true, isOutput: true)
    outputDropout = Float(configuration.classifierDropout ?? configuration.hiddenDropout)
    parameters = builder.parameters
  }

  /// `tanh(dense(first))`
  package func pool(_ first: Tensor, pass: Pass) -> Tensor { pooler(first).activated(.tanh) }
}
