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
  private let norm: LayerNorm
  private let configuration: EncoderConfiguration

  init(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws {
    self.configuration = configuration
    let path = "\(configuration.architecture.prefix).embeddings"
    let hidden = configuration.hiddenSize
    words = try builder.table(
      "\(path).word_embeddings", rows: configuration.vocabularySize, columns: hidden,
      padding: configuration.paddingToken)
    if configuration.relativePositions == nil {
      positions = try builder.table(
        "\(path).position_embeddings", rows: configuration.maximumPositions, columns: hidden,
        padding: configuration.paddingPosition)
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
    if let segments {
      // RoBERTa was trained with one type, whatever the tokenizer says
      let types = configuration.architecture == .roberta ? batch.segments.map { _ in 0 } : batch.segments
      sum = sum.adding(segments.tensor.rows(types))
    }
    let places = positions?.tensor.rows(
      configuration.positionIDs(of: batch), padding: configuration.paddingPosition.map { Int32($0) })
    return norm(sum, residual: places).dropped(pass.dropout(Float(configuration.hiddenDropout)))
  }
}

extension EncoderConfiguration {
  /// The row of the position table that is never trained.
  var paddingPosition: Int? { architecture == .roberta ? paddingToken : nil }

  /// Each token's row of the position table: `[tokens]`.
  ///
  /// BERT counts from 0. RoBERTa counts from the padding token's id + 1, and only what is not that token.
  package func positionIDs(of batch: TokenBatch) -> [Int32] {
    guard architecture == .roberta else { return batch.positions }
    let padding = Int32(paddingToken)
    return zip(batch.offsets, batch.offsets.dropFirst()).flatMap { start, end in
      var position = padding
      return batch.tokens[start..<end].map { token in
        guard token != padding else { return padding }
        position += 1
        return position
      }
    }
  }

  /// Checks that every token and type of a batch has a row in its table, and that there are sequences, none too long or empty.
  ///
  /// - Throws: `ModelError.batch`.
  package func validate(_ batch: TokenBatch) throws {
    guard batch.count > 0 else { throw ModelError.batch(problem: "it has no sequences.") }
    if let index = batch.tokens.firstIndex(where: { $0 < 0 || Int($0) >= vocabularySize }) {
      throw ModelError.batch(
        problem: "token \(batch.tokens[index]) is not in the model's vocabulary of \(vocabularySize). "
          + "Use the tokenizer that belongs to the model.")
    }
    if let maximumTokenTypes, let type = batch.segments.first(where: { $0 < 0 || Int($0) >= maximumTokenTypes }) {
      throw ModelError.batch(problem: "token type \(type), but the model has \(maximumTokenTypes).")
    }
    if let maximumTokens, batch.longest > maximumTokens {
      throw ModelError.batch(
        problem: "a sequence of \(batch.longest) tokens, but the model takes at most \(maximumTokens). "
          + "Lower the maximum length.")
    }
    if zip(batch.offsets, batch.offsets.dropFirst()).contains(where: { $0 >= $1 }) {
      throw ModelError.batch(problem: "a sequence without tokens.")
    }
  }
}
