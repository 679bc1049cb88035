// What stands on an encoder while it is pre-trained, and goes when it is shipped.
import Layers
import Models
import Tensors

/// The questions of pre-training: which word is hidden or was said, whether a word holds, whether two sentences are about the same.
final class PretrainingHeads {
  private let maskedDense: Linear
  private let maskedNorm: LayerNorm
  private let maskedOutput: Linear
  private let judgedDense: Linear
  private let judgedOutput: Linear
  private let topicDense: Linear
  private let topicOutput: Linear
  /// All of the heads' own parameters; the table of words is the encoder's.
  let parameters: [Parameter]

  init(_ encoder: any Backbone, judgements: Int, seed: UInt64, on backend: any Backend) {
    let hidden = encoder.configuration.hiddenSize
    let deviation = Float(encoder.configuration.initializerRange)
    var made: [Parameter] = []
    func parameter(_ name: String, _ tensor: Tensor, decays: Bool) -> Parameter {
      let parameter = Parameter(name, tensor, group: .head, decays: decays)
      made.append(parameter)
      return parameter
    }
    func linear(_ name: String, to outputs: Int) -> Linear {
      let weight = Tensor.normal(
        .initialization(seed: seed, name: "\(name).weight"), deviation: deviation, shape: [outputs, hidden], on: backend)
      return Linear(
        weight: parameter("\(name).weight", weight, decays: true),
        bias: parameter("\(name).bias", .zeros([outputs], on: backend), decays: false))
    }
    maskedDense = linear("lm_predictions.dense", to: hidden)
    maskedNorm = LayerNorm(
      gain: parameter("lm_predictions.LayerNorm.weight", .filled(1, shape: [hidden], on: backend), decays: false),
      bias: parameter("lm_predictions.LayerNorm.bias", .zeros([hidden], on: backend), decays: false),
      epsilon: Float(encoder.configuration.normEpsilon))
    // the word for an embedding is found by the embeddings themselves (Press and Wolf 2017)
    maskedOutput = Linear(
      weight: encoder.wordEmbeddings,
      bias: parameter(
        "lm_predictions.bias", .zeros([encoder.configuration.vocabularySize], on: backend), decays: false))
    judgedDense = linear("mask_predictions.dense", to: hidden)
    judgedOutput = linear("mask_predictions.classifier", to: judgements)
    topicDense = linear("topic_predictions.dense", to: hidden)
    topicOutput = linear("topic_predictions.classifier", to: 2)
    parameters = made
  }

  /// `[rows, hidden]` → `[rows, vocabulary]`
  func words(_ x: Tensor) -> Tensor { maskedOutput(maskedNorm(maskedDense(x).activated(.gelu))) }
  /// `[rows, hidden]` → `[rows, judgements]`
  func judgements(_ x: Tensor) -> Tensor { judgedOutput(judgedDense(x).activated(.gelu)) }
  /// `[rows, hidden]` → `[rows, 2]`
  func topics(_ x: Tensor) -> Tensor { topicOutput(topicDense(x).activated(.gelu)) }
}
