// Names of metrics and of recorded numbers as tables show them.
import Metrics
import Records

enum MetricText {
  /// A metric's name where there is little room; one that this program has not, as it is.
  static func short(_ name: String) -> String {
    switch Metric(rawValue: name) {
    case .matthews: "Matthews"
    case .pearson: "Pearson"
    case .spearman: "Spearman"
    case .pearsonSpearmanMean: "Pearson & Spearman"
    case .accuracyF1Mean: "accuracy & F1"
    case .accuracy: "accuracy"
    case .f1: "F1"
    case .bleu: "BLEU"
    case .multiBLEU: "BLEU (multi-bleu)"
    case .rouge1: "ROUGE-1"
    case .rouge2: "ROUGE-2"
    case .rougeL: "ROUGE-L"
    case .rougeMean: "ROUGE (mean)"
    case .rouge1Best: "ROUGE-1 (best)"
    case .rouge2Best: "ROUGE-2 (best)"
    case .rougeLBest: "ROUGE-L (best)"
    case .gsm8k: "exact match"
    case .gsm8kFlexible: "exact match (last number)"
    case .tokenLoss, .loss: "loss"
    case nil: name
    }
  }

  /// The header of a recorded number's column: `kept.query` is how many query layers a method kept.
  static func measure(_ name: String) -> String {
    if name == RunRecord.keptParameters { return "parameters kept at the end" }
    if name.hasPrefix("retention.") { return retention(name.dropFirst("retention.".count)) }
    if name.hasPrefix("kept.") { return readable(name.dropFirst("kept.".count)) + " layers kept" }
    return readable(name[...])
  }

  /// The header of a loss of pre-training: `masked` is that of hidden words after the best epoch, `masked.before` before any training.
  private static func retention(_ name: Substring) -> String {
    let isBefore = name.hasSuffix(".before"), question = isBefore ? name.dropLast(".before".count) : name
    let asked =
      ["masked": "hidden words", "replaced": "replaced tokens", "next": "next tokens"][String(question)] ?? readable(question)
    return "loss of \(asked) " + (isBefore ? "before" : "after")
  }

  /// A recorded number, or the mean of several, as tables show it.
  static func value(_ value: Double, of measure: String) -> String {
    if measure == RunRecord.updates { return NumberText.count(value) }
    // a loss that pre-training has nearly done away with
    if measure.hasPrefix("retention."), value < 0.095 { return NumberText.significant(value, digits: 2) }
    return NumberText.measure(value)
  }

  private static func readable(_ name: Substring) -> String {
    String(name.map { $0 == "." || $0 == "_" || $0 == "-" ? " " : $0 })
  }
}
