// A tiny project whose runs are known bit for bit, and the program at work on copies of it.
import Experiments
import Foundation
import Records
import Reporting
import Synchronization
import TestSupport

/// What the runs of one project leave, made by one straight call of the program.
final class KnownProject {
  /// The files of a run that hold what was computed.
  static let computed: [RunFile] = [.tensors, .best, .last]

  let project: TinyProject
  private let program: URL
  /// How long the straight call took, in seconds.
  let duration: Double
  /// By identity and file.
  let expected: [String: [RunFile: Data]]

  /// Trains `methods`, as a manifest lists them.
  ///
  /// - Parameter program: `lowrank`, or what a test puts in its place.
  convenience init(methods: [String], _ program: URL) throws {
    let project = try TinyProject(
      TinyProject.manifest.replacing(
        "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[\(methods.joined(separator: ", "))]"
      ))
    try self.init(project, program, expects: methods.count)
  }

  /// Trains the runs of a project.
  ///
  /// - Parameter count: how many there are.
  init(_ project: TinyProject, _ program: URL, expects count: Int) throws {
    (self.project, self.program) = (project, program)
    let start = ContinuousClock.now
    let call = try Call(program, ["run", "tiny", "--jobs", "1"], project.root, results: "results")
    guard call.end(within: 1200) == .exited(0) else {
      throw Failure(description: "the straight run failed:\n\(call.output)")
    }
    let parts = (ContinuousClock.now - start).components
    duration = Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    var expected: [String: [RunFile: Data]] = [:]
    for folder in ResultsFolder(project.file("results")).runFolders {
      let files = try Self.computed.map { ($0, try Data(contentsOf: $0.url(in: folder))) }
      expected[folder.lastPathComponent] = Dictionary(uniqueKeysWithValues: files)
    }
    guard expected.count == count else {
      throw Failure(description: "the straight run left \(expected.count) runs")
    }
    self.expected = expected
  }

  /// The program started on the project.
  func call(_ arguments: [String], results: String = "results") throws -> Call {
    try Call(program, arguments, project.root, results: results)
  }

  /// What is wrong with results that should be those of the straight run, all of them.
  func differences(in results: URL) -> [String] {
    let folders = ResultsFolder(results).runFolders, verification = RunVerification(folders)
    var found = verification.problems
    if verification.whole != expected.count { found.append("\(verification.text); expected \(expected.count) whole") }
    for (identity, files) in expected {
      let folder = ResultsLayout(results).run(identity)
      for (file, data) in files where (try? Data(contentsOf: file.url(in: folder))) != data {
        found.append("\(identity.prefix(8)): \(file.rawValue) is not that of the straight run")
      }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      found += names.filter { $0.hasSuffix(".lowrank-temporary") || $0 == RunFile.checkpoint.rawValue }.map { "\($0) is left" }
    }
    return found
  }
}

/// The program at work.
final class Call {
  enum End: Equatable {
    case exited(Int32)
    case killed(Int32)
    case hung
  }

  private let process = Process()
  private let log: URL

  /// Starts `lowrank ARGUMENTS --root … --results …`.
  fileprivate init(_ program: URL, _ arguments: [String], _ root: URL, results: String) throws {
    log = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
    try Data().write(to: log)
    process.executableURL = program
    process.arguments = arguments + ["--root", root.path, "--results", root.appending(path: results).path]
    var environment = Program.environment()
    environment["SWIFT_BACKTRACE"] = "enable=no"
    process.environment = environment
    let handle = try FileHandle(forWritingTo: log)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: log) }

  /// What it printed so far.
  var output: String { (try? String(decoding: Data(contentsOf: log), as: UTF8.self)) ?? "" }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for its end; after as many seconds it is ended.
  func end(within seconds: Double = 60) -> End {
    let start = ContinuousClock.now
    while process.isRunning {
      usleep(1000)
      if ContinuousClock.now - start > .seconds(seconds) {
        send(SIGKILL)
        process.waitUntilExit()
        return .hung
      }
    }
    process.waitUntilExit()
    return process.terminationReason == .exit ? .exited(process.terminationStatus) : .killed(process.terminationStatus)
  }
}

/// Counts by name, and the failures in words.
final class Account: Sendable {
  private let counts = Mutex<[String: Int]>([:])
  private static let failures = "failures"

  func count(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }

  func fail(_ what: String) {
    count(Self.failures)
    say("FAILED: \(what)")
  }

  func count(of name: String) -> Int { counts.withLock { $0[name] ?? 0 } }

  var hasFailure: Bool { count(of: Self.failures) > 0 }

  /// The counts, the failures last.
  var lines: [String] {
    let all = counts.withLock { $0 }
    let rows = all.filter { $0.key != Self.failures }.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }
    return aligned(rows + [[Self.failures, "\(all[Self.failures] ?? 0)"]])
  }
}

/// Numbers from 0 up, each taken once.
final class NextNumber: Sendable {
  private let next = Mutex(0)
  private let end: Int

  init(below end: Int) { self.end = end }

  func take() -> Int? {
    next.withLock { next in
      guard next < end else { return nil }
      defer { next += 1 }
      return next
    }
  }
}

/// Runs a body in so many lanes side by side, and throws the first error.
func sideBySide(_ lanes: Int, _ body: @escaping @Sendable () throws -> Void) throws {
  let first = Mutex<(any Error)?>(nil)
  DispatchQueue.concurrentPerform(iterations: lanes) { _ in
    do { try body() } catch { first.withLock { $0 = $0 ?? error } }
  }
  if let error = first.withLock({ $0 }) { throw error }
}
