import Datasets
import Metrics

/// A task's examples as token ids, and how answers to it are scored.
package struct EncodedTask: Sendable {
  package var train: [EncodedExample]
  package var validation: [ValidationSet]
  package var metrics: [Metric]
  /// Outputs of a model's head: classes, or 1 for scores.
  package var outputs: Int

  package init(train: [EncodedExample], validation: [ValidationSet], metrics: [Metric], outputs: Int) {
    self.train = train
    self.validation = validation
    self.metrics = metrics
    self.outputs = outputs
  }
}
