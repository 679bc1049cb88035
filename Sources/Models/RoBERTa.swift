// RoBERTa (Liu et al. 2019): BERT's layers, with positions that are counted from the padding token's id + 1 and one token type; for
// classification a new dense layer, then one linear layer.
import Foundation
import Layers
import Tensors

extension Architecture {
  /// The encoder of Liu et al. 2019.
  package static let roberta = Architecture(RoBERTa.self)
}

enum RoBERTa: EncoderArchitecture {
  static let modelType = "roberta"
  static let libraryClass = "RobertaForSequenceClassification"
  static let names = encoderNames(
    "roberta", output: "classifier.out_proj", bodyParts: ["pooler."], useless: ["pooler."], maskedWords: .roberta)
  static let defaults = EncoderDefaults(segmentTypes: 1, paddingToken: 1, normEpsilon: 1e-12)
  static let segmentTypeRange = 1...1 << 16
  static let absentSegmentTypes = 2
  static let classifierDropoutKey = "classifier_dropout"

  static func usualModules(for use: ModuleUse) -> [String] {
    switch use {
    case .lowRank: ["query", "value"]
    case .rankAllocation: ["query", "key", "value", "dense"]
    case .scaling: ["key", "value", "output.dense"]
    case .norms: []
    }
  }

  static func limits(_ configuration: EncoderConfiguration) -> InputLimits {
    // what `problems` refuses must not overflow here
    InputLimits(
      vocabulary: configuration.vocabularySize,
      tokens: max(0, configuration.maximumPositions) - max(0, configuration.paddingToken) - 1)
  }

  static func problems(_ configuration: EncoderConfiguration) -> [String] {
    guard configuration.maximumPositions - configuration.paddingToken < 2 else { return [] }
    return [
      "max_position_embeddings is \(configuration.maximumPositions), but positions are counted from pad_token_id + 1 = "
        + "\(configuration.paddingToken + 1)"
    ]
  }

  static func firstPosition(_ configuration: EncoderConfiguration) -> Int { configuration.paddingToken + 1 }

  /// Counted from the padding token's id + 1, and only of what is not that token.
  static func positionIDs(of batch: TokenBatch, after taken: Int, _ configuration: EncoderConfiguration) -> [Int32] {
    let padding = Int32(configuration.paddingToken)
    return zip(batch.offsets, batch.offsets.dropFirst()).flatMap { start, end in
      var position = padding + Int32(taken)
      return batch.tokens[start..<end].map { token in
        guard token != padding else { return padding }
        position += 1
        return position
      }
    }
  }

  static func paddingPosition(_ configuration: EncoderConfiguration) -> Int? { configuration.paddingToken }

  /// It was trained with one type, whatever the tokenizer says.
  static func segmentIDs(of batch: TokenBatch) -> [Int32] { batch.segments.map { _ in 0 } }

  static func read(_ file: ConfigurationReading, into configuration: inout EncoderConfiguration) throws -> [String] {
    try AbsolutePositionFields.read(file, into: &configuration)
  }

  static func fields(_ configuration: EncoderConfiguration) -> any Encodable { AbsolutePositionFields(configuration) }

  /// `tanh(dense(dropout(first)))`, then the output.
  static func head(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws -> any Head {
    let hidden = configuration.hiddenSize, dropout = configuration.classifierDropout ?? configuration.hiddenDropout
    return PooledHead(
      dense: try builder.linear("classifier.dense", from: hidden, to: hidden, group: .head, isOptional: true),
      inputDropout: dropout, activation: .tanh, output: try output(configuration, builder), outputDropout: dropout)
  }
}
