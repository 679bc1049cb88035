// What of an encoder is of its architecture alone; what the encoders share stands in `TransformerEncoder` and its parts.
import Foundation
import Layers

/// BERT and its kin: what each has for itself.
protocol EncoderArchitecture: ArchitectureDefinition {
  /// The class that `transformers` reads a classifier with.
  static var libraryClass: String { get }
  /// What a configuration has where nothing is said.
  static var defaults: EncoderDefaults { get }
  /// How many rows a token type table may have.
  static var segmentTypeRange: ClosedRange<Int> { get }
  /// What `transformers` takes for `type_vocab_size` where a file has none.
  static var absentSegmentTypes: Int { get }
  /// What `config.json` calls the dropout rate in the head.
  static var classifierDropoutKey: String { get }
  /// Whether its attentions know distances in place of positions in a table.
  static var hasRelativePositions: Bool { get }
  /// What the paths of query, key and value end with.
  static var projectionSuffix: String { get }

  /// What inputs may be.
  static func limits(_ configuration: EncoderConfiguration) -> InputLimits
  /// What values that are in their ranges make of each other; beside what is asked of every encoder.
  static func problems(_ configuration: EncoderConfiguration) -> [String]
  /// The row of the position table that is a sequence's first token's, where there is one.
  static func firstPosition(_ configuration: EncoderConfiguration) -> Int
  /// Each token's row of the position table, where there is one: `[tokens]`.
  ///
  /// - Parameter taken: how many positions others have before each sequence's first token.
  static func positionIDs(of batch: TokenBatch, after taken: Int, _ configuration: EncoderConfiguration) -> [Int32]
  /// The row of the position table that is never trained; nil for none.
  static func paddingPosition(_ configuration: EncoderConfiguration) -> Int?
  /// Each token's row of the token type table, where there is one: `[tokens]`.
  static func segmentIDs(of batch: TokenBatch) -> [Int32]

  /// Takes the values of the architecture's own keys.
  ///
  /// - Returns: what they ask for that is not computed here, and what is wrong with them.
  static func read(_ file: ConfigurationReading, into configuration: inout EncoderConfiguration) throws -> [String]
  /// The architecture's own keys.
  static func fields(_ configuration: EncoderConfiguration) -> any Encodable

  /// The head over each sequence's first token.
  static func head(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws -> any Head
}

/// What a configuration of an architecture has where nothing is said.
struct EncoderDefaults: Sendable {
  var segmentTypes: Int
  var paddingToken: Int
  var normEpsilon: Double
}

extension EncoderArchitecture {
  static var hasRelativePositions: Bool { false }
  static var projectionSuffix: String { "" }
  static func problems(_ configuration: EncoderConfiguration) -> [String] { [] }
  static func firstPosition(_ configuration: EncoderConfiguration) -> Int { 0 }
  /// Counted from 0.
  static func positionIDs(of batch: TokenBatch, after taken: Int, _ configuration: EncoderConfiguration) -> [Int32] {
    batch.positions.map { $0 + Int32(taken) }
  }
  static func paddingPosition(_ configuration: EncoderConfiguration) -> Int? { nil }
  static func segmentIDs(of batch: TokenBatch) -> [Int32] { batch.segments }

  static func configuration(json: Data, path: String) throws -> any ModelConfiguration {
    try EncoderConfiguration(Self.self, json: json, path: path)
  }

  /// The last layer of a head.
  static func output(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws -> Linear {
    try builder.linear(
      names.output, from: configuration.hiddenSize, to: configuration.classes, group: .head, isOptional: true, isOutput: true)
  }

  /// What all encoders' names have in common.
  static func encoderNames(
    _ prefix: String, output: String = "classifier", bodyParts: [String] = [], useless: [String] = [], maskedWords: MaskedWordNames
  ) -> TensorNames {
    TensorNames(
      prefix: prefix, output: output, bodyParts: ["embeddings.", "encoder."] + bodyParts,
      anchor: "encoder.layer.0.attention.output.dense.weight", wordTable: "embeddings.word_embeddings.weight",
      wordHeads: ["cls.predictions.decoder.weight", "lm_head.decoder.weight"],
      useless: ["embeddings.position_ids", "embeddings.token_type_ids"] + useless, maskedWords: maskedWords)
  }
}
