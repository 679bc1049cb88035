// The metrics that a task can name, and the scores of one evaluation.

/// A metric by the name that task definitions and records use.
package enum Metric: String, Sendable, CaseIterable, Codable {
  /// The share of right classes.
  case accuracy
  /// F1 of class 1.
  case f1
  /// Matthews correlation.
  case matthews
  /// Pearson's correlation.
  case pearson
  /// Spearman's rank correlation.
  case spearman
  /// The mean of Pearson's and Spearman's correlation (STS-B in AdaLoRA and PRILoRA).
  case pearsonSpearmanMean = "pearson-spearman-mean"
  /// The mean of accuracy and F1 (QQP in AFLoRA's average).
  case accuracyF1Mean = "accuracy-f1-mean"

  /// What a metric compares.
  package enum Subject: Sendable {
    /// Class numbers.
    case classes
    /// Real numbers.
    case scores
  }

  /// The name for tables and people.
  package var displayName: String {
    switch self {
    case .accuracy: "accuracy"
    case .f1: "F1"
    case .matthews: "Matthews correlation"
    case .pearson: "Pearson correlation"
    case .spearman: "Spearman correlation"
    case .pearsonSpearmanMean: "mean of Pearson and Spearman"
    case .accuracyF1Mean: "mean of accuracy and F1"
    }
  }

  /// Whether the metric compares class numbers or real numbers.
  package var subject: Subject {
    switch self {
    case .accuracy, .f1, .matthews, .accuracyF1Mean: .classes
    case .pearson, .spearman, .pearsonSpearmanMean: .scores
    }
  }

  /// The metrics that a mean is of; empty for a metric that is no mean.
  package var parts: [Metric] {
    switch self {
    case .accuracyF1Mean: [.accuracy, .f1]
    case .pearsonSpearmanMean: [.pearson, .spearman]
    case .accuracy, .f1, .matthews, .pearson, .spearman: []
    }
  }

  /// The metric of predicted classes; nil without examples.
  ///
  /// - Precondition: the metric's subject is classes, and there are as many predictions as gold classes.
  package func value(gold: [Int], predicted: [Int]) -> Double? {
    switch self {
    case .accuracy: return Metrics.accuracy(gold: gold, predicted: predicted)
    case .f1: return Metrics.f1(gold: gold, predicted: predicted)
    case .matthews: return matthewsCorrelation(gold: gold, predicted: predicted)
    case .accuracyF1Mean: return meanOfParts { $0.value(gold: gold, predicted: predicted) }
    case .pearson, .spearman, .pearsonSpearmanMean:
      preconditionFailure("\(displayName) compares real numbers, not classes")
    }
  }

  /// The metric of predicted real numbers; nil where it is undefined, as for a constant prediction.
  ///
  /// - Precondition: the metric's subject is scores, and there are as many predictions as gold scores.
  package func value(gold: [Double], predicted: [Double]) -> Double? {
    switch self {
    case .pearson: return Metrics.pearson(gold: gold, predicted: predicted)
    case .spearman: return Metrics.spearman(gold: gold, predicted: predicted)
    case .pearsonSpearmanMean: return meanOfParts { $0.value(gold: gold, predicted: predicted) }
    case .accuracy, .f1, .matthews, .accuracyF1Mean:
      preconditionFailure("\(displayName) compares classes, not real numbers")
    }
  }

  /// Nil where one of the parts is undefined.
  private func meanOfParts(_ value: (Metric) -> Double?) -> Double? {
    let values = parts.compactMap(value)
    return values.count == parts.count ? values.reduce(0, +) / Double(parts.count) : nil
  }
}
