// Which settings of `adapter_config.json` are taken, which change nothing, and which cannot be computed here.
import Settings

extension PEFTConfiguration {
  /// Settings that are read from the file of any kind.
  private static let taken: Set<String> = ["modules_to_save", "peft_type", "task_type"]
  /// Settings that are read from the file of one kind.
  private static func taken(of kind: Kind) -> Set<String> {
    switch kind {
    case .lora, .adalora, .vera:
      [
        "alpha_pattern", "bias", "exclude_modules", "init_lora_weights", "init_r", "layers_pattern", "layers_to_transform",
        "lora_alpha", "lora_bias", "r", "rank_pattern", "save_projection", "target_modules", "use_dora", "use_rslora",
      ]
    case .ia3: ["exclude_modules", "feedforward_modules", "target_modules"]
    case .normTuning: ["exclude_modules", "target_modules"]
    case .promptTuning, .prefixTuning: ["num_virtual_tokens"]
    }
  }
  /// Settings that change no output of a loaded adapter: those of training and initialisation, the names of models, and
  /// `fan_in_fan_out`, which the library turns off at layers such as those of the models here.
  private static let withoutEffect: Set<String> = [
    "auto_mapping", "base_model_name_or_path", "beta1", "beta2", "corda_config", "d_initial", "deltaT", "ensure_weight_tying",
    "eva_config", "fan_in_fan_out", "inference_mode", "init_weights", "loftq_config", "lora_dropout", "lora_ga_config",
    "megatron_core", "orth_reg_weight", "peft_version", "projection_prng_key", "qalora_group_size", "revision",
    "runtime_config", "target_r", "tfinal", "tinit", "total_step", "vera_dropout",
  ]
  /// The same of adapters of prompts, whose one tensor says its sizes itself: a network that made it is not in the file.
  private static let withoutEffectOnPrompts: Set<String> = [
    "encoder_hidden_size", "num_attention_heads", "num_layers", "num_transformer_submodules", "prefix_projection",
    "prompt_tuning_init", "prompt_tuning_init_text", "token_dim", "tokenizer_kwargs", "tokenizer_name_or_path",
  ]
  /// Settings that change what a layer computes, in ways that nothing here does.
  private static let unknownArithmetic: Set<String> = [
    "alora_invocation_tokens", "arrow_config", "kasa_config", "layer_replication", "megatron_config", "monteclora_config",
    "target_parameters", "trainable_token_indices", "use_bdlora", "use_qalora", "velora_config",
  ]
  /// Initialisations that change the base model's weights too, by how their names begin.
  private static let rewritingInitializations = ["corda", "loftq", "lora_ga", "olora", "pissa"]
  /// Initialisations that leave the base model as it is.
  private static let plainInitializations = ["eva", "gaussian", "mica", "orthogonal"]

  /// Looks through all settings of a file.
  ///
  /// - Parameter order: their names, as the file has them.
  /// - Throws: `InterchangeError.configuration`, `.notComputed` for the first that cannot be taken.
  static func checkSettings(_ settings: [String: JSONValue], order: [String], kind: Kind, path: String) throws {
    func refusal(_ problem: String, _ advice: String) -> InterchangeError {
      .notComputed(path: path, problem: problem, advice: advice)
    }
    // the library's VeRA excludes nothing
    let unknown: Set<String> = kind == .vera ? ["exclude_modules"] : []
    var known = taken.union(taken(of: kind)).union(withoutEffect).subtracting(unknown)
    if kind == .ia3 { known.insert("init_ia3_weights") }
    if kind.isOfPrompts { known.formUnion(withoutEffectOnPrompts) }
    for name in order where !known.contains(name) {
      guard let value = settings[name], !value.isNothing else { continue }
      let found = "\(name) is \(value.excerpt)"
      guard !unknownArithmetic.contains(name) else {
        throw refusal("\(found), which this program does not compute", InterchangeError.mergeAdvice)
      }
      throw refusal(
        "\(found), a setting that this program does not know",
        "Remove it if it changes nothing of what the adapter computes; else: \(InterchangeError.mergeAdvice)")
    }
    if case .text(let task)? = settings["task_type"], ModuleSelection.heads[task] == nil {
      let known = ModuleSelection.heads.keys.sorted().joined(separator: ", ")
      throw refusal(
        "task_type is '\(task)', of which this program has no models; known are null, \(known)",
        "Take an adapter of a sequence classifier or of a causal model; if this is one, set task_type to SEQ_CLS or CAUSAL_LM and "
          + "save it again, a classifier with its head")
    }
    if kind == .vera, settings["save_projection"] == .flag(false) {
      throw refusal(
        "save_projection is false, so that the shared matrices are not in the file",
        "Load it with the peft library, set save_projection to True and save it again")
    }
    guard kind == .lora else { return }
    switch settings["init_lora_weights"] {
    case nil, .null?, .flag?: return
    case .text(let start)?:
      if rewritingInitializations.contains(where: { start.lowercased().hasPrefix($0) }) {
        throw refusal(
          "init_lora_weights is '\(start)', which changes the base model's weights",
          "Convert it to plain LoRA: save_pretrained with path_initial_model_for_weight_conversion")
      }
      guard plainInitializations.contains(start.lowercased()) else {
        let known = plainInitializations.joined(separator: ", ")
        throw refusal("init_lora_weights is '\(start)'; known are true, false, \(known)", InterchangeError.mergeAdvice)
      }
    case let value?: throw InterchangeError.configuration(path: path, problem: "init_lora_weights is \(value.excerpt)")
    }
  }
}

extension JSONValue {
  /// Whether a setting with this value is as good as not set.
  fileprivate var isNothing: Bool {
    switch self {
    case .null, .flag(false), .text(""): true
    case .array(let values): values.isEmpty
    case .object(let members): members.isEmpty
    default: false
    }
  }

  /// The value for a message.
  fileprivate var excerpt: String {
    let text = compact
    return text.count > 60 ? "\(text.prefix(60))…" : text
  }
}
