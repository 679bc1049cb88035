// What can go wrong between a YAML file and the list of runs. The prose is here and nowhere else
// but in the messages of single problems.
import Settings

/// An error of the `Manifests` target.
package enum ManifestError: Error, Equatable, CustomStringConvertible {
  /// Files that were read but may not be used: every problem found, in reading order.
  case invalid([Problem])
  /// A file or folder that could not be read.
  case unreadable(path: String, reason: String)
  /// No manifest has this id or alias.
  case unknownExperiment(String, known: [String], folder: String)
  /// No manifest is of this group.
  case unknownGroup(String, known: [String])
  /// The manifest has no such profile.
  case unknownProfile(String, experiment: String, known: [String])
  /// Command-line narrowing that names what the manifest does not have: one sentence each.
  case narrowing(experiment: String, messages: [String])

  /// The problems to show before the count line.
  private static let shownProblems = 50

  package var description: String {
    switch self {
    case .invalid(let problems):
      var lines = problems.prefix(Self.shownProblems).map(\.description)
      if problems.count > Self.shownProblems { lines.append("… and \(problems.count - Self.shownProblems) more") }
      lines.append(Self.count(problems.count))
      return lines.joined(separator: "\n")
    case .unreadable(let path, let reason):
      return "\(path): cannot be read: \(reason)"
    case .unknownExperiment(let name, let known, let folder):
      return "experiment '\(name)' is not known in \(folder)." + Suggestion.sentence(for: name, among: known)
        + Suggestion.list("known", known)
    case .unknownGroup(let name, let known):
      return "no experiment is of the group '\(name)'." + Suggestion.sentence(for: name, among: known)
        + Suggestion.list("groups", known)
    case .unknownProfile(let name, let experiment, let known):
      return "\(experiment) has no profile '\(name)'." + Suggestion.sentence(for: name, among: known)
        + Suggestion.list("profiles", known)
    case .narrowing(let experiment, let messages):
      return messages.map { "\(experiment): \($0)" }.joined(separator: "\n") + "\n" + Self.count(messages.count)
    }
  }

  /// What is wrong, problem by problem.
  package var problems: [Problem] {
    if case .invalid(let problems) = self { problems } else { [Problem(at: nil, description)] }
  }

  /// The error in one line about one file, without the file's name: the first problem, and how many there are more.
  package func summary(in file: String) -> String {
    switch self {
    case .invalid(let problems):
      let first = problems.first.map(\.description) ?? ""
      let shown = first.hasPrefix(file + ":") ? "line " + first.dropFirst(file.count + 1) : first
      return shown + (problems.count > 1 ? " (and \(problems.count - 1) more)" : "")
    case .unreadable(_, let reason): return "cannot be read: \(reason)"
    case .unknownExperiment, .unknownGroup, .unknownProfile, .narrowing: return description
    }
  }

  private static func count(_ count: Int) -> String {
    "\(count) \(count == 1 ? "problem" : "problems"); nothing was run."
  }
}
