// What a run starts from, in a sentence of its plan: whether a checkpoint's head is taken, in which order its outputs are the task's
// classes, and what of the checkpoint is left.
import Foundation
import Models
import Settings

/// A sentence about a model and a task.
package struct HeadNote {
  /// The sentence; it names the model's folder or its `config.json`.
  package let text: String

  /// What a plan says of the model in `folder` that was loaded for a task.
  ///
  /// - Returns: nil where the checkpoint is a body alone, so that there is nothing to say.
  package init?(_ loaded: LoadedModel, for task: TaskDefinition, folder: URL) {
    // a model that writes does so with what it was saved with
    if task.headTarget == .words { return nil }
    // positions that are counted are no part of anything
    let left = loaded.ignored.filter { !$0.hasSuffix(".position_ids") && !$0.hasSuffix(".token_type_ids") }
    guard let start = Self.start(loaded, task, folder, isBody: left.isEmpty) else { return nil }
    let output = "\(loaded.model.configuration.architecture.outputPath)."
    let new = loaded.newlyInitialized.filter { !$0.hasPrefix(output) }
    let hasHead = loaded.head != .absent
    text =
      "\(task.id): \(start)" + (hasHead && !new.isEmpty ? "; new, because the checkpoint lacks them: \(Self.list(new))" : "")
      + (left.isEmpty ? "" : "; left, because no classifier has them: \(Self.list(left))") + "."
  }

  private static func start(_ loaded: LoadedModel, _ task: TaskDefinition, _ folder: URL, isBody: Bool) -> String? {
    let file = folder.appending(path: "config.json").path
    switch loaded.head {
    case .stored: return nil
    case .absent: return isBody ? nil : "a new head on \(folder.path), which has none for sequences"
    case .new(let reason): return "a new head on \(folder.path): \(reason), \(wish(task))"
    case .score: return "starts from the head of \(folder.path), whose one output is taken for the score"
    case .byIndex:
      return
        "starts from the head of \(folder.path), whose outputs have no names in config.json: they are taken in the order of the "
        + "task's labels, \(names(task))"
    case .byName(let rows, let stored):
      guard case .named(let names) = loaded.model.configuration.labels, rows != Array(rows.indices) else {
        return "starts from the head of \(folder.path), whose labels in config.json are the task's"
      }
      return
        "starts from the head of \(folder.path), its outputs put in the task's order: \(quoted(names)), from \(quoted(stored)) "
        + "in \(file)"
    }
  }

  private static func wish(_ task: TaskDefinition) -> String {
    switch task.target {
    case .classes: "the task's labels are \(names(task))"
    case .regression: "the task is a regression"
    case .text: "the task's answers are texts"
    }
  }

  private static func names(_ task: TaskDefinition) -> String {
    if case .classes(let labels) = task.target { return quoted(labels) }
    return ""
  }

  private static func quoted(_ names: [String]) -> String { list(names.map { "'\($0)'" }) }

  /// The first few of many.
  private static func list(_ names: [String]) -> String {
    let most = 6
    return names.prefix(most).joined(separator: ", ") + (names.count > most ? " and \(names.count - most) more" : "")
  }
}
