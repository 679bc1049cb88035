// BERT (Devlin et al. 2019): positions and token types in tables; for classification its pre-trained pooler, then one linear layer.
import Foundation
import Layers
import Tensors

extension Architecture {
  /// The encoder of Devlin et al. 2019.
  package static let bert = Architecture(BERT.self)
}

enum BERT: EncoderArchitecture {
  static let modelType = "bert"
  static let libraryClass = "BertForSequenceClassification"
  static let names = encoderNames("bert", bodyParts: ["pooler."], maskedWords: .bert)
  static let defaults = EncoderDefaults(segmentTypes: 2, paddingToken: 0, normEpsilon: 1e-12)
  static let segmentTypeRange = 1...1 << 16
  static let absentSegmentTypes = 2
  static let classifierDropoutKey = "classifier_dropout"

  static func usualModules(for use: ModuleUse) -> [String] {
    switch use {
    case .lowRank, .rankAllocation: ["query", "value"]
    case .scaling: ["key", "value", "output.dense"]
    case .norms: []
    }
  }

  static func limits(_ configuration: EncoderConfiguration) -> InputLimits {
    InputLimits(
      vocabulary: configuration.vocabularySize, tokens: configuration.maximumPositions, tokenTypes: configuration.segmentTypes)
  }

  static func read(_ file: ConfigurationReading, into configuration: inout EncoderConfiguration) throws -> [String] {
    try AbsolutePositionFields.read(file, into: &configuration)
  }

  static func fields(_ configuration: EncoderConfiguration) -> any Encodable { AbsolutePositionFields(configuration) }

  /// `tanh(dense(first))`, then the output.
  static func head(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws -> any Head {
    let hidden = configuration.hiddenSize
    return PooledHead(
      dense: try builder.linear("bert.pooler.dense", from: hidden, to: hidden, isOptional: true), activation: .tanh,
      output: try output(configuration, builder), outputDropout: configuration.classifierDropout ?? configuration.hiddenDropout)
  }
}
