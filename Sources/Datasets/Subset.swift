// The first rows of a task, for short runs.

extension ExampleSet {
  /// The first rows in the file's order; all of them where there are fewer than the limit or it is nil.
  ///
  /// - Precondition: the limit is not negative.
  package func first(_ limit: Int?) -> ExampleSet {
    guard let limit else { return self }
    return ExampleSet(
      name: name, file: file, examples: Array(examples.prefix(limit)), lines: Array(lines.prefix(limit)),
      unlabelledRows: unlabelledRows, irregularRows: irregularRows, joinedRows: joinedRows)
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
