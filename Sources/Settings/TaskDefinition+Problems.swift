// What a task's definition may not say.
import Metrics

extension TaskDefinition {
  /// Something that contradicts itself or leaves the task's folder.
  package struct Problem: Sendable, Equatable {
    /// The key of a task file where it stands: `id`, `train`, `validation`, `test`, `format`, `columns`, `labels`, `ignored_labels`, `prompt`,
    /// `references`, `target`, `rewrite` or `metric`.
    package let key: String
    /// What is wrong, as a clause.
    package let message: String
    /// What may have been meant, as a sentence after a space; empty where nothing is near.
    package let hint: String

    init(key: String, message: String, hint: String = "") {
      self.key = key
      self.message = message
      self.hint = hint
    }
  }

  /// Everything that is wrong with the definition; empty for one that can be loaded.
  package var problems: [Problem] {
    var problems: [Problem] = []
    func note(_ key: String, _ message: String) { problems.append(Problem(key: key, message: message)) }
    if !Self.isIdentifier(id) { note("id", "an id is made of the letters a-z, digits, '-' and '_'") }
    let test = heldOut.map { $0.files } ?? []
    for (key, file) in [("train", train)] + validation.map({ ("validation", $0.file) }) + test.map({ ("test", $0.file) })
    where !Self.staysInside(file) {
      note(key, "the file \(quoted(file)) is not a path within the task's folder")
    }
    if validation.isEmpty { note("validation", "there is no validation file") }
    if let name = Self.repeated(validation.map(\.name)) { note("validation", "two validation sets are named \(quoted(name))") }
    for set in validation where !Self.isIdentifier(set.name) || set.name == "train" {
      note("validation", "\(quoted(set.name)) cannot name a validation set")
    }
    if let heldOut {
      if heldOut.files.isEmpty { note("test", "there is no test file") }
      for set in heldOut.files where !Self.isIdentifier(set.name) { note("test", "\(quoted(set.name)) cannot name a test set") }
      let names = (heldOut.selection ?? validation).map(\.name) + heldOut.files.map(\.name)
      if let name = Self.repeated(names) { note("test", "two sets are named \(quoted(name))") }
    }
    switch (target, columns) {
    case (.text, nil), (_, _?): break
    case (_, nil): note("columns", "there are no columns of texts and label")
    }
    let used = columns.map { [$0.first, $0.second, $0.label].compactMap { $0 } } ?? []
    for (place, column) in used.enumerated() where used[..<place].contains(column) {
      note("columns", "\(column.phrase) is used twice")
    }
    if format.columns == nil { problems += used.compactMap { problem(of: $0, key: "columns") } }
    switch target {
    case .classes(let labels):
      if labels.count < 2 { note("labels", "a classification task has two labels or more") }
      if let label = Self.repeated(labels) { note("labels", "the label \(quoted(label)) is listed twice") }
      if let label = ignoredLabels.first(where: labels.contains) {
        note("ignored_labels", "the label \(quoted(label)) is one of 'labels' too")
      }
    case .regression: break
    case .text(let completion):
      if columns != nil { note("columns", "they are of labels; text to be written has 'prompt' and 'references'") }
      if !ignoredLabels.isEmpty { note("ignored_labels", "text to be written has no labels") }
      problems += self.problems(of: completion)
    }
    if format.columns != nil, !used.isEmpty { note("format", "a file of the format '\(format.rawValue)' has no labels") }
    if metrics.isEmpty { note("metric", "there is no metric") }
    if let metric = Self.repeated(metrics.map(\.rawValue)) { note("metric", "the metric \(quoted(metric)) is listed twice") }
    for metric in metrics {
      switch (metric.subject, target) {
      case (.scores, .classes), (.scores, .text): note("metric", "the metric '\(metric.rawValue)' is for regression")
      case (.classes, .regression), (.classes, .text): note("metric", "the metric '\(metric.rawValue)' is for classes")
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

  /// What is wrong with a column by itself, given by a key.
  private func problem(of column: Column, key: String) -> Problem? {
    switch column {
    case .index where !format.isTable:
      return Problem(key: key, message: "\(column.phrase): fields of a JSON object have names, not numbers")
    case .index(let index) where index < 0: return Problem(key: key, message: "\(column.phrase): columns count from 0")
    case .name where format.isTable && !hasHeader:
      return Problem(key: key, message: "\(column.phrase) needs a header; give its number")
    case .name(let name):
      guard let known = format.columns, !known.contains(name) else { return nil }
      return Problem(
        key: key,
        message:
          "\(column.phrase) is none of the format '\(format.rawValue)', which has \(known.map(quoted).joined(separator: " and "))",
        hint: Suggestion.sentence(for: name, among: known))
    case .index: return nil
    }
  }

  /// What is wrong with a text to be written.
  private func problems(of completion: Completion) -> [Problem] {
    var problems: [Problem] = []
    func note(_ key: String, _ message: String) { problems.append(Problem(key: key, message: message)) }
    if let problem = completion.prompt.problem { note("prompt", "the prompt \(problem)") }
    for (key, names) in [("references", completion.references), ("target", completion.targets)] {
      if names.isEmpty { note(key, "there is no column of it") }
      if let name = Self.repeated(names) { note(key, "\(column(name).phrase) is listed twice") }
      for name in names where completion.prompt.columns.contains(name) {
        note(key, "\(column(name).phrase) stands in the prompt too, which would give the answer away")
      }
    }
    let used = completion.prompt.columns + completion.references + completion.targets
    for (key, names) in [
      ("prompt", completion.prompt.columns), ("references", completion.references),
      ("target", completion.targets.filter { !completion.references.contains($0) }),
    ] {
      problems += names.compactMap { problem(of: column($0), key: key) }
    }
    for name in completion.rewrites.keys.sorted() where !used.contains(name) {
      problems.append(
        Problem(
          key: "rewrite", message: "\(column(name).phrase) is read neither by the prompt nor for an answer",
          hint: Suggestion.sentence(for: name, among: used)))
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
