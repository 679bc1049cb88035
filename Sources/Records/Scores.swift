// The scores of a run, epoch by epoch. All are kept, so that a table can be printed by another protocol without training.

/// One metric on one validation set.
package struct Score: Sendable, Equatable, Codable {
  /// `split`: the validation set, as in `validation` or MNLI's `validation_mismatched`.
  package let split: String
  /// `metric`: the metric's name, as in `accuracy`.
  package let metric: String
  /// `value`: the value as the metric defines it (an accuracy is 0 to 1); not a number where it is undefined.
  package let value: Double

  /// Makes a score from its parts.
  package init(split: String, metric: String, value: Double) {
    self.split = split
    self.metric = metric
    self.value = value
  }

  package static func == (first: Score, second: Score) -> Bool {
    // By bits: two undefined scores are the same score.
    first.split == second.split && first.metric == second.metric
      && (first.value == second.value || (first.value.isNaN && second.value.isNaN))
  }
}

/// All scores after one epoch.
package struct EpochScores: Sendable, Equatable, Codable {
  /// `epoch`: the epoch, from 1.
  package let epoch: Int
  /// `step`: optimizer steps done by then.
  package let step: Int
  /// `scores`: one entry for each validation set and metric.
  package let scores: [Score]

  /// Makes an epoch's scores from their parts.
  package init(epoch: Int, step: Int, scores: [Score]) {
    self.epoch = epoch
    self.step = step
    self.scores = scores
  }

  /// The value of a metric on a validation set; nil where it was not measured.
  package func value(split: String, metric: String) -> Double? {
    scores.first { $0.split == split && $0.metric == metric }?.value
  }
}

/// What the best epoch was chosen by: the metric's mean over all validation sets, and the set that is named first.
package struct PrimaryScore: Sendable, Equatable, Codable {
  /// `split`: the first validation set, whose score is shown while runs go on.
  package let split: String
  /// `metric`: the metric, of which more is better.
  package let metric: String

  /// Makes a choice from its parts.
  package init(split: String, metric: String) {
    self.split = split
    self.metric = metric
  }
}
