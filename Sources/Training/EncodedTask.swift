import Datasets
import Metrics

/// A task's examples as token ids, and how answers to it are scored.
package struct EncodedTask: Sendable {
  /// The training examples, in the order of the file.
  package var train: [EncodedExample]
  /// The validation sets, in the order of the task; scores are of the first unless they say otherwise.
  package var validation: [ValidationSet]
  /// What predictions are scored by; the first is the task's own.
  package var metrics: [Metric]
  /// Outputs of a model's head: classes, or 1 for scores.
  package var outputs: Int

  /// Puts together what was tokenized, and `outputs`, the columns of the logits.
  package init(train: [EncodedExample], validation: [ValidationSet], metrics: [Metric], outputs: Int) {
    self.train = train
    self.validation = validation
    self.metrics = metrics
    self.outputs = outputs
  }
}
