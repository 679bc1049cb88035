// Which keys are part of a run's identity even at their defaults, and which only where they say something else.
//
// A run is known by the SHA-256 of its specification. A key that is added to the program later must not make every run that was done
// before another one, so it stays out of the specification while it has its default: a run without the key and one with the default
// are the same run. The keys below were there from the beginning and stay in. Whoever changes a *default* changes what such a run
// computes, and raises `Numerics.version`.

/// The keys of the first specifications.
package enum IdentityKeys {
  /// Training settings that are always written; the optional ones have no default.
  static let training: Set<String> = [
    "batch", "betas", "decay_vectors", "epochs", "epsilon", "head_learning_rate", "learning_rate", "max_gradient_norm",
    "max_length",
    "warmup", "warmup_steps", "weight_decay",
  ]

  /// Options with a default that are always written, by method.
  package static let options: [String: Set<String>] = [
    "adalora": [
      "alpha", "beta1", "beta2", "dropout", "final_fraction", "initial_fraction", "initial_rank", "interval", "orthogonality",
      "target_rank", "targets",
    ],
    "aflora": [
      "adaptive", "beta1", "beta2", "d_initial", "final_fraction", "initial_epochs", "rank", "score", "targets", "together",
      "trainability",
    ],
    "dora": ["alpha", "dropout", "rank", "targets"],
    "houlsby": ["width"],
    "lora": ["alpha", "dropout", "rank", "targets"],
    "lora-plus": ["alpha", "dropout", "rank", "ratio", "targets"],
    "loradrop": [
      "alpha", "dropout", "final_norms", "rank", "sample_epochs", "sample_ratio", "targets", "threshold", "variant",
    ],
    "pfeiffer": ["width"],
    "prilora": [
      "alpha", "beta", "compare", "constant_scale", "dropout", "final_pruning", "interval", "prune", "prune_ratio", "prune_side",
      "rank_first", "rank_last", "regrow", "targets",
    ],
    "rslora": ["alpha", "dropout", "rank", "targets"],
    "sora": ["alpha", "dead_zone", "dropout", "eta", "rank", "targets", "xi"],
    "sparseadapter": ["alpha", "dropout", "keep", "rank", "score_rows", "targets"],
    "tied-lora": ["d_initial", "dropout", "rank", "targets"],
    "vera": ["d_initial", "dropout", "rank", "targets"],
  ]

  /// Whether an option with this value is written.
  package static func writes(_ option: OptionSchema, of method: String, _ value: OptionValue) -> Bool {
    value != option.defaultValue || options[method]?.contains(option.name) ?? false
  }

  /// Whether a training setting with this value is written.
  package static func writes(training name: String, _ value: OptionValue) -> Bool {
    value != TrainingSettings.schema(named: name)?.defaultValue || training.contains(name)
  }

  /// Whether a training setting changes no bit, and so is never written.
  static func changesNoBit(training name: String) -> Bool { name == "recompute" }
}
