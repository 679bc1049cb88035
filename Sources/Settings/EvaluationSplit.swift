// Which labelled rows choose a run's best epoch, and which its table reports.

/// How a task's labelled rows that are not trained on are divided.
package enum EvaluationSplit: String, Sendable, CaseIterable, Codable {
  /// The validation rows choose the best epoch and are reported too, as in most papers.
  case validation
  /// The validation rows choose, and rows that nothing else looks at are reported. A task without such rows is reported on its
  /// validation rows.
  case heldOut = "held-out"
  /// Each validation set is halved: the first, the third and every other of its rows choose, the rest are reported.
  case devHalves = "dev-halves"
}

extension TaskDefinition {
  /// Labelled rows for a run that reports others than those which chose its epoch.
  package struct HeldOut: Sendable, Equatable {
    /// The files that choose; nil: the task's validation files.
    package let selection: [ValidationFile]?
    /// The files that are reported.
    package let files: [ValidationFile]

    /// Names the files.
    package init(selection: [ValidationFile]? = nil, files: [ValidationFile]) {
      self.selection = selection
      self.files = files.map { ValidationFile(name: $0.name, file: $0.file, isHeldOut: true) }
    }
  }

  /// The part of a file's rows that belongs to a set.
  package enum RowPart: Sendable, Equatable {
    case all
    /// The first row, the third, and so on.
    case odd
    /// The second row, the fourth, and so on.
    case even

    /// Whether the row at a place, from 0, belongs to it.
    package func contains(_ place: Int) -> Bool {
      switch self {
      case .all: true
      case .odd: place % 2 == 0
      case .even: place % 2 == 1
      }
    }

    /// Whether two parts of one file have rows in common.
    package func overlaps(_ other: RowPart) -> Bool { self == .all || other == .all || self == other }
  }

  /// The task as runs of a split read it: its `validation` are all sets that are evaluated, those that choose first.
  package func divided(by split: EvaluationSplit) -> TaskDefinition {
    var task = self
    task.heldOut = nil
    switch split {
    case .validation: break
    case .heldOut:
      if let heldOut { task.validation = (heldOut.selection ?? validation) + heldOut.files }
    case .devHalves:
      task.validation =
        validation.map { ValidationFile(name: $0.name, file: $0.file, rows: .odd) }
        + validation.map { ValidationFile(name: Self.heldOutName($0.name), file: $0.file, rows: .even, isHeldOut: true) }
    }
    return task
  }

  /// What a set is called that is reported beside a validation set: `test`, or `test_matched`.
  package static func heldOutName(_ validation: String) -> String { validation == onlySet ? "test" : "test_" + validation }
}
