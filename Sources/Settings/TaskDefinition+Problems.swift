// What a task's definition may not say.
import Metrics

extension TaskDefinition {
  /// Something that contradicts itself or leaves the task's folder.
  package struct Problem: Sendable, Equatable {
    /// The key of a task file where it stands: `id`, `train`, `validation`, `columns`, `labels`, `ignored_labels` or `metric`.
    package let key: String
    /// What is wrong, as a clause.
    package let message: String
  }

  /// Everything that is wrong with the definition; empty for one that can be loaded.
  package var problems: [Problem] {
    var problems: [Problem] = []
    func note(_ key: String, _ message: String) { problems.append(Problem(key: key, message: message)) }
    if !Self.isIdentifier(id) { note("id", "an id is made of the letters a-z, digits, '-' and '_'") }
    for (key, file) in [("train", train)] + validation.map({ ("validation", $0.file) }) where !Self.staysInside(file) {
      note(key, "the file \(quoted(file)) is not a path within the task's folder")
    }
    if validation.isEmpty { note("validation", "there is no validation file") }
    if let name = Self.repeated(validation.map(\.name)) { note("validation", "two validation sets are named \(quoted(name))") }
    for set in validation where !Self.isIdentifier(set.name) || set.name == "train" {
      note("validation", "\(quoted(set.name)) cannot name a validation set")
    }
    let used = [columns.first, columns.second, columns.label].compactMap { $0 }
    for (place, column) in used.enumerated() where used[..<place].contains(column) {
      note("columns", "\(column.phrase) is used twice")
    }
    for column in used {
      switch (column, format) {
      case (.index, .jsonl): note("columns", "\(column.phrase): fields of a JSON object have names, not numbers")
      case (.index(let index), .tsv) where index < 0: note("columns", "\(column.phrase): columns count from 0")
      case (.name, .tsv) where !hasHeader: note("columns", "\(column.phrase) needs a header; give its number")
      default: break
      }
    }
    if case .classes(let labels) = target {
      if labels.count < 2 { note("labels", "a classification task has two labels or more") }
      if let label = Self.repeated(labels) { note("labels", "the label \(quoted(label)) is listed twice") }
      if let label = ignoredLabels.first(where: labels.contains) {
        note("ignored_labels", "the label \(quoted(label)) is one of 'labels' too")
      }
    }
    if metrics.isEmpty { note("metric", "there is no metric") }
    if let metric = Self.repeated(metrics.map(\.rawValue)) { note("metric", "the metric \(quoted(metric)) is listed twice") }
    for metric in metrics {
      switch (metric.subject, target) {
      case (.scores, .classes): note("metric", "the metric '\(metric.rawValue)' is for regression")
      case (.classes, .regression): note("metric", "the metric '\(metric.rawValue)' is for classes")
      case (.probabilities, _):
        note("metric", "the metric '\(metric.rawValue)' is recorded by itself, and less of it is better: no task is scored by it")
      case (.texts, .classes), (.texts, .regression): note("metric", "the metric '\(metric.rawValue)' is for generated text")
      case (.classes, .classes(let labels)) where labels.count > 2 && (metric == .f1 || metric == .accuracyF1Mean):
        note("metric", "the metric '\(metric.rawValue)' is for two classes")
      default: break
      }
    }
    return problems
  }

  private static func isIdentifier(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      }
  }

  /// Whether a path is from the root or goes up nowhere.
  private static func staysInside(_ path: String) -> Bool {
    guard !path.isEmpty, !path.hasPrefix("~"), !path.utf8.contains(0) else { return false }
    if path.hasPrefix("/") { return true }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != ".." && $0 != "" }
  }

  private static func repeated(_ names: [String]) -> String? {
    names.indices.first { names[..<$0].contains(names[$0]) }.map { names[$0] }
  }
}
