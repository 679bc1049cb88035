// Another program to compare with.
import Foundation

/// The Python that tests compare with: `$LOWRANK_PYTHON`, else `python3`.
public enum PythonPeer {
  /// A script that ended with another status than 0.
  public struct Failed: Error, CustomStringConvertible {
    /// What it said.
    public let description: String
  }

  /// Whether it has these modules, commas between.
  static func has(_ modules: String) -> Bool { (try? run("import \(modules)")) != nil }

  /// What a script prints.
  ///
  /// - Throws: `Failed`.
  @discardableResult
  public static func run(_ script: String, _ arguments: String...) throws -> String {
    let program = ProcessInfo.processInfo.environment["LOWRANK_PYTHON"] ?? "python3"
    let result = try execute(URL(filePath: "/usr/bin/env"), [program, "-c", script] + arguments, apart: true)
    guard result.status == 0 else { throw Failed(description: result.output + result.errors) }
    return result.output
  }
}
