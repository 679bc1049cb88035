// What a reader of a task's scores must know of its files: validation rows that were trained on, labels that a split lacks.
import Foundation
import Settings

extension TaskData {
  /// What is doubtful about the splits, a sentence each.
  package var splitNotes: [String] {
    let texts = Set(train.examples.map(Texts.init))
    let overlaps = validation.compactMap { set -> String? in
      if set.file.resolvingSymlinksInPath().path == train.file.resolvingSymlinksInPath().path {
        return "\(task.id): '\(set.name)' is the training file itself: its scores are of rows that were trained on."
      }
      let count = set.examples.count { texts.contains(Texts($0)) }
      return count == 0
        ? nil : "\(task.id): \(count) of the \(set.examples.count) rows of '\(set.name)' have the texts of a training row."
    }
    return overlaps + ([train] + validation).compactMap(lack)
  }

  /// What the right answers are called.
  private var noun: String { task.asksForText ? "texts" : "labels" }

  /// The labels that a set has no row of.
  private func lack(_ set: ExampleSet) -> String? {
    let found = Set(set.examples.map(\.label))
    guard case .classes(let names) = task.target else {
      return found.count < 2 && set.examples.count > 1 ? "\(task.id): all \(noun) of '\(set.name)' are the same." : nil
    }
    let missing = names.indices.filter { !found.contains(.class($0)) }.map { "'\(names[$0])'" }
    return missing.isEmpty ? nil : "\(task.id): '\(set.name)' has no row with the label \(missing.joined(separator: ", "))."
  }
}

/// The texts of an example, whatever its label.
struct Texts: Hashable {
  let first: String
  let second: String?

  init(_ example: Example) { (first, second) = (example.first, example.second) }
}
