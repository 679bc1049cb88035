// Reads a task's files into examples.
import Foundation
import Settings

/// Loads tasks from their files.
package enum TaskLoader {
  /// Folders that may hold the built-in tasks' folders, beside the folder that is given.
  private static let collections = ["glue", "nlg"]

  /// Reads the training file and every validation file of a task.
  ///
  /// - Parameters:
  ///   - task: the description of the files.
  ///   - folder: for a task of the program's own the folder that holds the tasks' folders, or that holds `glue` and `nlg` with them;
  ///     for a user's own task the folder of its files.
  /// - Throws: `DatasetError`, with file and line, for anything that the definition does not allow.
  package static func load(_ task: TaskDefinition, from folder: URL) throws(DatasetError) -> TaskData {
    let problems = task.problems
    guard problems.isEmpty else { throw .invalidTask(id: task.id, problems: problems.map(\.message)) }
    var sets: [ExampleSet] = []
    for file in try DatasetFiles(of: task, in: folder).files { sets.append(try load(task, file: file)) }
    return TaskData(task: task, train: sets[0], validation: Array(sets.dropFirst()))
  }

  /// The folder of a task's files.
  static func home(of task: TaskDefinition, in folder: URL) throws(DatasetError) -> URL {
    guard !task.folders.isEmpty else { return folder }
    for name in task.folders + collections.flatMap({ collection in task.folders.map { "\(collection)/\($0)" } }) {
      let candidate = folder.appending(path: name)
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory), isDirectory.boolValue {
        return candidate
      }
    }
    throw .missingFolder(task: task.title, folder: folder.path, tried: task.folders)
  }

  private static func load(_ task: TaskDefinition, file: DatasetFiles.File) throws(DatasetError) -> ExampleSet {
    guard FileManager.default.fileExists(atPath: file.url.path) else {
      throw .missingFile(
        path: file.url.path, task: task.title, role: file.role,
        hint: file.isHeldOut && task.isBuiltIn
          ? " The labels of GLUE's own test rows are not public: 'split: dev-halves' reports half of the validation rows." : "")
    }
    let lines = try TextLines(contentsOf: file.url)
    var set = try examples(of: task, in: lines, file: file.url, name: file.role, hasTargets: file.hasTargets)
      .part(file.rows)
    set.isHeldOut = file.isHeldOut
    return set
  }

  /// Reads the rows of one file, whose bytes are at hand.
  static func examples(
    of task: TaskDefinition, in lines: TextLines, file: URL, name: String, hasTargets: Bool? = nil
  ) throws(DatasetError) -> ExampleSet {
    let isTraining = name == DatasetFiles.trainingRole
    switch (task.target, task.columns) {
    case (.text(let completion), _):
      return try set(
        PromptRows(
          completion, isTraining: isTraining, hasTargets: hasTargets ?? isTraining, column: task.column, path: lines.path))
    case (_, let columns?):
      return try set(LabelledRows(columns, target: task.target, ignoredLabels: task.ignoredLabels, path: lines.path))
    case (_, nil): throw .invalidTask(id: task.id, problems: task.problems.map(\.message))
    }

    func set(_ collector: some ExampleCollector) throws(DatasetError) -> ExampleSet {
      var rows = collector
      try read(lines, of: task, into: &rows)
      guard !rows.examples.isEmpty else { throw .noRows(path: lines.path) }
      return ExampleSet(
        name: name, file: file, examples: rows.examples, lines: rows.lines, unlabelledRows: rows.left.unlabelled,
        irregularRows: rows.left.irregular, joinedRows: rows.left.joined)
    }
  }
  /// Hands the rows of one file over, in their order.
  static func read(_ lines: TextLines, of task: TaskDefinition, into rows: inout some RowCollector) throws(DatasetError) {
    switch task.format {
    case .tsv: try TableReader(task, path: lines.path).read(TabbedRows(lines), into: &rows)
    case .csv: try TableReader(task, path: lines.path).read(CSVRows(lines), into: &rows)
    case .jsonl: try ObjectReader(path: lines.path).read(lines, into: &rows)
    case .dart: try EntryReader(path: lines.path).read(lines, into: &rows)
    }
  }
}
