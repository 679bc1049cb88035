// `config.json` in the hub's own fields: what is read from it, what is refused, and what is written.
import Foundation
import Tensors

extension EncoderConfiguration {
  /// Reads the bytes of a `config.json`.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `ModelError.configuration` with everything that is wrong.
  package init(json: Data, path: String) throws {
    func failure(_ problems: [String]) -> ModelError { .configuration(path: path, problems: problems) }
    let known = Architecture.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let fields: ConfigurationFields
    let architecture: Architecture
    do {
      guard let kind = try decoder.decode(ModelKind.self, from: json).modelType else {
        throw failure(["it has no model_type; known are \(known)"])
      }
      guard let found = Architecture(rawValue: kind) else {
        throw failure(["model_type '\(kind)' is not known; known are \(known)"])
      }
      architecture = found
      fields = try decoder.decode(ConfigurationFields.self, from: json)
    } catch let error as DecodingError {
      throw failure([Self.problem(error)])
    }
    let isRelative = architecture == .deberta
    self.init(
      architecture: architecture, vocabularySize: fields.vocabSize, hiddenSize: fields.hiddenSize,
      layers: fields.numHiddenLayers, heads: fields.numAttentionHeads, intermediateSize: fields.intermediateSize,
      maximumPositions: fields.maxPositionEmbeddings, segmentTypes: fields.typeVocabSize ?? (isRelative ? 0 : 2),
      paddingToken: fields.padTokenId, normEpsilon: fields.layerNormEps,
      hiddenDropout: fields.hiddenDropoutProb ?? 0.1, attentionDropout: fields.attentionProbsDropoutProb ?? 0.1,
      poolerDropout: fields.poolerDropout ?? 0,
      classifierDropout: isRelative ? fields.clsDropout : fields.classifierDropout,
      initializerRange: fields.initializerRange ?? 0.02, classes: fields.id2label?.count ?? fields.numLabels ?? 2,
      relativePositions: isRelative ? fields.relativePositions : nil)
    labels = OutputLabels(fields.id2label, fields.label2id, count: classes)
    problem = fields.problemType.flatMap(HeadProblem.init)
    activation = Activation(storedName: fields.hiddenAct ?? Self.usualActivation) ?? .gelu
    poolerActivation = Activation(storedName: fields.poolerHiddenAct ?? Self.usualActivation) ?? .gelu
    let problems = problems + fields.unsupported(architecture)
    guard problems.isEmpty else { throw failure(problems) }
  }

  /// The bytes of a `config.json` that `transformers` reads; equal configurations give equal bytes.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(ConfigurationFields(self)) + Data("\n".utf8)
  }

  /// What `transformers` takes where a file names no activation.
  fileprivate static let usualActivation = "gelu"

  private static func problem(_ error: DecodingError) -> String {
    /// The field's name in the file, which the decoder turned into camel case.
    func field(_ path: [any CodingKey]) -> String {
      path.map(\.stringValue).joined(separator: ".").reduce(into: "") { name, letter in
        name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
      }
    }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return context.codingPath.isEmpty ? "it is no JSON object" : "\(field(context.codingPath)) has the wrong type"
    case .keyNotFound(let key, let context): return "\(field(context.codingPath + [key])) is missing"
    @unknown default: return "it is no JSON object"
    }
  }
}

private struct ModelKind: Decodable {
  var modelType: String?
}

extension Activation {
  /// By the names that `config.json` may have, the first of each the one that is written.
  private static let storedNames: [(names: [String], activation: Activation)] = [
    (["gelu", "gelu_python"], .gelu),
    (["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate"], .tangentGELU),
    (["quick_gelu"], .quickGELU), (["relu"], .relu), (["silu", "swish"], .silu), (["tanh"], .tanh),
  ]

  /// All names, for messages.
  fileprivate static var allStoredNames: String { storedNames.flatMap(\.names).joined(separator: ", ") }

  fileprivate init?(storedName: String) {
    guard let found = Self.storedNames.first(where: { $0.names.contains(storedName) }) else { return nil }
    self = found.activation
  }

  fileprivate var storedName: String { Self.storedNames.first { $0.activation == self }?.names.first ?? rawValue }
}

/// The fields of `config.json` that matter for an encoder; in the file they are in snake case.
private struct ConfigurationFields: Codable {
  var modelType: String
  var architectures: [String]?
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
  var classifierDropout: Double?
  var clsDropout: Double?
  var poolerDropout: Double?
  var poolerHiddenAct: String?
  var poolerHiddenSize: Int?
  var id2label: [String: StoredLabel]?
  var label2id: [String: StoredLabel]?
  var numLabels: Int?
  var problemType: String?
  // BERT and RoBERTa
  var positionEmbeddingType: String?
  var isDecoder: Bool?
  var addCrossAttention: Bool?
  // DeBERTa
  var relativeAttention: Bool?
  var positionBiasedInput: Bool?
  var shareAttKey: Bool?
  var posAttType: PositionTerms?
  var normRelEbd: String?
  var positionBuckets: Int?
  var maxRelativePositions: Int?
  var convKernelSize: Int?
  var embeddingSize: Int?
  var attentionHeadSize: Int?

