/// A named array that a method records or keeps: `freezing/score`, `[step, matrix]`.
package struct Diagnostic: Sendable, Equatable {
  /// Its entries, row-major.
  package enum Values: Sendable, Equatable {
    case numbers([Double])
    case integers([Int64])

    /// The number of entries.
    package var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  /// Where it stands among the run's tensors, with `/` between groups.
  package var path: String
  /// Lengths of the dimensions.
  package var shape: [Int]
  /// As many as `shape` says.
  package var values: Values
  /// What each dimension runs over.
  package var dimensions: [String]
  /// Names of the entries along a dimension, such as the matrices of `freezing/score`.
  package var names: [String: [String]]

  /// An array; its shape must fit its values and name as many dimensions.
  package init(_ path: String, shape: [Int], _ values: Values, dimensions: [String], names: [String: [String]] = [:]) {
    precondition(shape.reduce(1, *) == values.count && shape.count == dimensions.count, "diagnostic \(path): \(shape)")
    self.path = path
    self.shape = shape
    self.values = values
    self.dimensions = dimensions
    self.names = names
  }
}
