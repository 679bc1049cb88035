// The program on a tiny project.
import Foundation

/// A tiny project, and the program run on it.
public struct TinyProgram {
  public let project: TinyProject
  public let program: URL

  /// - Throws: `Program.Missing`.
  public init(_ manifest: String = TinyProject.manifest) throws { try self.init(TinyProject(manifest)) }

  /// - Throws: `Program.Missing`.
  public init(_ project: TinyProject) throws {
    program = try Program.url
    self.project = project
  }

  /// Runs `lowrank VERB … --root … --results …`.
  ///
  /// - Parameter apart: whether standard error is kept apart from standard output.
  public func lowrank(_ arguments: [String], results: String = "results", apart: Bool = false) throws -> ProgramResult {
    try execute(program, arguments + folders(results), environment: Program.environment(), apart: apart)
  }

  /// The options that name the project's root and its results.
  public func folders(_ results: String) -> [String] {
    ["--root", project.root.path, "--results", project.root.appending(path: results).path]
  }

  /// Starts the program on the project and sends it a signal as soon as `isTime`; waits for its end.
  ///
  /// - Parameters:
  ///   - again: sends it a second time as soon as the first is answered.
  ///   - takesFolders: whether the verb takes the project's root and results.
  public func interrupt(
    _ arguments: [String], results: String = "results", by signal: Int32, again: Bool = false,
    folders takesFolders: Bool = true, when isTime: () -> Bool
  ) throws -> ProgramResult {
    try interrupted(
      program, arguments + (takesFolders ? folders(results) : []), environment: Program.environment(), by: signal, again: again,
      when: isTime)
  }

  /// Whether any run has a checkpoint.
  public func hasCheckpoint(_ results: String = "results") -> Bool { checkpoints(results) > 0 }

  /// How many runs have one.
  public func checkpoints(_ results: String = "results") -> Int { checkpointFiles(results).count }

  /// When the latest was written.
  public func newestCheckpoint() -> Date {
    checkpointFiles("results").compactMap {
      try? FileManager.default.attributesOfItem(atPath: $0.path)[.modificationDate] as? Date
    }.max() ?? .distantPast
  }

  private func checkpointFiles(_ results: String) -> [URL] {
    let runs = project.root.appending(path: "\(results)/runs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    return names.map { runs.appending(path: "\($0)/checkpoint.safetensors") }.filter {
      FileManager.default.fileExists(atPath: $0.path)
    }
  }
}
