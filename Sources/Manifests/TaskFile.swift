// A task of the user's own: a small YAML that names the files, their columns, the labels or the prompt, and the metric. No code.
import Foundation
import Metrics
import Settings

/// Reads definitions of tasks.
struct TaskFileReader {
  /// What a file says.
  private struct Draft {
    var task = TaskDefinition(id: "", title: "", train: "", validation: [], columns: nil, target: .classes([]), metrics: [])
    var prompt: PromptTemplate?
    var references: [String] = []
    var targets: [String]?
    var rewrites: [String: TaskDefinition.Rewriting] = [:]
  }

  /// Whether a file's keys are those of a task, not of a manifest.
  static func isTask(_ keys: Set<String>) -> Bool {
    keys.isSuperset(of: ["train", "validation"]) && (keys.contains("columns") || keys.contains("prompt"))
  }

  let reader: MappingReader

  /// Reads one definition; nil after a report.
  func definition(path: String) throws(ManifestError) -> TaskDefinition? {
    guard let root = try SourceNode.load(path: path, problems: reader.problems) else { return nil }
    let isOfOneKind = checkKind(root)
    guard let draft = reader.read(root, as: form(path), into: Draft()), isOfOneKind, checkRegression(draft) else { return nil }
    var task = draft.value.task
    if task.title.isEmpty { task.title = task.id }
    if let prompt = draft.value.prompt {
      task.target = .text(
        .init(
          prompt: prompt, references: draft.value.references, targets: draft.value.targets, rewrites: draft.value.rewrites))
    }
    for problem in task.problems {
      reader.problems.report("\(problem.message).\(problem.hint)", at: draft.place(problem.key) ?? root.position)
    }
    return task
  }

  /// A line for each key of a task.
  static var keyReference: String { TaskFileReader(reader: .ofNothing).form("").reference }

  private func form(_ path: String) -> MappingForm<Draft> {
    MappingForm(
      "a task",
      [
        .custom("id", required: true, "the short name, for manifests and folders") { draft, entry, reader in
          guard let id = reader.identifier(entry) else { return false }
          if TaskDefinition.builtIn(id) != nil {
            reader.problems.report("'\(id)' is a built-in task; choose another id.", at: entry.value.position)
          }
          draft.task.id = id
          return true
        },
        .value("title", .text, \.task.title, "the name for people"),
        .custom("train", required: true, "the file of training rows") { draft, entry, _ in
          file(entry, beside: path).map { draft.task.train = $0 } != nil
        },
        .custom("validation", required: true, "the file of validation rows, or several by name") { draft, entry, reader in
          guard case .mapping(let sets) = entry.value.content else {
            return file(entry, beside: path).map { draft.task.validation = [.init(name: TaskDefinition.onlySet, file: $0)] } != nil
          }
          draft.task.validation = sets.compactMap { set in file(set, beside: path).map { .init(name: set.key, file: $0) } }
          return draft.task.validation.count == sets.count
        },
        .custom("test", "the file of rows that are only reported, or several by name: for runs of `split: held-out`") {
          draft, entry, reader in
          guard case .mapping(let sets) = entry.value.content else {
            guard let path = file(entry, beside: path) else { return false }
            draft.task.heldOut = .init(files: [.init(name: TaskDefinition.heldOutName(TaskDefinition.onlySet), file: path)])
            return true
          }
          let files = sets.compactMap { set in
            file(set, beside: path).map { TaskDefinition.ValidationFile(name: TaskDefinition.heldOutName(set.key), file: $0) }
          }
          draft.task.heldOut = .init(files: files)
          return files.count == sets.count
        },
        .choice("format", \.task.format, required: true, "how the files are written, \(Self.formats)"),
        .value("header", .flag, \.task.hasHeader, "whether the first line of a table names the columns"),
        .custom("columns", "the columns of the texts and of the label") { draft, entry, reader in
          columns(entry, draft.task).map { draft.task.columns = $0 } != nil
        },
        .custom("labels", "the labels, in the order of the classes") { draft, entry, reader in
          reader.texts(entry).map { draft.task.target = .classes($0) } != nil
        },
        .custom("regression", "true where a number is predicted") { draft, entry, reader in
          guard let flag = reader.value(entry, .flag)?.flag else { return false }
          if flag { draft.task.target = .regression }
          return true
        },
        .custom("ignored_labels", "labels of rows to leave out") { draft, entry, reader in
          reader.texts(entry).map { draft.task.ignoredLabels = $0 } != nil
        },
        .custom("prompt", "what is read before a text is written, with columns in braces") { draft, entry, reader in
          if case .mapping = entry.value.content {
            reader.problems.report(
              "'prompt' must be a text: put it in quotes, since a brace begins a mapping.", at: entry.value.position)
            return false
          }
          return reader.text(entry).map { draft.prompt = PromptTemplate($0) } != nil
        },
        .custom("references", "the column of the right text, or a list of them") { draft, entry, _ in
          names(entry).map { draft.references = $0.map(\.text) } != nil
        },
        .custom("target", "the column of the text to be written in training rows, where it is another") { draft, entry, _ in
          names(entry).map { draft.targets = $0.map(\.text) } != nil
        },
        .custom("rewrite", "columns whose texts are rewritten, and how") { draft, entry, reader in
          rewrites(entry).map { draft.rewrites = $0 } != nil
        },
        .custom("metric", required: true, "the metric, or a list of which the first decides which epoch is best") {
          draft, entry, _ in
          metrics(entry).map { draft.task.metrics = $0 } != nil
        },
      ])
  }

