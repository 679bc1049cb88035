import Metrics
import Models
import Objectives
import Tensors

/// What evaluation found on one validation set.
package struct Evaluation: Sendable, Equatable {
  /// Which of the task's validation sets it is.
  package let name: String
  /// The scores by metric.
  package let scores: Scores
  /// What the model said of each row, in their order.
  package let predictions: Answers
  /// Whether the set chooses nothing and is only reported.
  package let isHeldOut: Bool

  init(name: String, scores: Scores, predictions: Answers, isHeldOut: Bool = false) {
    self.name = name
    self.scores = scores
    self.predictions = predictions
    self.isHeldOut = isHeldOut
  }

  /// What stands for a held-out set after an epoch that is neither the best so far nor the last: no table can report it.
  init(unmeasured set: RowSet) {
    self.init(name: set.name, scores: Scores(entries: []), predictions: Answers(.integers([])), isHeldOut: set.isHeldOut)
  }

  /// Whether there are scores at all.
  package var isMeasured: Bool { !scores.entries.isEmpty }

  /// Runs the model on a validation set, without dropout and without recording gradients.
  ///
  /// - Parameters:
  ///   - isLast: whether no other evaluation follows.
  ///   - shouldStop: asked before every batch.
  /// - Throws: `Interruption` when asked to stop.
  package static func run(
    _ model: Model, _ objective: any Objective, set: Int, isLast: Bool = true, backend: any Backend,
    shouldStop: () -> Bool = { false }
  ) throws -> Evaluation {
    let answers = try backend.withoutGradients {
      try objective.answers(of: model, set: set, isLast: isLast) { if shouldStop() { throw Interruption() } }
    }
    return Evaluation(
      name: objective.validation[set].name, scores: objective.scores(of: answers, set: set), predictions: answers,
      isHeldOut: objective.validation[set].isHeldOut)
  }
}
