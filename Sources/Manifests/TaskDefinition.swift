// A task of the user's own: a small YAML that names the files, their columns, the labels and the metric. No code.
import Foundation
import Settings

/// How a task's files are written.
public enum TaskFileFormat: String, Sendable, Codable, CaseIterable {
  /// Tab-separated values; quotes mean nothing, as in GLUE.
  case tsv
  /// One JSON object a line.
  case jsonl
}

/// What a task predicts.
public enum TaskTarget: Sendable, Equatable, Codable {
  /// One of these labels, numbered as listed.
  case classification(labels: [String])
  /// A number.
  case regression
}

/// A task that a YAML file defines.
public struct TaskDefinition: Sendable, Equatable, Codable {
  /// The id, as a built-in task has one.
  public let id: String
  /// The name for people.
  public let title: String
  /// The training file.
  public let trainingFile: String
  /// The validation file.
  public let validationFile: String
  /// How both files are written.
  public let format: TaskFileFormat
  /// Whether the first line of a TSV file names the columns. Without it, columns are numbers from 0.
  public let hasHeader: Bool
  /// The columns of the one or two input texts, in order.
  public let textColumns: [String]
  /// The column of the label.
  public let labelColumn: String
  /// What is predicted.
  public let target: TaskTarget
  /// The metrics; the first decides which epoch is best.
  public let metrics: [String]

  /// What the data means, without where it lies: part of a run's identity.
  var canonical: CanonicalJSON {
    var members: [String: CanonicalJSON] = [
      "format": .text(format.rawValue), "header": .flag(hasHeader), "id": .text(id), "label_column": .text(labelColumn),
      "metrics": .array(metrics.map { .text($0) }), "text_columns": .array(textColumns.map { .text($0) }),
    ]
    switch target {
    case .classification(let labels): members["labels"] = .array(labels.map { .text($0) })
    case .regression: members["regression"] = .flag(true)
    }
    return .object(members)
  }

  /// Reads a definition by itself, as `lowrank` does for a file named on the command line.
  /// - Throws: `ManifestError` with every problem of the file.
  public static func load(path: String, vocabulary: ManifestVocabulary) throws(ManifestError) -> TaskDefinition {
    let reader = MappingReader(vocabulary: vocabulary, problems: ProblemCollector(mainFile: path))
    let definition = try TaskDefinitionReader(reader: reader).definition(path: path)
    try reader.problems.throwIfAny()
    guard let definition else { throw .unreadable(path: path, reason: "it defines no task.") }
    return definition
  }
}

/// Reads definitions of tasks.
struct TaskDefinitionReader {
  private static let keys = [
    "id", "title", "train", "validation", "format", "header", "columns", "labels", "regression", "metric",
  ]

  let reader: MappingReader

  /// Reads one definition; nil after a report.
  func definition(path: String) throws(ManifestError) -> TaskDefinition? {
    guard let root = try SourceNode.load(path: path, problems: reader.problems),
      let entries = reader.entries(of: root, "a task", keys: Self.keys)
    else { return nil }
    func entry(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    func required(_ key: String) -> SourceEntry? {
      if let entry = entry(key) { return entry }
      reader.problems.report("'\(key)' is missing.", at: root.position)
      return nil
    }
    let id = required("id").flatMap { reader.identifier($0) }
    if let id, let entry = entry("id"), reader.vocabulary.tasks.contains(id) {
      reader.problems.report("'\(id)' is a built-in task; choose another id.", at: entry.value.position)
    }
    let training = required("train").flatMap { file($0, beside: path) }
    let validation = required("validation").flatMap { file($0, beside: path) }
    let format = required("format").flatMap { entry in
      reader.value(entry, .choice(TaskFileFormat.allCases.map(\.rawValue)))?.text.flatMap(TaskFileFormat.init)
    }
    let header = entry("header").map { reader.value($0, .flag)?.flag } ?? true
    let columns = required("columns").flatMap { self.columns($0) }
    let target = target(entry("labels"), entry("regression"), root)
    let metrics = required("metric").flatMap { self.metrics($0) }
    guard let id, let training, let validation, let format, let header, let columns, let target, let metrics
    else { return nil }
    return TaskDefinition(
      id: id, title: entry("title").flatMap { reader.text($0) } ?? id, trainingFile: training,
      validationFile: validation, format: format, hasHeader: header, textColumns: columns.text,
      labelColumn: columns.label, target: target, metrics: metrics)
  }

  /// A path as written, from the root or from the definition's own folder, which it may not leave.
  private func file(_ entry: SourceEntry, beside path: String) -> String? {
    guard let text = reader.text(entry) else { return nil }
    if text.hasPrefix("/") { return text }
    guard !text.split(separator: "/", omittingEmptySubsequences: false).contains("..") else {
      reader.problems.report(
        "'\(entry.key)' may not leave the folder of this file by '..'; write the path from the root instead.",
        at: entry.value.position)
      return nil
    }
    return FilePath.joined(FilePath.folder(of: path), text)
  }

  private func columns(_ entry: SourceEntry) -> (text: [String], label: String)? {
    guard let entries = reader.entries(of: entry.value, "'columns'", keys: ["text", "label"]) else { return nil }
    var text: [String]?
    if let texts = entries.first(where: { $0.key == "text" }) {
      text = reader.texts(texts)
      if let count = text?.count, count > 2 {
        reader.problems.report("'text' must name one or two columns, but names \(count).", at: texts.value.position)
      }
    } else {
      reader.problems.report("'text' is missing: the one or two columns of the input.", at: entry.value.position)
    }
    guard let label = entries.first(where: { $0.key == "label" }) else {
      reader.problems.report("'label' is missing: the column of the label.", at: entry.value.position)
      return nil
    }
    guard let label = reader.text(label), let text else { return nil }
    return (text, label)
  }

  private func target(_ labels: SourceEntry?, _ regression: SourceEntry?, _ root: SourceNode) -> TaskTarget? {
    switch (labels, regression) {
    case (let labels?, nil):
      guard let names = reader.texts(labels) else { return nil }
      if names.count < 2 {
        reader.problems.report("'labels' must name at least two labels.", at: labels.value.position)
        return nil
      }
      return .classification(labels: names)
    case (nil, let regression?):
      guard let flag = reader.value(regression, .flag)?.flag else { return nil }
      if flag { return .regression }
      reader.problems.report("'regression: false' says nothing; give 'labels'.", at: regression.keyPosition)
      return nil
    case (_?, let regression?):
      reader.problems.report(
        "'labels' and 'regression' cannot be given together; keep one.", at: regression.keyPosition)
      return nil
    case (nil, nil):
      reader.problems.report("'labels' is missing (or 'regression: true').", at: root.position)
      return nil
    }
  }

  private func metrics(_ entry: SourceEntry) -> [String]? {
    let known = reader.vocabulary.metrics
    if case .sequence = entry.value.content {
      let names = reader.list(entry) ?? []
      for name in names where !known.contains(name.text) {
        reader.reportUnknown(
          "metric '\(SourceNode.shortened(name.text))' is not known", name.text, known, at: name.position)
      }
      return names.isEmpty ? nil : names.map(\.text)
    }
    guard let name = reader.text(entry) else { return nil }
    guard known.contains(name) else {
      reader.reportUnknown("metric '\(SourceNode.shortened(name))' is not known", name, known, at: entry.value.position)
      return nil
    }
    return [name]
  }
}

/// Paths as texts, kept as the user wrote them.
enum FilePath {
  /// The folder part of a path; `.` where there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path seen from a folder; a path from the root stays as it is.
  static func joined(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }
}
