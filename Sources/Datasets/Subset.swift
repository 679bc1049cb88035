// Some of a set's rows: the first of them, for short runs, or each second one.
import Settings

extension ExampleSet {
  /// The first rows in the file's order; all of them where there are fewer than the limit or it is nil.
  ///
  /// - Precondition: the limit is not negative.
  package func first(_ limit: Int?) -> ExampleSet {
    guard let limit else { return self }
    return with { $0 < limit }
  }

  /// The rows at these places of the file's order.
  func part(_ part: TaskDefinition.RowPart) -> ExampleSet { part == .all ? self : with(part.contains) }

  /// The rows whose places are meant, in the file's order.
  func with(_ isMeant: (Int) -> Bool) -> ExampleSet {
    ExampleSet(
      name: name, file: file, examples: examples.indices.filter(isMeant).map { examples[$0] },
      lines: lines.indices.filter(isMeant).map { lines[$0] }, unlabelledRows: unlabelledRows, irregularRows: irregularRows,
      joinedRows: joinedRows, isHeldOut: isHeldOut)
  }
}

extension TaskData {
  /// The task with at most so many training rows and so many rows in each validation set; nil is no limit.
  ///
  /// - Precondition: no limit is negative.
  package func limited(train trainLimit: Int?, validation validationLimit: Int?) -> TaskData {
    TaskData(task: task, train: train.first(trainLimit), validation: validation.map { $0.first(validationLimit) })
  }
}
