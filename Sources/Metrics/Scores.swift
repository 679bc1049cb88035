// The scores of one evaluation: an ordered list of metrics with their values.

/// The values of several metrics on the same predictions, the primary metric first.
package struct Scores: Sendable, Equatable, Codable {
  /// One metric's value.
  package struct Entry: Sendable, Equatable, Codable {
    /// What the value was computed by.
    package let metric: Metric
    /// Its value; nil where it is undefined, as a correlation with a constant prediction.
    package let value: Double?

    /// Pairs a metric with its value.
    package init(metric: Metric, value: Double?) {
      self.metric = metric
      self.value = value
    }
  }

  /// The values in the order of the task's metrics.
  package let entries: [Entry]

  /// Takes values as they are.
  package init(entries: [Entry]) {
    self.entries = entries
  }

  /// Scores predicted classes.
  ///
  /// - Precondition: every metric compares classes, and there are as many predictions as gold classes.
  package init(metrics: [Metric], gold: [Int], predicted: [Int]) {
    entries = metrics.map { Entry(metric: $0, value: $0.value(gold: gold, predicted: predicted)) }
  }

  /// Scores predicted real numbers.
  ///
  /// - Precondition: every metric compares scores, and there are as many predictions as gold scores.
  package init(metrics: [Metric], gold: [Double], predicted: [Double]) {
    entries = metrics.map { Entry(metric: $0, value: $0.value(gold: gold, predicted: predicted)) }
  }

  /// Scores generated texts, each against its references.
  ///
  /// - Precondition: every metric compares texts, and there are as many predictions as lists of references.
  package init(metrics: [Metric], references: [[String]], predicted: [String]) {
    entries = metrics.map { Entry(metric: $0, value: $0.value(references: references, predicted: predicted)) }
  }

  /// These scores, and behind them what was measured beside them; the same where there is nothing.
  package func with(_ metric: Metric, _ value: Double?) -> Scores {
    value == nil ? self : Scores(entries: entries + [Entry(metric: metric, value: value)])
  }

  /// The value of the first metric, by which epochs are compared; nil where it is undefined.
  package var primary: Double? { entries.first?.value }

  /// The value of a metric; nil where it is undefined or was not asked for.
  package subscript(metric: Metric) -> Double? {
    entries.first { $0.metric == metric }?.value
  }
}
