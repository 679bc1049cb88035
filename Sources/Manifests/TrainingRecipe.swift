// The hyper-parameters of one run, complete and checked. Keys in YAML and in JSON are the same words with `_`.
import Settings

/// How long the learning rate rises.
public enum Warmup: Sendable, Equatable {
  /// A share of all steps, 0 to 1; the number of steps is rounded up.
  case ratio(Double)
  /// A number of steps.
  case steps(Int)
}

/// All hyper-parameters of one run that belong to no method.
public struct TrainingRecipe: Sendable, Equatable {
  /// Passes over the training set.
  public let epochs: Int
  /// Sequences in one optimizer step.
  public let batchSize: Int
  /// The highest learning rate of adapters (or of the whole model under full fine-tuning).
  public let learningRate: Double
  /// The highest learning rate of the task's head; the learning rate where none is given.
  public let headLearningRate: Double
  /// How long the learning rate rises before it falls linearly to zero.
  public let warmup: Warmup
  /// Decoupled weight decay.
  public let weightDecay: Double
  /// Whether biases, norms and vectors decay too.
  public let decaysVectors: Bool
  /// AdamW's two decay rates.
  public let betas: [Double]
  /// AdamW's epsilon.
  public let epsilon: Double
  /// The largest norm of all gradients together; 0 leaves gradients as they are.
  public let maximumGradientNorm: Double
  /// The most tokens of one sequence, special tokens included.
  public let maximumLength: Int
  /// Dropout after embeddings, attention output and feed-forward; nil: as the model's configuration says.
  public let hiddenDropout: Double?
  /// Dropout on attention probabilities; nil: as the model's configuration says.
  public let attentionDropout: Double?
  /// Dropout before the classifier; nil: as the model's configuration says.
  public let classifierDropout: Double?
  /// The first rows of the training set that are used; nil: all.
  public let trainingRows: Int?
  /// The first rows of each validation set that are used; nil: all.
  public let validationRows: Int?

  /// Every setting with its type, limits and default, in the order in which they are listed. Those without a default and
  /// not optional (`epochs`, `batch`, `learning_rate`) must be given by a recipe or a row.
  public static let schemas: [OptionSchema] = [
    OptionSchema("epochs", .integer(1...10_000), "Passes over the training set."),
    OptionSchema("batch", .integer(1...65_536), "Sequences in one optimizer step."),
    OptionSchema("learning_rate", .numberAbove(0, atMost: 10), "Highest learning rate of what the method trains."),
    OptionSchema(
      "head_learning_rate", .numberAbove(0, atMost: 10), "Highest learning rate of the head; else learning_rate."),
    OptionSchema(
      "warmup", .number(0...1), default: .number(0.06), excludes: ["warmup_steps"],
      "Share of all steps in which the rate rises."),
    OptionSchema("warmup_steps", .integer(0...1_000_000_000), excludes: ["warmup"], "Steps in which the rate rises."),
    OptionSchema("weight_decay", .number(0...10), default: .number(0), "Decoupled weight decay."),
    OptionSchema("decay_vectors", .flag, default: .flag(false), "Whether biases, norms and vectors decay too."),
    OptionSchema(
      "betas", .numbers(count: 2, 0...0.999999), default: .numbers([0.9, 0.999]), "AdamW's two decay rates."),
    OptionSchema("epsilon", .numberAbove(0, atMost: 1), default: .number(1e-8), "AdamW's epsilon."),
    OptionSchema(
      "max_gradient_norm", .number(0...1e6), default: .number(1), "Largest norm of all gradients together; 0: no limit."
    ),
    OptionSchema("max_length", .integer(4...1_048_576), default: .integer(128), "Most tokens of one sequence."),
    OptionSchema("hidden_dropout", .number(0...0.99), "Dropout of hidden states; else the model's own."),
    OptionSchema("attention_dropout", .number(0...0.99), "Dropout of attention probabilities; else the model's own."),
    OptionSchema("classifier_dropout", .number(0...0.99), "Dropout before the classifier; else the model's own."),
    OptionSchema("training_rows", .integer(1...Int.max), "Use only the first rows of the training set."),
    OptionSchema("validation_rows", .integer(1...Int.max), "Use only the first rows of each validation set."),
  ]

