// What a mistake comes to, whatever the verb.
import Foundation
import TestSupport
import Testing

extension TinyProgram {
  /// Calls a verb with a mistake: the program ends with status 1, says so in one line on standard error, prints nothing, and leaves
  /// all there is as it was.
  ///
  /// - Parameter message: the line, with `HERE` for the project's root.
  func expectMistake(_ arguments: [String], _ message: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let before = project.everything()
    let result = try lowrank(arguments, apart: true)
    #expect(result.status == 1 && !result.wasKilled && result.output.isEmpty, "\(result)", sourceLocation: sourceLocation)
    // of several problems the count is the error, and each stands in a line of its own
    var lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let isList = lines.count > 1 && lines[lines.count - 1].hasSuffix("; nothing was run.")
    lines[isList ? lines.count - 1 : 0] = "Error: " + lines[isList ? lines.count - 1 : 0]
    #expect(
      result.errors.replacing(project.root.path, with: "HERE") == lines.joined(separator: "\n") + "\n",
      sourceLocation: sourceLocation)
    #expect(!result.errors.contains(/[.,:;]\.(\s|$)|\.:/), "two marks in a row: \(result.errors)", sourceLocation: sourceLocation)
    expectUnchanged(since: before, sourceLocation: sourceLocation)
  }

  func expectUnchanged(since before: [String: Data], sourceLocation: SourceLocation = #_sourceLocation) {
    let after = project.everything()
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    #expect(changed.isEmpty, "\(changed.sorted()) changed", sourceLocation: sourceLocation)
  }
}
