/// A named array that a method records or keeps: `freezing/score`, `[step, matrix]`.
public struct Diagnostic: Sendable, Equatable {
  /// Its entries, row-major.
  public enum Values: Sendable, Equatable {
    case numbers([Double])
    case integers([Int64])

    /// The number of entries.
    public var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .integers(let values): values.count
      }
    }
  }

  /// Where it stands among the run's tensors, with `/` between groups.
  public var path: String
  /// Lengths of the dimensions.
  public var shape: [Int]
  /// As many as `shape` says.
  public var values: Values
  /// What each dimension runs over.
  public var dimensions: [String]
  /// Names of the entries along a dimension, such as the matrices of `freezing/score`.
  public var names: [String: [String]]

  /// An array; its shape must fit its values and name as many dimensions.
  public init(_ path: String, shape: [Int], _ values: Values, dimensions: [String], names: [String: [String]] = [:]) {
    precondition(shape.reduce(1, *) == values.count && shape.count == dimensions.count, "diagnostic \(path): \(shape)")
    self.path = path
    self.shape = shape
    self.values = values
    self.dimensions = dimensions
    self.names = names
  }
}
