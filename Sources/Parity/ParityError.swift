/// Why a reference cannot be compared with at all.
public enum ParityError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file of the reference contradicts itself or another.
  case reference(path: String, problem: String)

  /// What was found, what was expected, and what to do.
  public var description: String {
    switch self {
    case .reference(let path, let problem):
      return "\(path): \(problem). Name a folder in the layout that the oracle writes, or make it again."
    }
  }
}
