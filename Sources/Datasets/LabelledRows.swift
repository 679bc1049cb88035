// Rows with a label: a class, or a number.
import Settings

/// Collects the examples of a task with labels.
struct LabelledRows: ExampleCollector {
  let columns: [ReadColumn]
  private(set) var examples: [Example] = []
  var left = LeftRows()
  private let target: TaskDefinition.Target
  private let ignoredLabels: [String]
  private let classes: [String: Int]
  private let path: String

  init(_ columns: TaskDefinition.Columns, target: TaskDefinition.Target, ignoredLabels: [String], path: String) {
    let texts = [columns.first] + (columns.second.map { [$0] } ?? [])
    self.columns = texts.map { ReadColumn($0) } + [ReadColumn(columns.label, allowsLiterals: true)]
    self.target = target
    self.ignoredLabels = ignoredLabels
    self.path = path
    if case .classes(let labels) = target {
      classes = Dictionary(labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    } else {
      classes = [:]
    }
  }

  mutating func take(_ values: [String], line: Int) throws(DatasetError) {
    guard let label = try label(values[values.count - 1], line: line) else { return }
    examples.append(Example(first: values[0], second: values.count == 3 ? values[1] : nil, label: label))
  }

  /// A label as the file writes it; nil, and counted, for one that is to be left out.
  private mutating func label(_ found: String, line: Int) throws(DatasetError) -> Label? {
    if ignoredLabels.contains(found) {
      left.unlabelled += 1
      return nil
    }
    switch target {
    case .classes(let known):
      guard let number = classes[found] else { throw .unknownLabel(path: path, line: line, found: found, known: known) }
      return .class(number)
    case .regression:
      guard let score = Double(found), score.isFinite else { throw .invalidScore(path: path, line: line, found: found) }
      return .score(score)
    case .text: preconditionFailure("labels were asked for where a text is to be written")
    }
  }
}
