import Layers
import Tensors

/// RoBERTa (Liu et al. 2019) for classification: a new dense layer, then one linear layer.
package final class RoBERTaClassifier: SequenceClassifier {
  package let encoder: TransformerEncoder
  package let output: Linear
  package let parameters: [Parameter]
  package let outputDropout: Float
  private let dense: Linear

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    let hidden = configuration.hiddenSize
    encoder = try TransformerEncoder(configuration, builder)
    dense = try builder.linear("classifier.dense", from: hidden, to: hidden, group: .head, isOptional: true)
    output = try builder.linear(
      Architecture.roberta.outputPath, from: hidden, to: configuration.classes, group: .head, isOptional: true, isOutput: true)
    outputDropout = Float(configuration.classifierDropout ?? configuration.hiddenDropout)
    parameters = builder.parameters
  }

  /// `tanh(dense(dropout(first)))`
  package func pool(_ first: Tensor, pass: Pass) -> Tensor {
    dense(first.dropped(pass.dropout(outputDropout))).activated(.tanh)
  }
}
