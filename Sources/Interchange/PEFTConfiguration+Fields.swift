// The fields of `adapter_config.json`, under the library's names.
import Foundation

extension PEFTConfiguration {
  /// The file's fields that matter here.
  struct Fields: Codable {
    var kind: String?
    var taskType: String?
    var isForInference: Bool?
    var baseModel: String?
    var targets: Targets?
    var savedModules: [String]?
    var bias: String?
    var rank: Int?
    var initialRank: Int?
    var totalSteps: Int?
    var alpha: Double?
    var alphaPattern: [String: Double]?
    var excluded: Targets?
    var layers: Layers?
    var layerNames: Targets?
    var hasBranchBias: Bool?
    var rankPattern: RankPattern?
    var isRankStabilized: Bool?
    var isWeightDecomposed: Bool?
    var savesProjection: Bool?
    var feedForward: Targets?
    var virtualTokens: Int?
    var tokenWidth: Int?
    var heads: Int?
    var layerCount: Int?
    var submodules: Int?
    var projectsPrefix: Bool?

    enum CodingKeys: String, CodingKey {
      case kind = "peft_type"
      case taskType = "task_type"
      case isForInference = "inference_mode"
      case baseModel = "base_model_name_or_path"
      case targets = "target_modules"
      case savedModules = "modules_to_save"
      case bias
      case rank = "r"
      case initialRank = "init_r"
      case totalSteps = "total_step"
      case alpha = "lora_alpha"
      case alphaPattern = "alpha_pattern"
      case rankPattern = "rank_pattern"
      case excluded = "exclude_modules"
      case layers = "layers_to_transform"
      case layerNames = "layers_pattern"
      case hasBranchBias = "lora_bias"
      case isRankStabilized = "use_rslora"
      case isWeightDecomposed = "use_dora"
      case savesProjection = "save_projection"
      case feedForward = "feedforward_modules"
      case virtualTokens = "num_virtual_tokens"
      case tokenWidth = "token_dim"
      case heads = "num_attention_heads"
      case layerCount = "num_layers"
      case submodules = "num_transformer_submodules"
      case projectsPrefix = "prefix_projection"
    }
  }

  /// LoRA's ranks by module, or AdaLoRA's kept components.
  enum RankPattern: Codable {
    case ranks([String: Int])
    case components([String: [Bool]])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let ranks = try? container.decode([String: Int].self) {
        self = .ranks(ranks)
      } else {
        self = .components(try container.decode([String: [Bool]].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .ranks(let ranks): try container.encode(ranks)
      case .components(let kept): try container.encode(kept)
      }
    }
  }

  /// One block's index or several.
  struct Layers: Codable {
    let indices: [Int]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let index = try? container.decode(Int.self) {
        indices = [index]
      } else {
        indices = try container.decode([Int].self)
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(indices)
    }
  }
}

extension PEFTConfiguration.Targets {
  /// Its entries, where one text is one.
  var names: [String] {
    switch self {
    case .paths(let paths): paths
    case .expression(let text): [text]
    }
  }

  /// Whether it says nothing.
  var isEmpty: Bool { names.allSatisfy(\.isEmpty) }
}

extension PEFTConfiguration.Targets: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let expression = try? container.decode(String.self) {
      self = .expression(expression)
    } else {
      self = .paths(try container.decode([String].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .paths(let paths): try container.encode(paths)
    case .expression(let expression): try container.encode(expression)
    }
  }
}

extension PEFTConfiguration.Fields {
  init(_ configuration: PEFTConfiguration) {
    kind = configuration.kind.rawValue
    taskType = configuration.selection.task
    isForInference = true
    baseModel = configuration.baseModel
    targets = configuration.kind.isOfPrompts ? nil : configuration.targets
    savedModules = configuration.savedModules
    if configuration.kind.isLowRank { bias = "none" }
    switch configuration.kind {
    case .ia3: feedForward = configuration.feedForward
    case .normTuning: break
    case .promptTuning, .prefixTuning:
      (virtualTokens, tokenWidth) = (configuration.prompts?.virtualTokens, configuration.prompts?.width)
      (heads, layerCount, submodules) = (configuration.prompts?.heads, configuration.prompts?.layers, 1)
      // what a network made of smaller embeddings is written as keys and values
      if configuration.kind == .prefixTuning { projectsPrefix = false }
    case .vera:
      rank = configuration.rank
      savesProjection = true
    case .adalora:
      initialRank = configuration.rank
      alpha = configuration.alpha
      // the library demands a schedule; this adapter's is over
      totalSteps = 1
      rankPattern = .components(
        Dictionary(uniqueKeysWithValues: configuration.keptComponents.map { ("\($0.key).lora_E", $0.value) }))
    case .lora:
      rank = configuration.rank
      alpha = configuration.alpha
      alphaPattern = configuration.alphaPattern.dictionary
      rankPattern = .ranks(configuration.rankPattern.dictionary)
      isRankStabilized = configuration.isRankStabilized
      isWeightDecomposed = configuration.isWeightDecomposed
    }
  }
}
