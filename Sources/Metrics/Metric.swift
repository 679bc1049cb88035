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
  /// Corpus BLEU, lower-cased, tokenised as mteval-v13a: what the E2E challenge's scorer counts.
  case bleu
  /// Corpus BLEU, lower-cased, of words as they are given, as multi-bleu counts it.
  case multiBLEU = "multi-bleu"
  /// F1 of ROUGE-1, stemmed; the mean over an example's references.
  case rouge1
  /// F1 of ROUGE-2, stemmed; the mean over an example's references.
  case rouge2
  /// F1 of ROUGE-L, stemmed; the mean over an example's references.
  case rougeL
  /// The mean of ROUGE-1, ROUGE-2 and ROUGE-L.
  case rougeMean = "rouge-mean"
  /// F1 of ROUGE-1, stemmed, with an example's best reference.
  case rouge1Best = "rouge1-best"
  /// F1 of ROUGE-2, stemmed, with an example's best reference.
  case rouge2Best = "rouge2-best"
  /// F1 of ROUGE-L, stemmed, with an example's best reference.
  case rougeLBest = "rougeL-best"
  /// The share of right answers to GSM8K: the number after `####`.
  case gsm8k
  /// The share of right answers to GSM8K, the last number where none stands after `####`.
  case gsm8kFlexible = "gsm8k-flexible"
  /// The mean negative log-probability of the right texts' tokens, of which less is better: recorded beside a task's metrics.
  case tokenLoss = "token-loss"
  /// The mean loss of the right answers, of which less is better: the cross-entropy of classes, the squared distance of numbers; recorded
  /// beside a task's metrics.
  case loss

  /// What a metric compares.
  package enum Subject: Sendable {
    /// Class numbers.
    case classes
    /// Real numbers.
    case scores
    /// Generated texts, each with one or more references.
    case texts
    /// What a model gives the right answers; none is compared, and no task is scored by it.
    case probabilities
  }

  /// Those that tasks are scored by and tables show: more is better, and one is the most there is.
  package static let scoring = allCases.filter { $0.subject != .probabilities }

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
    case .bleu: "BLEU (13a, lower-cased)"
    case .multiBLEU: "BLEU (multi-bleu, lower-cased)"
    case .rouge1: "ROUGE-1 (mean of references)"
    case .rouge2: "ROUGE-2 (mean of references)"
    case .rougeL: "ROUGE-L (mean of references)"
    case .rougeMean: "mean of ROUGE-1, ROUGE-2 and ROUGE-L"
    case .rouge1Best: "ROUGE-1 (best reference)"
    case .rouge2Best: "ROUGE-2 (best reference)"
    case .rougeLBest: "ROUGE-L (best reference)"
    case .gsm8k: "exact match after ####"
    case .gsm8kFlexible: "exact match of the last number"
    case .tokenLoss: "loss of the right tokens"
    case .loss: "loss of the right answers"
    }
  }

  /// Whether the metric compares class numbers, real numbers or texts.
  package var subject: Subject {
    switch self {
    case .accuracy, .f1, .matthews, .accuracyF1Mean: .classes
    case .pearson, .spearman, .pearsonSpearmanMean: .scores
    case .bleu, .multiBLEU, .rouge1, .rouge2, .rougeL, .rougeMean, .rouge1Best, .rouge2Best, .rougeLBest, .gsm8k, .gsm8kFlexible:
      .texts
    case .tokenLoss, .loss: .probabilities
    }
  }

  /// The metrics that a mean is of; empty for a metric that is no mean.
  package var parts: [Metric] {
    switch self {
    case .accuracyF1Mean: [.accuracy, .f1]
    case .pearsonSpearmanMean: [.pearson, .spearman]
    case .rougeMean: [.rouge1, .rouge2, .rougeL]
    default: []
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
    default: preconditionFailure("\(displayName) does not compare classes")
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
    default: preconditionFailure("\(displayName) does not compare real numbers")
    }
  }

  /// The metric of generated texts, in 0...1; nil without examples, where an example has no reference, and for GSM8K's answers where a
  /// reference has no number.
  ///
  /// - Precondition: the metric's subject is texts, and there are as many predictions as lists of references.
  package func value(references: [[String]], predicted: [String]) -> Double? {
    switch self {
    case .bleu: return BLEU(references: references, predicted: predicted)?.score
    case .multiBLEU: return BLEU(references: references, predicted: predicted, tokenization: .whitespace)?.score
    case .rouge1: return ROUGE.meanF1(references: references, predicted: predicted, unit: .words)
    case .rouge2: return ROUGE.meanF1(references: references, predicted: predicted, unit: .pairs)
    case .rougeL: return ROUGE.meanF1(references: references, predicted: predicted, unit: .subsequence)
    case .rouge1Best: return ROUGE.meanF1(references: references, predicted: predicted, unit: .words, of: .best)
    case .rouge2Best: return ROUGE.meanF1(references: references, predicted: predicted, unit: .pairs, of: .best)
    case .rougeLBest: return ROUGE.meanF1(references: references, predicted: predicted, unit: .subsequence, of: .best)
    case .rougeMean: return meanOfParts { $0.value(references: references, predicted: predicted) }
    case .gsm8k: return GSM8KAnswer.accuracy(references: references, predicted: predicted, isFlexible: false)
    case .gsm8kFlexible: return GSM8KAnswer.accuracy(references: references, predicted: predicted, isFlexible: true)
    default: preconditionFailure("\(displayName) does not compare texts")
    }
  }

  /// Nil where one of the parts is undefined.
  private func meanOfParts(_ value: (Metric) -> Double?) -> Double? {
    let values = parts.compactMap(value)
    return values.count == parts.count ? values.reduce(0, +) / Double(parts.count) : nil
  }
}