  /// The setting of this name.
  public static func schema(named name: String) -> OptionSchema? { schemas.first { $0.name == name } }

  /// The settings that have no default and cannot be left out.
  static let required = ["epochs", "batch", "learning_rate"]

  /// Makes a recipe from checked settings; nil where one that is required is missing.
  init?(_ settings: SettingsLayer) {
    func value(_ name: String) -> OptionValue? { settings[name] ?? Self.schema(named: name)?.defaultValue }
    guard let epochs = value("epochs")?.integer, let batch = value("batch")?.integer,
      let rate = value("learning_rate")?.number
    else { return nil }
    self.epochs = epochs
    batchSize = batch
    learningRate = rate
    headLearningRate = value("head_learning_rate")?.number ?? rate
    warmup = settings["warmup_steps"]?.integer.map { .steps($0) } ?? .ratio(value("warmup")?.number ?? 0)
    weightDecay = value("weight_decay")?.number ?? 0
    decaysVectors = value("decay_vectors")?.flag ?? false
    betas = value("betas")?.numbers ?? []
    epsilon = value("epsilon")?.number ?? 0
    maximumGradientNorm = value("max_gradient_norm")?.number ?? 0
    maximumLength = value("max_length")?.integer ?? 0
    hiddenDropout = value("hidden_dropout")?.number
    attentionDropout = value("attention_dropout")?.number
    classifierDropout = value("classifier_dropout")?.number
    trainingRows = value("training_rows")?.integer
    validationRows = value("validation_rows")?.integer
  }

  /// Every setting by its key; those left to the model's configuration or to the data are left out, and later ones at their defaults.
  public var settings: [(name: String, value: OptionValue)] {
    let warmupSetting: (String, OptionValue) =
      switch warmup {
      case .ratio(let share): ("warmup", .number(share))
      case .steps(let steps): ("warmup_steps", .integer(steps))
      }
    let optional: [(String, OptionValue?)] = [
      ("hidden_dropout", hiddenDropout.map { .number($0) }),
      ("attention_dropout", attentionDropout.map { .number($0) }),
      ("classifier_dropout", classifierDropout.map { .number($0) }),
      ("training_rows", trainingRows.map { .integer($0) }), ("validation_rows", validationRows.map { .integer($0) }),
    ]
    let settings: [(name: String, value: OptionValue)] =
      [
        ("epochs", .integer(epochs)), ("batch", .integer(batchSize)), ("learning_rate", .number(learningRate)),
        ("head_learning_rate", .number(headLearningRate)), warmupSetting, ("weight_decay", .number(weightDecay)),
        ("decay_vectors", .flag(decaysVectors)), ("betas", .numbers(betas)), ("epsilon", .number(epsilon)),
        ("max_gradient_norm", .number(maximumGradientNorm)), ("max_length", .integer(maximumLength)),
      ] + optional.compactMap { name, value in value.map { (name, $0) } }
    return settings.filter { IdentityKeys.writes(training: $0.name, $0.value) }
  }
}

extension TrainingRecipe: Codable {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer().decode([String: OptionValue].self)
    var settings = SettingsLayer()
    for name in values.keys.sorted() {
      guard let schema = Self.schema(named: name), let value = values[name].flatMap(schema.type.accept) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "'\(name)' is not a training setting of this value"))
      }
      settings.set(schema, to: value, at: nil)
    }
    guard let recipe = TrainingRecipe(settings) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "epochs, batch and learning_rate are required"))
    }
    self = recipe
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0.value) }))
  }
}
