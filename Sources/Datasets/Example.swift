// One example of a task, and what a loader returns: the training rows and every validation set.
import Foundation
import Settings

/// The answer that an example carries.
package enum Label: Sendable, Hashable {
  /// The class's position among the task's labels.
  case `class`(Int)
  /// A real number, not scaled.
  case score(Double)
  /// Texts that are all right: of a training row the one to be written, of a validation row its references.
  case texts([String])
}

/// A sentence or a pair of sentences with its label, or a prompt with what may follow it.
package struct Example: Sendable, Hashable {
  /// The only or the first text, as it stands in the file, or the prompt made of it: spaces at its edges are kept.
  package let first: String
  /// The second text of a pair task; nil in a task of single sentences.
  package let second: String?
  /// The gold label.
  package let label: Label

  /// Makes an example.
  package init(first: String, second: String?, label: Label) {
    self.first = first
    self.second = second
    self.label = label
  }
}

/// The rows of one file.
package struct ExampleSet: Sendable, Equatable {
  /// "train", or the validation set's name: "validation", "matched", "mismatched".
  package let name: String
  /// The file that the rows were read from.
  package let file: URL
  /// The rows in the file's order, repeated rows included. Validation rows of texts that have one prompt in common are one, in the place
  /// of the first.
  package let examples: [Example]
  /// The line at which each example begins in the file, from 1; empty where nobody needs it: labels are read with their lines.
  package let lines: [Int]
  /// Rows left out because annotators agreed on no label (MNLI's `-`) or wrote no text (DART).
  let unlabelledRows: Int
  /// Rows left out because their number of columns is not the header's (QQP only; elsewhere that is an error).
  let irregularRows: Int
  /// Rows whose answers were joined to those of an earlier one with the same prompt.
  let joinedRows: Int
  /// Whether the rows choose nothing and are only reported.
  package internal(set) var isHeldOut: Bool

  /// Makes a set of examples.
  package init(
    name: String, file: URL, examples: [Example], lines: [Int] = [], unlabelledRows: Int = 0, irregularRows: Int = 0,
    joinedRows: Int = 0, isHeldOut: Bool = false
  ) {
    self.name = name
    self.file = file
    self.examples = examples
    self.lines = lines
    self.unlabelledRows = unlabelledRows
    self.irregularRows = irregularRows
    self.joinedRows = joinedRows
    self.isHeldOut = isHeldOut
  }
}

/// A task's data: the training rows and one or two validation sets.
package struct TaskData: Sendable, Equatable {
  /// What the rows mean.
  package let task: TaskDefinition
  /// The training rows.
  package let train: ExampleSet
  /// The sets that are evaluated, in the definition's order, those that choose first; MNLI has two of them.
  package let validation: [ExampleSet]

  /// Makes a task's data.
  package init(task: TaskDefinition, train: ExampleSet, validation: [ExampleSet]) {
    self.task = task
    self.train = train
    self.validation = validation
  }
}
