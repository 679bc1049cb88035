// The hyper-parameters of one run, complete and checked. Keys in YAML and in JSON are the same words with `_`.

/// How long the learning rate rises.
package enum Warmup: Sendable, Equatable {
  /// A share of all updates, 0 to 1; the number of updates is rounded up.
  case ratio(Double)
  /// A number of updates.
  case steps(Int)
}

/// What the learning rate does after it has risen.
package enum RateDecay: String, Sendable, CaseIterable {
  /// It falls to zero, by as much at each update.
  case linear
  /// It stays.
  case constant
}

/// What the model's matrices are held as where they do not learn.
package enum FrozenPrecision: String, Sendable, CaseIterable {
  /// As the checkpoint has them; float16 as float32.
  case stored
  /// Rounded to bfloat16, which takes half the memory of float32.
  case bfloat16
}

/// All hyper-parameters of one run that belong to no method.
package struct TrainingSettings: Sendable, Equatable {
  /// Passes over the training set.
  package var epochs: Int
  /// Epochs in a row whose scores do not pass the best, after which the run ends; nil: it makes all epochs. The learning rate's schedule
  /// is that of all epochs.
  package var earlyStoppingPatience: Int?
  /// Sequences in one update.
  package var batchSize: Int
  /// The highest learning rate of what the method trains (of the whole model under full fine-tuning).
  package var learningRate: Double
  /// The highest learning rate of the task's head; the learning rate where none is given.
  package var headLearningRate: Double
  /// How long the learning rate rises.
  package var warmup: Warmup
  /// What it does then.
  package var decay = RateDecay.linear
  /// Decoupled weight decay of matrices.
  package var weightDecay: Double
  /// Whether the vectors that methods train decay too; biases and norms never do.
  package var decaysVectors: Bool
  /// AdamW's decay rate of the first moment.
  package var beta1: Double
  /// AdamW's decay rate of the second moment.
  package var beta2: Double
  /// AdamW's epsilon.
  package var epsilon: Double
  /// The largest norm of all gradients together; 0 leaves gradients as they are.
  package var maximumGradientNorm: Double
  /// Sequences that are computed together, of those in one update; nil: all of them.
  package var microBatchSize: Int?
  /// Whether a block's inside is computed again on the way back in place of being kept; it changes no bit.
  package var recomputes = false
  /// What matrices that never learn are held as.
  package var frozenPrecision = FrozenPrecision.stored
  /// The most tokens of one sequence, special tokens included.
  package var maximumLength: Int
  /// Dropout after embeddings, attention output and feed-forward; nil: as the model's configuration says.
  package var hiddenDropout: Double?
  /// Dropout on attention probabilities; nil: as the model's configuration says.
  package var attentionDropout: Double?
  /// Dropout before the classifier; nil: as the model's configuration says.
  package var classifierDropout: Double?
  /// The first rows of the training set that are used; nil: all.
  package var trainingRows: Int?
  /// The first rows of each validation and test set that are used; nil: all.
  package var validationRows: Int?
  /// Which rows choose the best epoch, and which are reported.
  package var split = EvaluationSplit.validation
  /// How many of the training rows' texts are held out to be validated on in place of the validation files, for the choice of settings;
  /// nil: none.
  package var tuningRows: Int?
  /// On how many rows it is measured what training took from the model; nil: it is not.
  package var retentionRows: Int?
  /// The file whose lines those rows are, within the folder of data; nil: held-out rows of a pocket model's own pre-training.
  package var retentionText: String?
  /// How texts are written, in tasks that ask for them.
  package var generation = GenerationSettings()

  /// Settings with these values and otherwise the defaults of their keys.
  package init(
    epochs: Int, batchSize: Int, learningRate: Double, headLearningRate: Double? = nil, warmup: Warmup = .ratio(0.06),
    weightDecay: Double = 0, decaysVectors: Bool = false, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    maximumGradientNorm: Double = 1, microBatchSize: Int? = nil, maximumLength: Int = 128
  ) {
    self.microBatchSize = microBatchSize
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.headLearningRate = headLearningRate ?? learningRate
    self.warmup = warmup
    self.weightDecay = weightDecay
    self.decaysVectors = decaysVectors
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.maximumGradientNorm = maximumGradientNorm
    self.maximumLength = maximumLength
  }

  /// Every key with its type, limits and default, in the order in which they are listed.
  package static let keys = ownKeys + GenerationSettings.keys.map { $0.within(\.generation) }

  private static let ownKeys: [SettingKey<Self>] = [
    .init("epochs", .integer(1...10_000), \.epochs, "Passes over the training set."),
    .init(
      "early_stopping_patience", .integer(1...10_000), \.earlyStoppingPatience,
      "Epochs in a row without a better validation score after which a run ends; else it makes all epochs."),
    .init("batch", .integer(1...65_536), \.batchSize, "Sequences in one optimizer step."),
    .init(
      OptionSchema(
        "micro_batch", .integer(1...65_536), excludes: ["gradient_accumulation"],
        "Sequences computed together, of those in one step; else all."),
      value: { $0.microBatchSize.map { .integer($0) } }, assign: { $0.microBatchSize = $1.integer }),
    // what is kept and compared is the size of a part: both ways of saying it are one run
    .init(
      OptionSchema(
        "gradient_accumulation", .integer(1...65_536), excludes: ["micro_batch"],
        "Equal parts of a step's batch, computed one after the other, whose gradients are summed: it saves memory."),
      value: { _ in nil },
      assign: { settings, given in
        let parts = max(1, given.integer ?? 1)
        settings.microBatchSize = parts == 1 ? nil : max(1, settings.batchSize / parts)
      }),
    .init(
      "recompute", .flag, default: .flag(false), \.recomputes, "Compute blocks again on the way back, to keep less in memory."),
    .init(
      OptionSchema(
        "frozen", .choice(FrozenPrecision.allCases.map(\.rawValue)), default: .text(FrozenPrecision.stored.rawValue),
        "What matrices that never learn are held as."),
      value: { .text($0.frozenPrecision.rawValue) },
      assign: { $0.frozenPrecision = $1.text.flatMap { FrozenPrecision(rawValue: $0) } ?? .stored }),
    .init("learning_rate", .numberAbove(0, atMost: 10), \.learningRate, "Highest learning rate of what the method trains."),
    .init(
      OptionSchema(
        "head_learning_rate", .numberAbove(0, atMost: 10), "Highest learning rate of the head; else learning_rate."),
      value: { .number($0.headLearningRate) }, assign: { $0.headLearningRate = $1.number ?? $0.learningRate }),
    .init(
      OptionSchema(
        "warmup", .number(0...1), default: .number(0.06), excludes: ["warmup_steps"], "Share of all steps in which the rate rises."),
      value: { if case .ratio(let share) = $0.warmup { .number(share) } else { nil } },
      assign: { $0.warmup = .ratio($1.number ?? 0) }),
    .init(
      OptionSchema("warmup_steps", .integer(0...1_000_000_000), excludes: ["warmup"], "Steps in which the rate rises."),
      value: { if case .steps(let steps) = $0.warmup { .integer(steps) } else { nil } },
      assign: { $0.warmup = .steps($1.integer ?? 0) }),
    .init(
      OptionSchema(
        "schedule", .choice(RateDecay.allCases.map(\.rawValue)), default: .text(RateDecay.linear.rawValue),
        "What the rate does after it has risen: it falls to zero, or stays."),
      value: { .text($0.decay.rawValue) }, assign: { $0.decay = $1.text.flatMap { RateDecay(rawValue: $0) } ?? .linear }),
    .init("weight_decay", .number(0...10), default: .number(0), \.weightDecay, "Decoupled weight decay."),
    .init(
      "decay_vectors", .flag, default: .flag(false), \.decaysVectors,
      "Whether vectors that methods train (scales, magnitudes, gates, singular values) decay as matrices do; biases and norms never do."
    ),
    .init(
      OptionSchema("betas", .numbers(count: 2, 0...0.999999), default: .numbers([0.9, 0.999]), "AdamW's two decay rates."),
      value: { .numbers([$0.beta1, $0.beta2]) },
      assign: { if let rates = $1.numbers, rates.count == 2 { ($0.beta1, $0.beta2) = (rates[0], rates[1]) } }),
    .init("epsilon", .numberAbove(0, atMost: 1), default: .number(1e-8), \.epsilon, "AdamW's epsilon."),
    .init(
      "max_gradient_norm", .number(0...1e6), default: .number(1), \.maximumGradientNorm,
      "Largest norm of all gradients together; 0: no limit."),
    .init("max_length", .integer(4...1_048_576), default: .integer(128), \.maximumLength, "Most tokens of one sequence."),
    .init("hidden_dropout", .number(0...0.99), \.hiddenDropout, "Dropout of hidden states; else the model's own."),
    .init(
      "attention_dropout", .number(0...0.99), \.attentionDropout, "Dropout of attention probabilities; else the model's own."),
    .init("classifier_dropout", .number(0...0.99), \.classifierDropout, "Dropout before the classifier; else the model's own."),
    .init("training_rows", .integer(1...Int.max), \.trainingRows, "Use only the first rows of the training set."),
    .init("validation_rows", .integer(1...Int.max), \.validationRows, "Use only the first rows of each validation and test set."),
    .init(
      OptionSchema(
        "split", .choice(EvaluationSplit.allCases.map(\.rawValue)), default: .text(EvaluationSplit.validation.rawValue),
        "Which rows are reported: those that choose the best epoch, the task's held-out ones, or the other half of each validation set."
      ),
      value: { .text($0.split.rawValue) },
      assign: { $0.split = $1.text.flatMap { EvaluationSplit(rawValue: $0) } ?? .validation }),
    .init(
      "tuning_rows", .integer(1...Int.max), \.tuningRows,
      "Hold so many training rows out, the same for every run, and validate on them in place of the validation files."),
    .init(
      OptionSchema(
        "retention_rows", .integer(0...1_000_000), default: .integer(0),
        "Measure on so many rows the loss that the model was pre-trained with, before training and after the best epoch: columns "
          + "'retention.masked', '.replaced', '.next', and each with '.before'. 0: not at all."),
      value: { $0.retentionRows.map { .integer($0) } },
      assign: { $0.retentionRows = $1.integer.flatMap { $0 > 0 ? $0 : nil } }),
    .init(
      "retention_text", .text, \.retentionText,
      "The text file whose first lines those rows are, in the folder of data; a pocket model has held-out rows of its own."),
  ]

  /// What the keys may be, in their order.
  package static var schemas: [OptionSchema] { keys.map(\.schema) }

  /// The key of this name.
  package static func schema(named name: String) -> OptionSchema? { keys.first { $0.schema.name == name }?.schema }

  /// The names of the keys that must be given.
  package static var required: [String] { keys.filter(\.isRequired).map(\.schema.name) }

  /// Takes checked values by their keys, and defaults for those that are not given; nil where a required one is missing.
  package init?(_ given: (String) -> OptionValue?) {
    guard Self.required.allSatisfy({ given($0) != nil }) else { return nil }
    self.init(epochs: 0, batchSize: 0, learningRate: 0)
    for key in Self.keys {
      // a default does not stand beside a setting that excludes it
      let isExcluded = key.schema.excludes.contains { given($0) != nil }
      if let value = given(key.schema.name) ?? (isExcluded ? nil : key.schema.defaultValue) { key.assign(&self, value) }
    }
    if given("head_learning_rate") == nil { headLearningRate = learningRate }
  }

  /// Every setting by its key; those left to the model's configuration or to the data are left out, and later ones at their defaults.
  package var values: [(name: String, value: OptionValue)] {
    Self.keys.compactMap { key in key.value(self).map { (key.schema.name, $0) } }
      .filter { IdentityKeys.writes(training: $0.0, $0.1) }
  }

  /// The settings that decide a run's numbers: those of `values` that change a bit.
  package var decidingValues: [(name: String, value: OptionValue)] {
    values.filter { !IdentityKeys.changesNoBit(training: $0.name) }
  }
}

extension TrainingSettings: Codable {
  package init(from decoder: any Decoder) throws {
    func refuse(_ reason: String) -> DecodingError {
      .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
    }
    var values = try decoder.singleValueContainer().decode([String: OptionValue].self)
    for (name, value) in values {
      guard let schema = Self.schema(named: name), let accepted = schema.type.accept(value) else {
        throw refuse("'\(name)' is not a training setting of this value")
      }
      values[name] = accepted
    }
    guard let settings = TrainingSettings({ values[$0] }) else {
      throw refuse("\(Self.required.joined(separator: ", ")) are required")
    }
    self = settings
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(values, uniquingKeysWith: { first, _ in first }))
  }
}
