import Datasets
import Layers
import Metrics
import Models
import Tensors

/// A model's answers on a validation set, in the order of its examples.
package enum Predictions: Sendable, Equatable {
  case classes([Int])
  case scores([Double])

  /// Whether all answers are the same although the labels are not to be.
  package var isConstant: Bool {
    switch self {
    case .classes(let values): Set(values).count < 2 && values.count > 1
    case .scores(let values): Set(values).count < 2 && values.count > 1
    }
  }
}

/// What evaluation found on one validation set.
package struct Evaluation: Sendable, Equatable {
  /// Which of the task's validation sets it is.
  package let name: String
  /// The scores by metric.
  package let scores: Scores
  /// What the model said of each example, in their order.
  package let predictions: Predictions

  init(name: String, scores: Scores, predictions: Predictions) {
    self.name = name
    self.scores = scores
    self.predictions = predictions
  }

  /// What the logits of a set's examples, in their order, are worth.
  package init(of set: ValidationSet, logits: Logits, metrics: [Metric]) {
    name = set.name
    switch Targets(set.examples.map(\.label)) {
    case .classes(let gold):
      let predicted = set.examples.indices.map { logits.answer($0) }
      scores = Scores(metrics: metrics, gold: gold.map(Int.init), predicted: predicted)
      predictions = .classes(predicted)
    case .scores(let gold):
      let predicted = logits.values.map(Double.init)
      scores = Scores(metrics: metrics, gold: gold.map(Double.init), predicted: predicted)
      predictions = .scores(predicted)
    }
  }

  /// Runs the model without dropout and without recording gradients.
  ///
  /// - Parameter shouldStop: asked after every batch.
  /// - Throws: `Interruption` when asked to stop.
  package static func run(
    _ model: any SequenceClassifier, on set: ValidationSet, metrics: [Metric], backend: any Backend,
    shouldStop: () -> Bool = { false }
  ) throws -> Evaluation {
    // sequences of like length together: the answers go back to their places
    let order = set.examples.indices.sorted { (set.examples[$0].tokens.count, $0) < (set.examples[$1].tokens.count, $1) }
    let classes = model.configuration.classes
    var logits = Logits([Float](repeating: 0, count: set.examples.count * classes), classes: classes)
    try backend.withoutGradients {
      for start in stride(from: 0, to: order.count, by: batchSize) {
        if shouldStop() { throw Interruption() }
        let chosen = order[start..<min(order.count, start + batchSize)]
        let batch = TokenBatch(chosen.map { (set.examples[$0].tokens, set.examples[$0].segments) })
        let values = model.logits(batch, pass: .evaluation).values
        for (row, index) in chosen.enumerated() {
          for c in 0..<classes { logits.values[index * classes + c] = values[row * classes + c] }
        }
      }
    }
    return Evaluation(of: set, logits: logits, metrics: metrics)
  }

  private static let batchSize = 32
}
