// DeBERTa-v2 and v3 (He et al. 2021, 2023), which differ in their pre-training alone: relative positions in every attention and no
// tables of positions and types; for classification a new pooler, usually with gelu, then one linear layer.
import Foundation
import Layers
import Tensors

extension Architecture {
  /// DeBERTa-v2 and v3.
  package static let deberta = Architecture(DeBERTa.self)
}

enum DeBERTa: EncoderArchitecture {
  static let modelType = "deberta-v2"
  static let libraryClass = "DebertaV2ForSequenceClassification"
  // the pooler belongs to the head and never has the prefix
  static let names = encoderNames("deberta", useless: ["embeddings.position_embeddings.weight"], maskedWords: .deberta)
  static let defaults = EncoderDefaults(segmentTypes: 0, paddingToken: 0, normEpsilon: 1e-7)
  static let segmentTypeRange = 0...0
  static let absentSegmentTypes = 0
  static let classifierDropoutKey = "cls_dropout"
  static let hasRelativePositions = true
  static let projectionSuffix = "_proj"

  static func usualModules(for use: ModuleUse) -> [String] {
    switch use {
    case .lowRank: ["query_proj", "value_proj"]
    case .rankAllocation: ["query_proj", "key_proj", "value_proj", "dense"]
    case .scaling: ["key_proj", "value_proj", "output.dense"]
    case .norms: []
    }
  }

  static func limits(_ configuration: EncoderConfiguration) -> InputLimits {
    InputLimits(vocabulary: configuration.vocabularySize)
  }

  static func read(_ file: ConfigurationReading, into configuration: inout EncoderConfiguration) throws -> [String] {
    let fields = try file.fields(DeBERTaFields.self)
    configuration.poolerDropout = fields.poolerDropout ?? 0
    configuration.classifierDropout = fields.clsDropout
    configuration.relativePositions = fields.relativePositions(configuration)
    configuration.poolerActivation = fields.poolerHiddenAct.flatMap(Activation.init(storedName:)) ?? .gelu
    return fields.unsupported(configuration)
  }

  static func fields(_ configuration: EncoderConfiguration) -> any Encodable { DeBERTaFields(configuration) }

  /// `activation(dense(dropout(first)))`, then the output.
  static func head(_ configuration: EncoderConfiguration, _ builder: ParameterBuilder) throws -> any Head {
    let hidden = configuration.hiddenSize
    return PooledHead(
      dense: try builder.linear("pooler.dense", from: hidden, to: hidden, group: .head, isOptional: true),
      inputDropout: configuration.poolerDropout, activation: configuration.poolerActivation,
      output: try output(configuration, builder), outputDropout: configuration.classifierDropout ?? configuration.hiddenDropout)
  }
}

/// What DeBERTa's file says beside what every encoder's does.
private struct DeBERTaFields: Codable {
  var clsDropout: Double?
  var poolerDropout: Double?
  var poolerHiddenAct: String?
  private var poolerHiddenSize: Int?
  private var relativeAttention: Bool?
  private var positionBiasedInput: Bool?
  private var shareAttKey: Bool?
  private var posAttType: PositionTerms?
  private var normRelEbd: String?
  private var positionBuckets: Int?
  private var maxRelativePositions: Int?
  private var convKernelSize: Int?
  private var embeddingSize: Int?
  private var attentionHeadSize: Int?

  /// `pos_att_type`: one string with bars in the published files, a list in those that were saved again.
  private struct PositionTerms: Codable {
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

  init(_ configuration: EncoderConfiguration) {
    clsDropout = configuration.classifierDropout
    poolerDropout = configuration.poolerDropout
    poolerHiddenAct = configuration.poolerActivation.storedName
    poolerHiddenSize = configuration.hiddenSize
    relativeAttention = true
    positionBiasedInput = false
    shareAttKey = true
    posAttType = PositionTerms(["p2c", "c2p"])
    guard let positions = configuration.relativePositions else { return }
    normRelEbd = positions.normalizesTable ? "layer_norm" : "none"
    positionBuckets = positions.buckets > 0 ? positions.buckets : -1
    maxRelativePositions = positions.maximumDistance == configuration.maximumPositions ? -1 : positions.maximumDistance
  }

  func relativePositions(_ configuration: EncoderConfiguration) -> RelativePositions {
    let reach = maxRelativePositions ?? -1
    return RelativePositions(
      buckets: max(0, positionBuckets ?? -1), maximumDistance: reach < 1 ? configuration.maximumPositions : reach,
      normalizesTable: normRelEbd == "layer_norm")
  }

  /// What the file asks for that is not computed here.
  func unsupported(_ configuration: EncoderConfiguration) -> [String] {
    let hidden = configuration.hiddenSize
    var unsupported = UnsupportedValues()
    // the values after ?? are those that transformers takes for an absent field
    unsupported.require("relative_attention", relativeAttention ?? false, true)
    unsupported.require("position_biased_input", positionBiasedInput ?? true, false)
    unsupported.require("share_att_key", shareAttKey ?? false, true)
    unsupported.require("pos_att_type", (posAttType?.names ?? []).sorted().joined(separator: "|"), "c2p|p2c")
    unsupported.require("conv_kernel_size", convKernelSize ?? 0, 0)
    unsupported.require("embedding_size", embeddingSize ?? hidden, hidden)
    unsupported.require("pooler_hidden_size", poolerHiddenSize ?? hidden, hidden)
    unsupported.requireActivation("pooler_hidden_act", poolerHiddenAct)
    if let attentionHeadSize, configuration.heads > 0 {
      unsupported.require("attention_head_size", attentionHeadSize, hidden / configuration.heads)
    }
    unsupported.require("norm_rel_ebd", normRelEbd, among: ["layer_norm", "none"], separator: " and ")
    return unsupported.problems
  }
}
