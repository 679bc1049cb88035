import Records

/// All that a run has seen: one entry for each update and each epoch.
package struct TrainingHistory: Sendable, Equatable {
  /// What evaluation found after an epoch.
  package struct Epoch: Sendable, Equatable {
    /// Updates done by then.
    package var updates: Int
    /// The mean of the losses of the epoch's updates.
    package var meanLoss: Double
    /// By set, in the task's order.
    package var evaluations: [Evaluation]

    /// Those of the sets that choose the best epoch.
    package var choosing: [Evaluation] { evaluations.filter { !$0.isHeldOut } }
    /// The names of the others.
    package var heldOut: [String] { evaluations.filter(\.isHeldOut).map(\.name) }
  }

  /// Updates of the method's preliminary; empty for most methods.
  package var preliminary: [StepResult] = []
  /// Operations of the measurement that ended the preliminary; `nil` before it, and for methods without one.
  var measurementOperations: Int?
  /// Updates of training proper.
  package var steps: [StepResult] = []
  /// What the end of each epoch left, in order.
  package var epochs: [Epoch] = []

  /// SHA-256 of the files of weights that were written, by the epoch that they are of: `best`, `last`.
  package var weights: [String: String] = [:]

  /// A history of nothing yet.
  package init() {}

  /// All updates, the preliminary's included.
  package var updates: Int { preliminary.count + steps.count }

  /// Operations of all updates and of the preliminary's measurement.
  package var operations: Int {
    (preliminary + steps).reduce(measurementOperations ?? 0) { $0 + $1.floatingPointOperations }
  }

  /// The index of the best epoch by the primary metric, averaged over the sets that choose; the first of equal ones.
  package var best: Int? { BestEpoch.place(epochs.map { $0.choosing.map { $0.scores.primary ?? .nan } }) }

  /// Forgets the logits of epochs that are neither the best nor the newest: no file of the run holds them.
  mutating func dropUnneededLogits() {
    let kept = [best, epochs.indices.last]
    for place in epochs.indices where !kept.contains(place) {
      epochs[place].evaluations = epochs[place].evaluations.map {
        Evaluation(name: $0.name, scores: $0.scores, predictions: $0.predictions.withoutLogits, isHeldOut: $0.isHeldOut)
      }
    }
  }

  /// The mean over updates of the parameters that learned, without the head.
  package var averageTrainable: Double {
    steps.isEmpty ? 0 : steps.reduce(0) { $0 + Double($1.trainable) } / Double(steps.count)
  }
}
