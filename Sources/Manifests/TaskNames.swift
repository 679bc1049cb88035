// The tasks that a manifest may name: the program's own, those in `experiments/tasks/`, and files named by their paths.
import Settings

/// Finds tasks by the names that a manifest gives them; each file is read once.
final class TaskNames {
  /// The folder of definitions, beside the manifests.
  static let folderName = "tasks"

  private let reader: MappingReader
  private let place: String
  private let folder: String
  private let inFolder: [String]
  private var loaded: [(path: String, task: TaskDefinition?)] = []

  /// - Parameters:
  ///   - place: the folder of the manifest that names tasks.
  ///   - project: the project's folder of manifests, where the manifest may lie elsewhere.
  init(reader: MappingReader, in place: String, project: String?) {
    self.reader = reader
    self.place = place
    folder = ManifestReader.place(Self.folderName, near: place, project: project)
    inFolder = YAMLFolder.names(in: folder)
  }

  /// The files that were read.
  var files: [String] { loaded.map(\.path) }

  /// The ids that settings by task may name.
  var known: [String] {
    var ids = TaskDefinition.builtIn.map(\.id)
    for id in inFolder + loaded.compactMap(\.task?.id) where !ids.contains(id) { ids.append(id) }
    return ids
  }

  /// Reads the files that a list of tasks names by their paths.
  func loadFiles(named entry: SourceEntry) {
    guard case .sequence(let items) = entry.value.content else { return }
    for item in items {
      guard case .scalar(let text, _) = item.content, Self.isPath(text) else { continue }
      let before = loaded.count
      guard let task = definition(FilePath.joined(place, text), at: item.position), loaded.count > before
      else { continue }
      if loaded.dropLast().contains(where: { $0.task?.id == task.id }) {
        reader.problems.report("two task files have the id '\(task.id)'.", at: item.position)
      }
    }
  }

  /// A task by its id or the path of its file; nil after a report.
  func task(_ name: String, at position: SourcePosition) -> TaskDefinition? {
    if Self.isPath(name) { return definition(FilePath.joined(place, name), at: position) }
    if let task = TaskDefinition.builtIn(name) { return task }
    guard inFolder.contains(name) else {
      let known = TaskDefinition.builtIn.map(\.id) + inFolder
      reader.reportUnknown("task '\(SourceNode.shortened(name))' is not known", name, known, at: position)
      return nil
    }
    let path = FilePath.joined(folder, name + ".yaml")
    guard let task = definition(path, at: position) else { return nil }
    if task.id != name {
      reader.problems.report("'\(name)' is the file \(path), but the id in it is '\(task.id)': make them one.", at: position)
    }
    return task
  }

  private static func isPath(_ task: String) -> Bool { task.hasSuffix(".yaml") || task.hasSuffix(".yml") }

  private func definition(_ path: String, at position: SourcePosition) -> TaskDefinition? {
    if let known = loaded.first(where: { $0.path == path }) { return known.task }
    var task: TaskDefinition?
    do {
      task = try TaskFileReader(reader: reader).definition(path: path)
    } catch {
      reader.problems.report("\(error)", at: position)
    }
    loaded.append((path, task))
    return task
  }
}
