// Llama's `config.json` in the hub's own fields.
import Foundation
import Tensors

extension LlamaConfiguration {
  /// Reads the bytes of a `config.json`.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `DecodingError`, and `ModelError.configuration` with everything that is wrong.
  init(json: Data, path: String) throws {
    let file = ConfigurationReading(json)
    let fields = try file.fields(LlamaFields.self), head = try file.fields(LabelFields.self)
    let rotary = fields.ropeParameters ?? fields.ropeScaling
    self.init(
      vocabularySize: fields.vocabSize, hiddenSize: fields.hiddenSize, layers: fields.numHiddenLayers,
      heads: fields.numAttentionHeads, keyHeads: fields.numKeyValueHeads, headSize: fields.headDim,
      intermediateSize: fields.intermediateSize, maximumPositions: fields.maxPositionEmbeddings ?? 2048,
      padding: fields.padTokenId, normEpsilon: fields.rmsNormEps ?? 1e-6, theta: rotary?.ropeTheta ?? fields.ropeTheta ?? 10000,
      scaling: rotary?.scaling ?? .none,
      classes: head.count ?? 2)
    (labels, problem) = (head.labels(count: classes), head.problem)
    headKind = fields.predictsWords ? .words : .sequences
    beginningToken = fields.bosTokenId?.ids.first
    endTokens = fields.eosTokenId?.ids ?? []
    hiddenDropout = fields.hiddenDropoutProb ?? 0
    attentionDropout = fields.attentionDropout ?? 0
    classifierDropout = fields.classifierDropout
    initializerRange = fields.initializerRange ?? 0.02
    attentionHasBias = fields.attentionBias ?? false
    feedForwardHasBias = fields.mlpBias ?? false
    tiesWordEmbeddings = fields.tieWordEmbeddings ?? false
    activation = fields.hiddenAct.flatMap(Activation.init(storedName:)) ?? .silu
    var problems = problems + fields.unsupported + head.unsupported
    if fields.headDim == nil, heads > 0, hiddenSize % heads != 0 {
      problems.append("hidden_size \(hiddenSize) is no multiple of num_attention_heads \(heads), and head_dim is not given")
    }
    guard problems.isEmpty else { throw ModelError.configuration(path: path, problems: problems) }
  }

  package func json() throws -> Data {
    let labels: [any Encodable] = headKind == .words ? [] : [LabelFields(self)]
    return try ConfigurationReading.json([LlamaFields(self)] + labels)
  }
}

/// The fields of a Llama's `config.json`.
private struct LlamaFields: Codable {
  private var modelType: String
  private var architectures: [String]?
  /// Whether the model was saved with a head that says which token is next.
  var predictsWords: Bool { architectures?.contains { $0.hasSuffix("ForCausalLM") } ?? false }
  var vocabSize: Int
  var hiddenSize: Int
  var numHiddenLayers: Int
  var numAttentionHeads: Int
  var numKeyValueHeads: Int?
  var headDim: Int?
  var intermediateSize: Int
  var maxPositionEmbeddings: Int?
  var padTokenId: Int?
  var bosTokenId: TokenIDs?
  var eosTokenId: TokenIDs?
  var rmsNormEps: Double?
  var initializerRange: Double?
  var hiddenAct: String?
  var hiddenDropoutProb: Double?
  var attentionDropout: Double?
  var classifierDropout: Double?
  var attentionBias: Bool?
  var mlpBias: Bool?
  var tieWordEmbeddings: Bool?
  var ropeTheta: Double?
  var ropeScaling: RotaryScalingFields?
  /// Both of them, in files of the library's fifth version.
  var ropeParameters: RotaryScalingFields?

  /// What the file asks for that is not computed here.
  var unsupported: [String] {
    var unsupported = UnsupportedValues()
    unsupported.requireActivation("hidden_act", hiddenAct)
    return unsupported.problems + ((ropeParameters ?? ropeScaling)?.unsupported ?? [])
  }

  init(_ configuration: LlamaConfiguration) {
    modelType = configuration.architecture.modelType
    architectures = [configuration.headKind == .words ? "LlamaForCausalLM" : "LlamaForSequenceClassification"]
    vocabSize = configuration.vocabularySize
    hiddenSize = configuration.hiddenSize
    numHiddenLayers = configuration.layers
    numAttentionHeads = configuration.heads
    numKeyValueHeads = configuration.keyHeads
    headDim = configuration.headSize
    intermediateSize = configuration.intermediateSize
    maxPositionEmbeddings = configuration.maximumPositions
    padTokenId = configuration.padding
    bosTokenId = configuration.beginningToken.map { TokenIDs(ids: [$0]) }
    eosTokenId = configuration.endTokens.isEmpty ? nil : TokenIDs(ids: configuration.endTokens)
    rmsNormEps = configuration.normEpsilon
    initializerRange = configuration.initializerRange
    hiddenAct = configuration.activation.storedName
    // the library knows no such rate
    hiddenDropoutProb = configuration.hiddenDropout == 0 ? nil : configuration.hiddenDropout
    attentionDropout = configuration.attentionDropout
    classifierDropout = configuration.classifierDropout
    attentionBias = configuration.attentionHasBias
    mlpBias = configuration.feedForwardHasBias
    tieWordEmbeddings = configuration.tiesWordEmbeddings
    ropeTheta = configuration.theta
    ropeScaling = RotaryScalingFields(configuration.scaling)
  }
}

/// One token or several, as `eos_token_id` has them.
private struct TokenIDs: Codable {
  var ids: [Int]

  init(ids: [Int]) { self.ids = ids }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    ids = try (try? container.decode(Int.self)).map { [$0] } ?? container.decode([Int].self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if ids.count == 1 { try container.encode(ids[0]) } else { try container.encode(ids) }
  }
}

/// `rope_scaling` or `rope_parameters`, whose kind is `rope_type`, or `type` in older files.
private struct RotaryScalingFields: Codable {
  private var ropeType: String?
  private var type: String?
  /// The base, which stands here in `rope_parameters` alone.
  private(set) var ropeTheta: Double?
  private var factor: Double?
  private var lowFreqFactor: Double?
  private var highFreqFactor: Double?
  private var originalMaxPositionEmbeddings: Int?

  /// Nil for positions that are not stretched.
  init?(_ scaling: RotaryPositions.Scaling) {
    switch scaling {
    case .none: return nil
    case .linear(let factor): (ropeType, self.factor) = ("linear", factor)
    case .llama3(let factor, let low, let high, let positions):
      (ropeType, self.factor, lowFreqFactor, highFreqFactor) = ("llama3", factor, low, high)
      originalMaxPositionEmbeddings = positions
    }
  }

  private var kind: String { ropeType ?? type ?? "default" }

  /// What it asks for, with zeros, which no scaling has, for what is missing.
  var scaling: RotaryPositions.Scaling {
    switch kind {
    case "linear": .linear(factor: factor ?? 0)
    case "llama3":
      .llama3(
        factor: factor ?? 0, low: lowFreqFactor ?? 0, high: highFreqFactor ?? 0, positions: originalMaxPositionEmbeddings ?? 0)
    default: .none
    }
  }

  var unsupported: [String] {
    var unsupported = UnsupportedValues()
    unsupported.require("rope_scaling.rope_type", kind, among: ["default", "linear", "llama3"], separator: ", ")
    return unsupported.problems
  }
}
