// From tokens to the first hidden states.
import Layers
import Tensors

/// The sum of a token's embedding and, where the architecture has them, those of its position and type; normalised.
final class Embeddings {
  /// `[vocabulary, hidden]`
  let words: Parameter
  /// `[positions, hidden]`
  let positions: Parameter?
  /// `[types, hidden]`
  let segments: Parameter?
  let norm: LayerNorm
  private let configuration: EncoderConfiguration

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let path = "\(configuration.kind.names.prefix).embeddings"
    let hidden = configuration.hiddenSize
    words = try builder.table(
      "\(path).word_embeddings", rows: configuration.vocabularySize, columns: hidden,
      padding: configuration.paddingToken)
    if configuration.relativePositions == nil {
      positions = try builder.table(
        "\(path).position_embeddings", rows: configuration.maximumPositions, columns: hidden,
        padding: configuration.kind.paddingPosition(configuration))
      segments = try builder.table(
        "\(path).token_type_embeddings", rows: configuration.segmentTypes, columns: hidden)
    } else {
      positions = nil
      segments = nil
    }
    norm = try builder.norm("\(path).LayerNorm", size: hidden, epsilon: configuration.normEpsilon)
  }

  /// `[tokens, hidden]`
  func callAsFunction(_ batch: TokenBatch, pass: Pass) -> Tensor {
    var sum = words.tensor.rows(batch.tokens, padding: Int32(configuration.paddingToken))
    if let segments { sum = sum.adding(segments.tensor.rows(configuration.kind.segmentIDs(of: batch))) }
    let places = positions?.tensor.rows(
      configuration.positionIDs(of: batch), padding: configuration.kind.paddingPosition(configuration).map { Int32($0) })
    return norm(sum, residual: places).dropped(pass.dropout(Float(configuration.hiddenDropout)))
  }
}
