// A task of the user's own: a small YAML that names the files, their columns, the labels and the metric. No code.
import Foundation
import Metrics
import Settings

/// Reads definitions of tasks.
struct TaskFileReader {
  /// Keys by which such a file is told from a manifest.
  static let tellingKeys: Set<String> = ["train", "validation", "columns"]

  let reader: MappingReader

  /// Reads one definition; nil after a report.
  func definition(path: String) throws(ManifestError) -> TaskDefinition? {
    let blank = TaskDefinition(
      id: "", title: "", train: "", validation: [], columns: .init(first: .name(""), label: .name("")), target: .classes([]),
      metrics: [])
    guard let root = try SourceNode.load(path: path, problems: reader.problems),
      var task = reader.read(root, as: form(path), into: blank)
    else { return nil }
    if task.value.title.isEmpty { task.value.title = task.value.id }
    guard checkTarget(task, root) else { return nil }
    for problem in task.value.problems {
      reader.problems.report("\(problem.message).", at: task.place(problem.key) ?? root.position)
    }
    return task.value
  }

  private func form(_ path: String) -> MappingForm<TaskDefinition> {
    MappingForm(
      "a task",
      [
        .custom("id", required: true, "the short name, for manifests and folders") { task, entry, reader in
          guard let id = reader.identifier(entry) else { return false }
          if GLUETask(rawValue: id) != nil {
            reader.problems.report("'\(id)' is a built-in task; choose another id.", at: entry.value.position)
          }
          task.id = id
          return true
        },
        .value("title", .text, \.title, "the name for people"),
        .custom("train", required: true, "the file of training rows") { task, entry, _ in
          file(entry, beside: path).map { task.train = $0 } != nil
        },
        .custom("validation", required: true, "the file of validation rows, or several by name") { task, entry, reader in
          guard case .mapping(let sets) = entry.value.content else {
            return file(entry, beside: path).map { task.validation = [.init(name: TaskDefinition.onlySet, file: $0)] } != nil
          }
          task.validation = sets.compactMap { set in file(set, beside: path).map { .init(name: set.key, file: $0) } }
          return task.validation.count == sets.count
        },
        .choice("format", \.format, required: true, "how the files are written, tsv or jsonl"),
        .value("header", .flag, \.hasHeader, "whether the first line of a table names the columns"),
        .custom("columns", required: true, "the columns of the texts and of the label") { task, entry, reader in
          columns(entry, task).map { task.columns = $0 } != nil
        },
        .custom("labels", "the labels, in the order of the classes") { task, entry, reader in
          reader.texts(entry).map { task.target = .classes($0) } != nil
        },
        .custom("regression", "true where a number is predicted") { task, entry, reader in
          guard let flag = reader.value(entry, .flag)?.flag else { return false }
          if flag { task.target = .regression }
          return true
        },
        .custom("ignored_labels", "labels of rows to leave out") { task, entry, reader in
          reader.texts(entry).map { task.ignoredLabels = $0 } != nil
        },
        .custom("metric", required: true, "the metric, or a list of which the first decides which epoch is best") {
          task, entry, _ in
          metrics(entry).map { task.metrics = $0 } != nil
        },
      ])
  }

  /// A path as written, from the root or from the definition's own folder, which it may not leave.
  private func file(_ entry: SourceEntry, beside path: String) -> String? {
    guard let text = reader.text(entry) else { return nil }
    if !text.hasPrefix("/"), text.split(separator: "/", omittingEmptySubsequences: false).contains("..") {
      reader.problems.report(
        "'\(entry.key)' may not leave the folder of this file by '..'; write the path from the root instead.",
        at: entry.value.position)
      return nil
    }
    // from the root, whatever folder the program is called in
    return URL(filePath: FilePath.joined(FilePath.folder(of: path), text)).standardizedFileURL.path
  }

  private func columns(_ entry: SourceEntry, _ task: TaskDefinition) -> TaskDefinition.Columns? {
    let form = MappingForm<(text: [String], label: String)>(
      "'columns'",
      [
        .custom("text", required: true, "the one or two columns of the input") { columns, entry, reader in
          guard let texts = reader.texts(entry) else { return false }
          if texts.count > 2 {
            reader.problems.report("'text' must name one or two columns, but names \(texts.count).", at: entry.value.position)
          }
          columns.text = texts
          return !texts.isEmpty
        },
        .value("label", .text, \.label, required: true, "the column of the label"),
      ])
    guard let names = reader.read(entry.value, as: form, into: ([], ""))?.value else { return nil }
    func column(_ text: String) -> TaskDefinition.Column { .init(text, format: task.format, hasHeader: task.hasHeader) }
    return .init(first: column(names.text[0]), second: names.text.dropFirst().first.map(column), label: column(names.label))
  }

  /// Whether exactly one of `labels` and `regression` says what is predicted.
  private func checkTarget(_ task: ReadMapping<TaskDefinition>, _ root: SourceNode) -> Bool {
    let regression = task.entries.first { $0.key == "regression" }
    switch (task.place("labels"), regression) {
    case (_?, let regression?):
      reader.problems.report("'labels' and 'regression' cannot be given together; keep one.", at: regression.keyPosition)
    case (nil, nil): reader.problems.report("'labels' is missing (or 'regression: true').", at: root.position)
    case (nil, let regression?) where task.value.target != .regression:
      // a value that is no flag has been reported
      if reader.isFlag(regression) {
        reader.problems.report("'regression: false' says nothing; give 'labels'.", at: regression.keyPosition)
      }
    default: return true
    }
    return false
  }

  private func metrics(_ entry: SourceEntry) -> [Metric]? {
    var names: [(text: String, position: SourcePosition)]?
    if case .sequence = entry.value.content {
      names = reader.list(entry)
    } else {
      names = reader.text(entry).map { [($0, entry.value.position)] }
    }
    guard let names, !names.isEmpty else { return nil }
    let metrics = names.compactMap { reader.metric($0.text, at: $0.position) }
    return metrics.count == names.count ? metrics : nil
  }
}

extension MappingReader {
  /// A metric by its name, or nil after a report.
  func metric(_ name: String, at position: SourcePosition) -> Metric? {
    if let metric = Metric(rawValue: name) { return metric }
    reportUnknown(
      "metric '\(SourceNode.shortened(name))' is not known", name, Metric.allCases.map(\.rawValue), at: position)
    return nil
  }

  /// Whether a value is true or false, without a report.
  func isFlag(_ entry: SourceEntry) -> Bool { OptionType.flag.value(of: entry.value) != nil }
}
