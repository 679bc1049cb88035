// One thing wrong with a file a user wrote, where it stands, and what to write instead.
// A reader collects problems and goes on, so that all of them are reported together.

/// A place in a YAML file, or an argument of the command line. Lines and columns count from 1; columns count Unicode scalars.
package struct SourcePosition: Sendable, Hashable, Codable {
  /// The file's path as the user would type it, or the argument.
  package let file: String
  /// The line, from 1; 0 of an argument, whose place is itself.
  package let line: Int
  /// The column, from 1.
  package let column: Int

  /// Makes a place from its parts.
  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// One problem of a manifest, a recipe or a task definition.
package struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Where it stands; nil for what stands in no file, as a mistake on the command line.
  package let position: SourcePosition?
  /// What was found, what was expected, and what to do.
  package let message: String

  /// Makes a problem from its parts.
  package init(at position: SourcePosition?, _ message: String) {
    self.position = position
    self.message = message
  }

  /// `file:line:column: message`, the form that editors and terminals link.
  package var description: String {
    (position.map { $0.line == 0 ? "\($0.file): " : "\($0.file):\($0.line):\($0.column): " } ?? "") + message
  }
}

/// Collects the problems of one reading.
final class ProblemCollector {
  private var problems: [(position: SourcePosition, problem: Problem)] = []
  /// What is told beside others alone.
  private var companions: [(position: SourcePosition, problem: Problem)] = []
  private var known: Set<Problem> = []
  /// What says that a key is given nowhere.
  private var lacks: Set<Problem> = []
  private let mainFile: String

  /// - Parameter mainFile: the file whose problems come first.
  init(mainFile: String) { self.mainFile = mainFile }

  func report(_ message: String, at position: SourcePosition) {
    let problem = Problem(at: position, message)
    // A recipe that two profiles share is read twice; its problems are told once.
    if known.insert(problem).inserted { problems.append((position, problem)) }
  }

  /// Reports that a key is given nowhere, unless it is where its value is wrong or its name misspelt, which has been told.
  func reportLack(of key: String, _ message: String, at position: SourcePosition) {
    let isTold = problems.contains { !lacks.contains($0.problem) && $0.problem.message.contains("'\(key)'") }
    guard !isTold else { return }
    lacks.insert(Problem(at: position, message))
    report(message, at: position)
  }

  /// Reports what whoever uses the files finds as well, and says better: it is told where other problems keep it from being found.
  func reportBesideOthers(_ message: String, at position: SourcePosition) {
    companions.append((position, Problem(at: position, message)))
  }

  /// All problems: the main file's, then other files' in the order in which they were met; each by line and column.
  var ordered: [Problem] {
    var ranks = [mainFile: 0]
    for (position, _) in problems where ranks[position.file] == nil { ranks[position.file] = ranks.count }
    return (problems + companions).enumerated().sorted { first, second in
      let (one, other) = (first.element.position, second.element.position)
      // The last part keeps the order of finding among problems of one place.
      return (ranks[one.file] ?? 0, one.line, one.column, first.offset)
        < (ranks[other.file] ?? 0, other.line, other.column, second.offset)
    }.map(\.element.problem)
  }

  /// Throws all problems at once, where there is any.
  func throwIfAny() throws(ManifestError) {
    if !problems.isEmpty { throw .invalid(ordered) }
  }
}
