/// How a run is optimized.
public struct OptimizationSettings: Sendable, Equatable {
  public var epochs: Int
  /// Sequences in one update.
  public var batchSize: Int
  /// The highest learning rate of what the method trains.
  public var learningRate: Double
  /// The highest learning rate of the task head.
  public var headLearningRate: Double
  /// Updates during which the rate rises, given the number of all updates.
  public var warmup: Warmup
  /// Decoupled weight decay of matrices.
  public var weightDecay: Double
  /// Whether biases, norms and scaling vectors decay too.
  public var decaysVectors: Bool
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// The largest norm of all gradients together; 0 leaves them as they are.
  public var maximumGradientNorm: Double

  /// How long the learning rate rises.
  public enum Warmup: Sendable, Equatable {
    /// A share of all updates, rounded up.
    case ratio(Double)
    case steps(Int)
  }

  public init(
    epochs: Int, batchSize: Int, learningRate: Double, headLearningRate: Double? = nil, warmup: Warmup = .ratio(0.06),
    weightDecay: Double = 0, decaysVectors: Bool = false, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    maximumGradientNorm: Double = 1
  ) {
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
  }
}

/// Linear warm-up, then linear decay to zero; the first update of a warm-up has rate 0, as in transformers.
public struct LinearSchedule: Sendable, Equatable {
  public let warmupSteps: Int
  public let totalSteps: Int

  public init(_ warmup: OptimizationSettings.Warmup, totalSteps: Int) {
    self.totalSteps = totalSteps
    switch warmup {
    case .ratio(let share): warmupSteps = Int((share * Double(totalSteps)).rounded(.up))
    case .steps(let steps): warmupSteps = steps
    }
  }

  /// The factor on the highest learning rate at update `step`, from 0.
  public func factor(_ step: Int) -> Double {
    if step < warmupSteps { return Double(step) / Double(max(1, warmupSteps)) }
    return max(0, Double(totalSteps - step) / Double(max(1, totalSteps - warmupSteps)))
  }
}
