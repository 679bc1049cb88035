/// Why a reference cannot be compared with at all.
package enum ParityError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file of the reference contradicts itself or another.
  case reference(path: String, problem: String)

  /// What was found, what was expected, and what to do.
  package var description: String {
    switch self {
    case .reference(let path, let problem):
      return "\(path): \(problem). Name a folder in the layout that the oracle writes, or make it again."
    }
  }

  /// A JSON file that is not what it should be.
  static func unreadable(_ path: String, as what: String, _ error: any Error) -> ParityError {
    .reference(path: path, problem: "it cannot be read as \(what): \(reason(error))")
  }

  /// What a decoder found, in our words.
  private static func reason(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      let name = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
      return name.isEmpty ? "it" : "'\(name)'"
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): return "\(place(context.codingPath)) is of another kind"
    case .dataCorrupted(let context): return "\(place(context.codingPath)) is cut short or damaged"
    default: return "\(error)"
    }
  }
}
