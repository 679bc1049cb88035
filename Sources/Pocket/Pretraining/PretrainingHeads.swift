// What stands on an encoder while it is pre-trained, and goes when it is shipped.
import Foundation
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

  init(_ encoder: TransformerEncoder, judgements: Int, seed: UInt64, on backend: any Backend) {
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

extension TransformerEncoder {
  /// Lets a word at first attend to its like wherever that stands: each layer's keys get the start of its queries, and what else is
  /// added to words starts small. Positions start as waves (Vaswani et al. 2017), so that a distance looks alike everywhere; the shortest
  /// wave has 2π tokens and the longest about a hundred times that.
  public func startAttendingToLikes() {
    for table in parameters {
      let columns = table.shape[table.shape.count - 1]
      if table.name.hasSuffix("token_type_embeddings.weight") {
        table.tensor.assign(table.tensor.values.map { $0 / 10 })
      } else if table.name.hasSuffix("position_embeddings.weight") {
        // three tenths of the words' deviation; a wave's is its height by √2
        let scale = 0.3 * configuration.initializerRange * 2.0.squareRoot()
        table.tensor.assign(
          table.tensor.values.indices.map { index in
            let (position, column) = (index / columns, index % columns)
            let angle = Double(position) / pow(100, Double(column / 2 * 2) / Double(columns))
            return Float(scale * (column % 2 == 0 ? sin(angle) : cos(angle)))
          })
      }
    }
    for key in projections where key.role == .key {
      guard let query = projections.first(where: { $0.role == .query && $0.layer == key.layer }) else { continue }
      key.linear.weight.tensor.assign(query.linear.weight.tensor.values)
    }
  }
}
