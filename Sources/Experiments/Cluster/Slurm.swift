// The cluster's own commands: sbatch, squeue, scancel, scontrol and, where the cluster keeps accounts, sacct. What they print is asked for
// in a fixed form, and read as untrusted.
import Foundation

/// A command of the cluster that failed.
package struct SlurmError: Error, Equatable, CustomStringConvertible {
  /// The command's name.
  package let command: String
  /// What it said, or why it could not be called.
  package let reason: String

  package var description: String { "\(command): \(reason)" }
}

/// Talks to Slurm by its commands.
package struct Slurm: Sendable {
  /// Calls a command with arguments; returns its exit status, and what it printed on both streams.
  package typealias Call =
    @Sendable (_ command: String, _ arguments: [String]) throws -> (status: Int32, output: String, errors: String)

  private let call: Call

  /// - Parameter call: what calls commands; by default the system.
  package init(call: @escaping Call = Slurm.system) { self.call = call }

  /// What the cluster says of a task that has not ended.
  package struct QueuedTask: Sendable, Equatable {
    /// The job's name.
    package let name: String
    /// The task's index in its array; nil for a single job.
    package let index: Int?
    /// As Slurm names it: PENDING, RUNNING, COMPLETING, …
    package let state: String
    /// The time that it has left, as Slurm writes it.
    package let timeLeft: String
    /// The nodes that it is on, or why it waits.
    package let place: String

    /// Whether it is on a node now.
    package var isRunning: Bool { ["RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING"].contains(state) }
  }

  /// The user's tasks that have not ended, one for each index of an array.
  ///
  /// - Throws: `SlurmError`.
  package func queue() throws -> [QueuedTask] {
    let format = "%j|%K|%T|%L|%R"
    return try output("squeue", ["--me", "--noheader", "--array", "--states=all", "--format=\(format)"])
      .split(separator: "\n").compactMap { line in
        let fields = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 5, !Self.endedStates.contains(fields[2]) else { return nil }
        return QueuedTask(name: fields[0], index: Int(fields[1]), state: fields[2], timeLeft: fields[3], place: fields[4])
      }
  }

  /// States of what has ended and is still shown for some minutes.
  private static let endedStates: Set<String> = [
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT",
  ]

  /// How a task ended, by the cluster's accounts.
  package struct EndedTask: Sendable, Equatable {
    /// The job's name.
    package let name: String
    /// The task's index in its array.
    package let index: Int?
    /// As Slurm names it: FAILED, TIMEOUT, OUT_OF_MEMORY, …
    package let state: String
  }

  /// How tasks of these jobs ended; nil where the cluster keeps no accounts.
  package func ended(_ jobs: [String]) -> [EndedTask]? {
    guard !jobs.isEmpty,
      let text = try? output(
        "sacct",
        ["--noheader", "--parsable2", "--allocations", "--format=JobID,JobName,State", "--jobs=\(jobs.joined(separator: ","))"])
    else { return nil }
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { return nil }
      let index = fields[0].split(separator: "_").dropFirst().first.flatMap { Int($0) }
      return EndedTask(name: fields[1], index: index, state: String(fields[2].prefix { $0 != " " }))
    }
  }

  /// Hands a script over.
  ///
  /// - Returns: the number of the job.
  /// - Throws: `SlurmError`.
  package func submit(_ script: URL) throws -> String {
    let text = try output("sbatch", ["--parsable", script.path]).trimmingCharacters(in: .whitespacesAndNewlines)
    // with several clusters: number;cluster
    let number = text.split(separator: ";").first.map(String.init) ?? ""
    guard !number.isEmpty, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw SlurmError(command: "sbatch", reason: "printed '\(text.prefix(100))', expected the number of a job")
    }
    return number
  }

  /// The most tasks of one array: indices are below this number.
  ///
  /// - Throws: `SlurmError`.
  package func largestArray() throws -> Int {
    let text = try output("scontrol", ["show", "config"])
    let line = text.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
    guard let value = line?.split(separator: "=").last.flatMap({ Int($0.trimmingCharacters(in: .whitespaces)) }), value > 0 else {
      throw SlurmError(command: "scontrol", reason: "does not say MaxArraySize, or it lets no array be")
    }
    return value
  }

  /// Cancels what has one of these names: what waits goes, what runs is told to end.
  ///
  /// - Throws: `SlurmError`.
  package func cancel(_ names: [String]) throws {
    if !names.isEmpty { _ = try output("scancel", ["--me", "--name=\(names.joined(separator: ","))"]) }
  }

  /// Lets a task that runs wait again from the start.
  ///
  /// - Throws: `SlurmError`.
  package func requeue(_ job: String) throws { _ = try output("scontrol", ["requeue", job]) }

  private func output(_ command: String, _ arguments: [String]) throws -> String {
    let (status, output, errors) = try call(command, arguments)
    guard status == 0 else {
      let said = errors.isEmpty ? output : errors
      let line = said.split(separator: "\n").first.map(String.init) ?? "ended with status \(status)"
      throw SlurmError(command: command, reason: line.hasPrefix(command + ": ") ? String(line.dropFirst(command.count + 2)) : line)
    }
    return output
  }

  /// Calls the command that the user's PATH leads to.
  package static let system: Call = { command, arguments in
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [command] + arguments
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError, process.standardInput) = (output, errors, FileHandle.nullDevice)
    do { try process.run() } catch { throw SlurmError(command: command, reason: "cannot be called: \(error)") }
    // one after the other is enough: what these commands say of errors fits into a pipe
    let text = try output.fileHandleForReading.readToEnd() ?? Data(), said = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus != 127 else {
      throw SlurmError(command: command, reason: "is not on this machine's PATH. Submit from a machine that has Slurm's commands")
    }
    return (process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: said, as: UTF8.self))
  }
}
