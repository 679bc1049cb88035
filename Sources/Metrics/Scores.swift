// The scores of one evaluation: an ordered list of metrics with their values.

/// The values of several metrics on the same predictions, the primary metric first.
public struct Scores: Sendable, Equatable, Codable {
  /// One metric's value.
  public struct Entry: Sendable, Equatable, Codable {
    /// The metric.
    public let metric: Metric
    /// Its value; nil where it is undefined, as a correlation with a constant prediction.
    public let value: Double?

    /// Pairs a metric with its value.
    public init(metric: Metric, value: Double?) {
      self.metric = metric
      self.value = value
    }
  }

  /// The values in the order of the task's metrics.
  public let entries: [Entry]

  /// Takes values as they are.
  public init(entries: [Entry]) {
    self.entries = entries
  }

  /// Scores predicted classes.
  ///
  /// - Precondition: every metric compares classes, and there are as many predictions as gold classes.
  public init(metrics: [Metric], gold: [Int], predicted: [Int]) {
    entries = metrics.map { Entry(metric: $0, value: $0.value(gold: gold, predicted: predicted)) }
  }

  /// Scores predicted real numbers.
  ///
  /// - Precondition: every metric compares scores, and there are as many predictions as gold scores.
  public init(metrics: [Metric], gold: [Double], predicted: [Double]) {
    entries = metrics.map { Entry(metric: $0, value: $0.value(gold: gold, predicted: predicted)) }
  }

  /// The value of the first metric, by which epochs are compared; nil where it is undefined.
  public var primary: Double? { entries.first?.value }

  /// The value of a metric; nil where it is undefined or was not asked for.
  public subscript(metric: Metric) -> Double? {
    entries.first { $0.metric == metric }?.value
  }
}
