import Datasets
import Layers
import Metrics
import Models
import Tensors

/// A model's answers on a validation set, in the order of its examples.
public enum Predictions: Sendable, Equatable {
  case classes([Int])
  case scores([Double])

  /// Whether all answers are the same although the labels are not to be.
  public var isConstant: Bool {
    switch self {
    case .classes(let values): Set(values).count < 2 && values.count > 1
    case .scores(let values): Set(values).count < 2 && values.count > 1
    }
  }
}

/// What evaluation found on one validation set.
public struct Evaluation: Sendable, Equatable {
  public let name: String
  public let scores: Scores
  public let predictions: Predictions

  /// Runs the model without dropout and without recording gradients.
  ///
  /// - Parameter shouldStop: asked after every batch.
  /// - Throws: `Interruption` when asked to stop.
  public static func run(
    _ model: any SequenceClassifier, on set: ValidationSet, metrics: [Metric], backend: any Backend,
    shouldStop: () -> Bool = { false }
  ) throws -> Evaluation {
    let labels = Targets(set.examples.map(\.label))
    // sequences of like length together: the answers go back to their places
    let order = set.examples.indices.sorted { (set.examples[$0].tokens.count, $0) < (set.examples[$1].tokens.count, $1) }
    let classes = model.configuration.classes
    var logits = [Float](repeating: 0, count: set.examples.count * classes)
    try backend.withoutGradients {
      for start in stride(from: 0, to: order.count, by: batchSize) {
        if shouldStop() { throw Interruption() }
        let chosen = order[start..<min(order.count, start + batchSize)]
        let batch = TokenBatch(chosen.map { (set.examples[$0].tokens, set.examples[$0].segments) })
        let values = model.logits(batch, pass: .evaluation).values
        for (row, index) in chosen.enumerated() {
          for c in 0..<classes { logits[index * classes + c] = values[row * classes + c] }
        }
      }
    }
    switch labels {
    case .classes(let gold):
      let predicted = set.examples.indices.map { row in
        // the first of equal logits
        (1..<max(1, classes)).reduce(0) { logits[row * classes + $1] > logits[row * classes + $0] ? $1 : $0 }
      }
      return Evaluation(
        name: set.name, scores: Scores(metrics: metrics, gold: gold.map(Int.init), predicted: predicted),
        predictions: .classes(predicted))
    case .scores(let gold):
      let predicted = logits.map(Double.init)
      return Evaluation(
        name: set.name, scores: Scores(metrics: metrics, gold: gold.map(Double.init), predicted: predicted),
        predictions: .scores(predicted))
    }
  }

  private static let batchSize = 32
}
