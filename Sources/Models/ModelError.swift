// What can be wrong with a model's folder, its configuration or its input, in words that name the file and the next step.

/// An error in building or using a model.
package enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `config.json` describes no model that this program builds; each problem names its field.
  case configuration(path: String, problems: [String])
  /// The stored tensors are not those of the configured model.
  case weights(path: String, missing: [String], misshapen: [String], notFinite: [String], unexpected: [String])
  /// The stored tensors are those of more than one body; each is known by what its names begin with.
  case bodies(path: String, prefixes: [String])
  /// A batch that the model cannot take.
  case batch(problem: String)

  /// What was found, what was expected, and what to do.
  package var description: String {
    switch self {
    case .configuration(let path, let problems):
      return "\(path): \(problems.joined(separator: "; ")). Use a model of a supported kind, or correct the file."
    case .weights(let path, let missing, let misshapen, let notFinite, let unexpected):
      let parts = [
        Self.list("missing", missing), Self.list("of another shape", misshapen),
        Self.list("with infinite or NaN values", notFinite), Self.list("unexpected", unexpected),
      ]
      return "\(path): its tensors do not fit config.json: \(parts.compactMap { $0 }.joined(separator: "; ")). "
        + "Check that both files are whole and belong to the same model."
    case .bodies(let path, let prefixes):
      return
        "\(path): it holds \(prefixes.count) bodies, whose names begin with \(prefixes.joined(separator: ", ")); expected one. "
        + "Save the one that is meant alone."
    case .batch(let problem):
      return "a batch does not fit the model: \(problem)"
    }
  }

  private static let longestList = 20

  private static func list(_ title: String, _ names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let more = names.count > longestList ? " and \(names.count - longestList) more" : ""
    return "\(title): \(names.prefix(longestList).joined(separator: ", "))\(more)"
  }
}
