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
    var rankPattern: RankPattern?
    var isRankStabilized: Bool?
    var isWeightDecomposed: Bool?
    var savesProjection: Bool?

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
      case isRankStabilized = "use_rslora"
      case isWeightDecomposed = "use_dora"
      case savesProjection = "save_projection"
    }

    /// Settings that change what a layer computes, in ways that nothing here does.
    static let unknownArithmetic = [
      "alora_invocation_tokens", "arrow_config", "corda_config", "fan_in_fan_out", "kasa_config", "layer_replication",
      "loftq_config",
      "lora_bias", "lora_ga_config", "megatron_config", "monteclora_config", "target_parameters", "trainable_token_indices",
      "use_bdlora", "use_qalora", "velora_config",
    ]
    /// Initialisations that change the base model's weights too, by how their names begin.
    static let rewritingInitializations = ["corda", "loftq", "lora_ga", "olora", "pissa"]
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

  /// Any value of the file: whether it says something, and what it is where it is text.
  struct Setting: Decodable {
    let isSet: Bool
    var text: String?

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        isSet = false
      } else if let flag = try? container.decode(Bool.self) {
        isSet = flag
      } else if let list = try? container.decode([Setting].self) {
        isSet = !list.isEmpty
      } else if let object = try? container.decode([String: Setting].self) {
        isSet = !object.isEmpty
      } else {
        isSet = true
        text = try? container.decode(String.self)
      }
    }
  }
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
    taskType = "SEQ_CLS"
    isForInference = true
    baseModel = configuration.baseModel
    targets = configuration.targets
    savedModules = configuration.savedModules
    bias = "none"
    switch configuration.kind {
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
      alphaPattern = configuration.alphaPattern
      rankPattern = .ranks(configuration.rankPattern)
      isRankStabilized = configuration.isRankStabilized
      isWeightDecomposed = configuration.isWeightDecomposed
    }
  }
}
