// Programs run from outside: the one that was built beside the tests, and others.
import Foundation

/// The `lowrank` program that was built beside the tests.
public enum Program {
  /// The build left no program where the tests lie.
  public struct Missing: Error, CustomStringConvertible {
    public let description = "there is no program `lowrank` beside the tests: build with `--build-tests`, as `make test` does"
  }

  /// Where it is.
  /// - Throws: `Missing`.
  public static var url: URL {
    get throws {
      let places = [Bundle.main.executableURL, URL(filePath: CommandLine.arguments.first ?? "")]
      let programs = places.compactMap { $0?.resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "lowrank") }
      guard let program = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else { throw Missing() }
      return program
    }
  }

  /// The environment of this process without what would change what the program says: the width of the terminal.
  public static func environment() -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["COLUMNS"] = nil
    return environment
  }
}

/// What a program printed, and how it ended.
public struct ProgramResult: Sendable {
  /// What it wrote to standard output and, unless that was kept apart, to standard error.
  public var output: String
  /// What it wrote to standard error where that was kept apart.
  public var errors = ""
  /// Its exit status, or the number of the signal that ended it.
  public var status: Int32
  /// Whether a signal ended it: a trap is one.
  public var wasKilled: Bool

  fileprivate init(_ process: Process, output: String, errors: String = "") {
    (self.output, self.errors) = (output, errors)
    (status, wasKilled) = (process.terminationStatus, process.terminationReason == .uncaughtSignal)
  }
}

/// Runs a program to its end, its standard input empty.
///
/// - Parameters:
///   - environment: in place of this process's own.
///   - folder: where it runs, in place of this process's own.
///   - apart: whether standard error is kept apart from standard output.
public func execute(
  _ program: URL, _ arguments: [String], environment: [String: String]? = nil, in folder: URL? = nil, apart: Bool = false
) throws -> ProgramResult {
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  if let environment { process.environment = environment }
  if let folder { process.currentDirectoryURL = folder }
  // a pipe, since limits on files are no limits on it; what is kept apart goes to a file, which needs no second reader
  let output = Pipe(), errors = apart ? try LogFile() : nil
  process.standardOutput = output
  process.standardError = errors?.handle ?? output
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let said = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return ProgramResult(process, output: String(decoding: said, as: UTF8.self), errors: try errors?.text ?? "")
}

/// Starts a program and sends it a signal as soon as `isTime`; waits for its end.
///
/// - Parameter again: sends the signal a second time as soon as the first is answered.
public func interrupted(
  _ program: URL, _ arguments: [String], environment: [String: String], by signal: Int32, again: Bool = false,
  when isTime: () -> Bool
) throws -> ProgramResult {
  let process = Process()
  process.executableURL = program
  process.arguments = arguments
  process.environment = environment
  let log = try LogFile()
  process.standardOutput = log.handle
  process.standardError = log.handle
  process.standardInput = FileHandle.nullDevice
  try process.run()
  while process.isRunning, !isTime() { usleep(500) }
  kill(process.processIdentifier, signal)
  if again {
    while process.isRunning, try log.text.range(of: "again to quit") == nil { usleep(500) }
    kill(process.processIdentifier, signal)
  }
  process.waitUntilExit()
  return ProgramResult(process, output: try log.text)
}

/// A file that a program's words go to: unlike a pipe, it never makes the program wait.
private final class LogFile {
  private let url = FileManager.default.temporaryDirectory.appending(path: "lowrank-log-\(UUID().uuidString)")
  let handle: FileHandle

  init() throws {
    try Data().write(to: url)
    handle = try FileHandle(forWritingTo: url)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var text: String { get throws { String(decoding: try Data(contentsOf: url), as: UTF8.self) } }
}