  private static let formats =
    TaskDefinition.Format.allCases.dropLast().map(\.rawValue).joined(separator: ", ")
    + " or \(TaskDefinition.Format.allCases.last?.rawValue ?? "")"

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

  /// Whether the keys are those of labels, of a number, or of text to be written; what belongs to another kind is reported.
  private func checkKind(_ root: SourceNode) -> Bool {
    guard case .mapping(let entries) = root.content else { return true }
    func given(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    var isSound = true
    func report(_ message: String, at position: SourcePosition) {
      reader.problems.report(message, at: position)
      isSound = false
    }
    guard let prompt = given("prompt") else {
      for key in ["references", "target", "rewrite"] {
        if let entry = given(key) { report("'\(key)' is for text to be written: give 'prompt' too.", at: entry.keyPosition) }
      }
      if given("columns") == nil {
        report(
          "'columns' is missing: the columns of the texts and of the label (or 'prompt' and 'references', where text is to be written).",
          at: root.position)
      }
      switch (given("labels"), given("regression")) {
      case (_?, let regression?):
        report("'labels' and 'regression' cannot be given together; keep one.", at: regression.keyPosition)
      case (nil, nil): report("'labels' is missing (or 'regression: true').", at: root.position)
      default: break
      }
      return isSound
    }
    for key in ["columns", "labels", "regression", "ignored_labels"] {
      guard let entry = given(key) else { continue }
      report("'\(key)' and 'prompt' cannot be given together: a task has labels, or text to be written.", at: entry.keyPosition)
    }
    if given("references") == nil {
      report("'references' is missing: the column of the right text, or a list of them.", at: prompt.keyPosition)
    }
    return isSound
  }

  /// Whether `regression`, where it is given, says that a number is predicted.
  private func checkRegression(_ draft: ReadMapping<Draft>) -> Bool {
    guard let entry = draft.entries.first(where: { $0.key == "regression" }), draft.value.task.target != .regression else {
      return true
    }
    // a value that is no flag has been reported
    if reader.isFlag(entry) {
      reader.problems.report("'regression: false' says nothing; give 'labels'.", at: entry.keyPosition)
    }
    return false
  }

  private func metrics(_ entry: SourceEntry) -> [Metric]? {
    guard let names = names(entry) else { return nil }
    let metrics = names.compactMap { reader.metric($0.text, at: $0.position) }
    return metrics.count == names.count ? metrics : nil
  }

  /// One name, or a list of them.
  private func names(_ entry: SourceEntry) -> [(text: String, position: SourcePosition)]? {
    var names: [(text: String, position: SourcePosition)]?
    if case .sequence = entry.value.content {
      names = reader.list(entry)
    } else {
      names = reader.text(entry).map { [($0, entry.value.position)] }
    }
    guard let names, !names.isEmpty else { return nil }
    return names
  }

  private func rewrites(_ entry: SourceEntry) -> [String: TaskDefinition.Rewriting]? {
    guard let columns = reader.mapping(entry.value, "'rewrite'") else { return nil }
    let known = OptionType.choice(TaskDefinition.Rewriting.allCases.map(\.rawValue))
    let pairs = columns.compactMap { column in
      reader.value(column, known)?.text.flatMap(TaskDefinition.Rewriting.init).map { (column.key, $0) }
    }
    return pairs.count == columns.count ? Dictionary(pairs) { first, _ in first } : nil
  }
}

extension MappingReader {
  /// A metric by its name, or nil after a report.
  func metric(_ name: String, at position: SourcePosition) -> Metric? {
    if let metric = Metric.scoring.first(where: { $0.rawValue == name }) { return metric }
    reportUnknown(
      "metric '\(SourceNode.shortened(name))' is not known", name, Metric.scoring.map(\.rawValue), at: position)
    return nil
  }

  /// Whether a value is true or false, without a report.
  func isFlag(_ entry: SourceEntry) -> Bool { OptionType.flag.value(of: entry.value) != nil }
}
