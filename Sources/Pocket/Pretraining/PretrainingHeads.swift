// What stands on an encoder while it is pre-trained. Two of the heads are shipped with it: by them can be told what a run took from it.
import Layers
import Models
import Tensors

/// The questions of pre-training: which word is hidden or was said, whether a word holds, whether two sentences are about the same.
final class PretrainingHeads {
  /// `[rows, hidden]` → `[rows, vocabulary]`
  let words: MaskedWordHead
  private let judgedDense: Linear
  private let judgedOutput: Linear
  private let topicDense: Linear
  private let topicOutput: Linear
  /// All of the heads' own parameters; the table of words is the encoder's.
  let parameters: [Parameter]
  /// Those of the heads that are shipped: of hidden words and of judgements.
  let shipped: [Parameter]

  /// - Parameter names: how checkpoints of the encoder's kind call the head of hidden words.
  init(_ encoder: any Backbone, names: MaskedWordNames, judgements: Int, seed: UInt64, on backend: any Backend) {
    let hidden = encoder.configuration.hiddenSize
    let deviation = Float(encoder.configuration.initializerRange)
    var made: [Parameter] = []
    func parameter(_ name: String, _ tensor: Tensor, decays: Bool) -> Parameter {
      let parameter = Parameter(name, tensor, group: .head, decays: decays)
      made.append(parameter)
      return parameter
    }
    /// - Parameter stream: what names the random numbers that it starts from.
    func linear(_ name: String, stream: String, to outputs: Int) -> Linear {
      let weight = Tensor.normal(
        .initialization(seed: seed, name: "\(stream).weight"), deviation: deviation, shape: [outputs, hidden], on: backend)
      return Linear(
        weight: parameter("\(name).weight", weight, decays: true),
        bias: parameter("\(name).bias", .zeros([outputs], on: backend), decays: false))
    }
    let dense = linear(names.dense, stream: "lm_predictions.dense", to: hidden)
    let norm = LayerNorm(
      gain: parameter("\(names.norm).weight", .filled(1, shape: [hidden], on: backend), decays: false),
      bias: parameter("\(names.norm).bias", .zeros([hidden], on: backend), decays: false),
      epsilon: Float(encoder.configuration.normEpsilon))
    let bias = parameter(names.bias, .zeros([encoder.configuration.vocabularySize], on: backend), decays: false)
    words = MaskedWordHead(dense: dense, norm: norm, bias: bias, words: encoder.wordEmbeddings)
    judgedDense = linear("mask_predictions.dense", stream: "mask_predictions.dense", to: hidden)
    judgedOutput = linear("mask_predictions.classifier", stream: "mask_predictions.classifier", to: judgements)
    shipped = made
    topicDense = linear("topic_predictions.dense", stream: "topic_predictions.dense", to: hidden)
    topicOutput = linear("topic_predictions.classifier", stream: "topic_predictions.classifier", to: 2)
    parameters = made
  }

  /// `[rows, hidden]` → `[rows, judgements]`
  func judgements(_ x: Tensor) -> Tensor { judgedOutput(judgedDense(x).activated(.gelu)) }
  /// `[rows, hidden]` → `[rows, 2]`
  func topics(_ x: Tensor) -> Tensor { topicOutput(topicDense(x).activated(.gelu)) }
}
