// What stands between a file's format and what a task makes of its rows.
import Settings

/// A column that is read of every row.
struct ReadColumn {
  /// Where it is.
  let column: TaskDefinition.Column
  /// Whether a JSON number, `true` or `false` will do, as for labels.
  let allowsLiterals: Bool

  init(_ column: TaskDefinition.Column, allowsLiterals: Bool = false) {
    (self.column, self.allowsLiterals) = (column, allowsLiterals)
  }
}

/// Rows of a file that gave no example of their own.
struct LeftRows: Equatable {
  /// Those without a usable label or text.
  var unlabelled = 0
  /// Those of another number of columns.
  var irregular = 0
  /// Those whose answers went to an earlier row.
  var joined = 0
}

/// Takes the rows of a file, whatever its format.
protocol RowCollector {
  /// What is read of a row, in the order of the values that `take` is given.
  var columns: [ReadColumn] { get }
  /// What gave none; readers count there what they leave out.
  var left: LeftRows { get set }
  /// Takes one row.
  ///
  /// - Parameters:
  ///   - values: the texts of `columns`.
  ///   - line: the line at which the row begins, from 1.
  mutating func take(_ values: [String], line: Int) throws(DatasetError)
}

/// Makes examples of rows.
protocol ExampleCollector: RowCollector {
  /// What became of the rows so far.
  var examples: [Example] { get }
  /// The lines at which the examples begin; empty where nobody needs them.
  var lines: [Int] { get }
}

extension ExampleCollector {
  var lines: [Int] { [] }
}
