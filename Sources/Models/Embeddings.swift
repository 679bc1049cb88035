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

  /// `[tokens, hidden]`, the virtual tokens of `sequence` before each sequence's own.
  ///
  /// - Parameters:
  ///   - prefixed: where each sequence's own tokens lie behind the virtual ones; nil where there are none.
  ///   - taken: how many positions others have before the first.
  func callAsFunction(
    _ batch: TokenBatch, behind prefixed: PrefixedRows?, of sequence: EmbeddedSequence, after taken: Int, pass: Pass
  ) -> Tensor {
    let kind = configuration.kind
    var sum = sequence.joined(
      words.tensor.rows(batch.tokens, padding: Int32(configuration.paddingToken)), prefixed, pass: pass)
    if let segments {
      let types = kind.segmentIDs(of: batch)
      sum = sum.adding(segments.tensor.rows(prefixed?.joined(0, types) ?? types))
    }
    let places = positions.map { table in
      // among virtual tokens no token counts as padding: embeddings do not say which is
      let ids =
        prefixed?.positions(from: kind.firstPosition(configuration) + taken)
        ?? kind.positionIDs(of: batch, after: taken, configuration)
      return table.tensor.rows(ids, padding: kind.paddingPosition(configuration).map { Int32($0) })
    }
    return norm(sum, residual: places).dropped(pass.dropout(Float(configuration.hiddenDropout)))
  }
}
