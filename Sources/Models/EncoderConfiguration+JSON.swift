// `config.json` in the hub's own fields: what every encoder's says; each architecture has more.
import Foundation
import Tensors

extension EncoderConfiguration {
  /// Reads the bytes of an architecture's `config.json`.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `DecodingError`, and `ModelError.configuration` with everything that is wrong.
  init(_ kind: any EncoderArchitecture.Type, json: Data, path: String) throws {
    let file = ConfigurationReading(json)
    let fields = try file.fields(ConfigurationFields.self), head = try file.fields(LabelFields.self)
    self.init(
      architecture: Architecture(kind), vocabularySize: fields.vocabSize, hiddenSize: fields.hiddenSize,
      layers: fields.numHiddenLayers, heads: fields.numAttentionHeads, intermediateSize: fields.intermediateSize,
      maximumPositions: fields.maxPositionEmbeddings, segmentTypes: fields.typeVocabSize ?? kind.absentSegmentTypes,
      paddingToken: fields.padTokenId, normEpsilon: fields.layerNormEps,
      hiddenDropout: fields.hiddenDropoutProb ?? 0.1, attentionDropout: fields.attentionProbsDropoutProb ?? 0.1,
      initializerRange: fields.initializerRange ?? 0.02, classes: head.count ?? 2)
    (labels, problem) = (head.labels(count: classes), head.problem)
    // without a name transformers takes gelu
    activation = fields.hiddenAct.flatMap(Activation.init(storedName:)) ?? .gelu
    let unsupported = try fields.unsupported + head.unsupported + kind.read(file, into: &self)
    let problems = problems + unsupported
    guard problems.isEmpty else { throw ModelError.configuration(path: path, problems: problems) }
  }

  package func json() throws -> Data {
    try ConfigurationReading.json([ConfigurationFields(self), LabelFields(self), kind.fields(self)])
  }
}

/// The fields of `config.json` that every encoder has.
private struct ConfigurationFields: Codable {
  private var modelType: String
  private var architectures: [String]?
  var vocabSize: Int
  var hiddenSize: Int
  var numHiddenLayers: Int
  var numAttentionHeads: Int
  var intermediateSize: Int
  var maxPositionEmbeddings: Int
  var typeVocabSize: Int?
  var padTokenId: Int?
  var layerNormEps: Double?
  var initializerRange: Double?
  var hiddenAct: String?
  var hiddenDropoutProb: Double?
  var attentionProbsDropoutProb: Double?

  /// What the file asks for that this program's encoders do not do.
  var unsupported: [String] {
    var unsupported = UnsupportedValues()
    unsupported.requireActivation("hidden_act", hiddenAct)
    return unsupported.problems
  }

  init(_ configuration: EncoderConfiguration) {
    modelType = configuration.architecture.modelType
    architectures = [configuration.kind.libraryClass]
    vocabSize = configuration.vocabularySize
    hiddenSize = configuration.hiddenSize
    numHiddenLayers = configuration.layers
    numAttentionHeads = configuration.heads
    intermediateSize = configuration.intermediateSize
    maxPositionEmbeddings = configuration.maximumPositions
    typeVocabSize = configuration.segmentTypes
    padTokenId = configuration.paddingToken
    layerNormEps = configuration.normEpsilon
    initializerRange = configuration.initializerRange
    hiddenAct = configuration.activation.storedName
    hiddenDropoutProb = configuration.hiddenDropout
    attentionProbsDropoutProb = configuration.attentionDropout
  }
}