  /// `pos_att_type`: one string with bars in the published files, a list in those that were saved again.
  struct PositionTerms: Codable {
    let names: [String]

    init(_ names: [String]) { self.names = names }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let parts = (try? container.decode(String.self))?.split(separator: "|").map(String.init)
      names = try (parts ?? container.decode([String].self)).map { $0.trimmingCharacters(in: .whitespaces) }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(names)
    }
  }

  var relativePositions: RelativePositions {
    let reach = maxRelativePositions ?? -1
    return RelativePositions(
      buckets: max(0, positionBuckets ?? -1), maximumDistance: reach < 1 ? maxPositionEmbeddings : reach,
      normalizesTable: normRelEbd == "layer_norm")
  }

  /// What the file asks for that this program's encoders do not do.
  func unsupported(_ architecture: Architecture) -> [String] {
    var problems: [String] = []
    func require<Value: Equatable>(_ name: String, _ found: Value, _ supported: Value) {
      if found != supported { problems.append("\(name) is \(found); supported is \(supported)") }
    }
    func requireActivation(_ name: String, _ found: String?) {
      if let found, Activation(storedName: found) == nil {
        problems.append("\(name) is \(found); supported are \(Activation.allStoredNames)")
      }
    }
    requireActivation("hidden_act", hiddenAct)
    if let problemType, HeadProblem(rawValue: problemType) == nil {
      let known = HeadProblem.allCases.map(\.rawValue).joined(separator: ", ")
      problems.append("problem_type is \(problemType); supported are \(known)")
    }
    guard architecture == .deberta else {
      require("position_embedding_type", positionEmbeddingType ?? "absolute", "absolute")
      require("is_decoder", isDecoder ?? false, false)
      require("add_cross_attention", addCrossAttention ?? false, false)
      return problems
    }
    // the values after ?? are those that transformers takes for an absent field
    require("relative_attention", relativeAttention ?? false, true)
    require("position_biased_input", positionBiasedInput ?? true, false)
    require("share_att_key", shareAttKey ?? false, true)
    require("pos_att_type", (posAttType?.names ?? []).sorted().joined(separator: "|"), "c2p|p2c")
    require("conv_kernel_size", convKernelSize ?? 0, 0)
    require("embedding_size", embeddingSize ?? hiddenSize, hiddenSize)
    require("pooler_hidden_size", poolerHiddenSize ?? hiddenSize, hiddenSize)
    requireActivation("pooler_hidden_act", poolerHiddenAct)
    if let attentionHeadSize, numAttentionHeads > 0 {
      require("attention_head_size", attentionHeadSize, hiddenSize / numAttentionHeads)
    }
    if let normRelEbd, !["layer_norm", "none"].contains(normRelEbd) {
      problems.append("norm_rel_ebd is \(normRelEbd); supported are layer_norm and none")
    }
    return problems
  }

  init(_ configuration: EncoderConfiguration) {
    let architecture = configuration.architecture
    modelType = architecture.rawValue
    let family = architecture == .bert ? "Bert" : architecture == .roberta ? "Roberta" : "DebertaV2"
    architectures = ["\(family)ForSequenceClassification"]
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
    let labels = configuration.labels.names(configuration.classes).enumerated()
    id2label = Dictionary(uniqueKeysWithValues: labels.map { ("\($0)", .text($1)) })
    // names from elsewhere may be there twice
    label2id = Dictionary(labels.map { ($1, .number($0)) }) { first, _ in first }
    problemType = configuration.problem?.rawValue
    guard let positions = configuration.relativePositions else {
      classifierDropout = configuration.classifierDropout
      positionEmbeddingType = "absolute"
      return
    }
    clsDropout = configuration.classifierDropout
    poolerDropout = configuration.poolerDropout
    poolerHiddenAct = configuration.poolerActivation.storedName
    poolerHiddenSize = configuration.hiddenSize
    relativeAttention = true
    positionBiasedInput = false
    shareAttKey = true
    posAttType = PositionTerms(["p2c", "c2p"])
    normRelEbd = positions.normalizesTable ? "layer_norm" : "none"
    positionBuckets = positions.buckets > 0 ? positions.buckets : -1
    maxRelativePositions = positions.maximumDistance == configuration.maximumPositions ? -1 : positions.maximumDistance
  }
}
