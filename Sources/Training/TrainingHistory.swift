import Records

/// All that a run has seen: one entry for each update and each epoch.
public struct TrainingHistory: Sendable, Equatable {
  /// What evaluation found after an epoch.
  public struct Epoch: Sendable, Equatable {
    /// Updates done by then.
    public var updates: Int
    /// The mean of the losses of the epoch's updates.
    public var meanLoss: Double
    /// By validation set, in the task's order.
    public var evaluations: [Evaluation]
  }

  /// Updates of the method's preliminary; empty for most methods.
  public var preliminary: [StepResult] = []
  /// Operations of the measurement that ended the preliminary; `nil` before it, and for methods without one.
  public var measurementOperations: Int?
  /// Updates of training proper.
  public var steps: [StepResult] = []
  /// What the end of each epoch left, in order.
  public var epochs: [Epoch] = []

  /// A history of nothing yet.
  public init() {}

  /// All updates, the preliminary's included.
  public var updates: Int { preliminary.count + steps.count }

  /// Operations of all updates and of the preliminary's measurement.
  public var operations: Int {
    (preliminary + steps).reduce(measurementOperations ?? 0) { $0 + $1.floatingPointOperations }
  }

  /// The index of the best epoch by the primary metric, averaged over the validation sets; the first of equal ones.
  public var best: Int? { BestEpoch.place(epochs.map { $0.evaluations.map { $0.scores.primary ?? .nan } }) }

  /// The mean over updates of the parameters that learned, without the head.
  public var averageTrainable: Double {
    steps.isEmpty ? 0 : steps.reduce(0) { $0 + Double($1.trainable) } / Double(steps.count)
  }
}
