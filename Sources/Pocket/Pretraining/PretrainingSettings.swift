// How the pocket models are pre-trained: the optimizer, the mixture of rows, the losses and the pace.
import Settings
import Training

/// The recipe of a pre-training run; all of its numbers follow from it, the model's start and the rows.
struct PretrainingSettings: Sendable, Equatable {
  /// Updates.
  var steps: Int
  /// Rows in one update, of all kinds together.
  var batchSize: Int
  /// The highest learning rate.
  var learningRate: Double
  /// Updates during which the rate rises from nothing.
  var warmupSteps: Int
  /// The share of all updates, the last ones, over which the rate falls linearly to nothing.
  var decayShare: Double
  /// Decoupled weight decay of matrices.
  var weightDecay: Double
  var beta1: Double
  var beta2: Double
  /// The largest norm of all gradients together; 0 leaves them as they are.
  var maximumGradientNorm: Double
  /// How much naming masked words counts.
  var maskedWeight: Double
  /// How much judging words counts.
  var judgedWeight: Double
  /// How much it counts to say that the words of a first sentence hold, where the second's are judged by them; 0 leaves it out.
  var givenWeight: Double
  /// How much it counts to say, from the first token, whether two sentences are about the same thing; 0 leaves it out.
  var topicWeight: Double
  /// How much it counts to name, from the first token, the words of the row's first sentence; 0 leaves it out. A first token that nothing
  /// is asked of gathers what helps to judge the words, and a linear model reads much of a task from it before any fine-tuning.
  var contentWeight: Double
  /// The share of each batch by kind of row (`PocketPretraining.Kind.rawValue`); they need not add up to 1.
  var shares: [Double]
  /// The pace: when a kind of row gets harder or easier, and how fast. Its levels are where training starts.
  var pacing: PocketPacing

  /// The recipe that the shipped models are made by, but for the number of updates.
  init(steps: Int) {
    self.steps = steps
    batchSize = 96
    learningRate = 1.5e-3
    warmupSteps = 150
    decayShare = 0.4
    weightDecay = 0.01
    beta1 = 0.9
    beta2 = 0.98
    maximumGradientNorm = 1
    maskedWeight = 1
    judgedWeight = 5
    givenWeight = 0
    topicWeight = 0.1
    contentWeight = 0
    shares = PocketPretraining.Kind.allCases.map(\.share)
    pacing = PocketPacing()
  }

  /// The factor on the highest rate at update `step`, from 0: up, level, then down.
  func factor(_ step: Int) -> Double {
    let rising = warmupSteps > 0 ? Double(step + 1) / Double(warmupSteps) : 1
    let falling = decayShare > 0 ? (1 - Double(step) / Double(max(1, steps))) / decayShare : 1
    return max(0, min(1, rising, falling))
  }

  /// Rows of one kind in every batch, and the kind's share, which weighs its mean loss; nil for a kind left out.
  func part(_ kind: PocketPretraining.Kind) -> (rows: Int, weight: Double)? {
    part(kind.rawValue, of: shares)
  }

  /// Rows in every batch of one of the kinds that have these shares, and its share; nil for a kind left out.
  func part(_ place: Int, of shares: [Double]) -> (rows: Int, weight: Double)? {
    let total = shares.reduce(0, +)
    let share = shares[place]
    guard share > 0, total > 0 else { return nil }
    return (max(1, Int((Double(batchSize) * share / total).rounded())), share / total)
  }

  var optimization: TrainingSettings {
    TrainingSettings(
      epochs: 1, batchSize: batchSize, learningRate: learningRate, warmup: .steps(warmupSteps), weightDecay: weightDecay,
      beta1: beta1, beta2: beta2, maximumGradientNorm: maximumGradientNorm)
  }
}
