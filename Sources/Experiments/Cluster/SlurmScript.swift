// The scripts that sbatch takes, as text. What they say is a function of their values: --dry-run prints what would be submitted.
import Foundation
import Manifests

/// A script of one job, or of one job array.
package struct SlurmScript: Sendable, Equatable {
  /// The tasks of an array.
  package struct Tasks: Sendable, Equatable {
    /// The launch's task that index 0 stands for.
    package var first: Int
    /// How many there are.
    package var count: Int
    /// How many may go on at the same time; nil for as many as the cluster lets.
    package var atOnce: Int?
  }

  /// What a task asks for.
  package struct Request: Sendable, Equatable {
    /// Minutes until it is ended.
    package var minutes: Int
    /// Memory, in MB.
    package var megabytes: Int
    /// Cores, for the threads of all runs that go on at once.
    package var processors: Int
  }

  /// The job's name.
  package var name: String
  /// The tasks of an array; nil for a single job.
  package var tasks: Tasks?
  /// What each task asks for.
  package var request: Request
  /// The job numbers that must have ended first, however they ended.
  package var after: [String] = []
  /// The file that a task's output goes to, in the words of sbatch.
  package var output: String
  /// The folder that the program runs in.
  package var root: String
  /// The program and its arguments; of an array the index of the task comes last.
  package var command: [String]
  /// The cluster's own settings.
  package var cluster: ClusterSettings

  /// Seconds before its end at which a task is told to save what it has.
  package static let warningSeconds = 120

  /// The script.
  package var text: String {
    let index = tasks.map { $0.first == 0 ? " \"$SLURM_ARRAY_TASK_ID\"" : " \"$((\($0.first) + SLURM_ARRAY_TASK_ID))\"" } ?? ""
    let program = (cluster.container.map { $0 + " " } ?? "") + command.map(Self.quoted).joined(separator: " ") + index
    // srun, so that the program itself gets the cluster's signals, also when it stands in a container. What was killed without a warning
    // waits again, and goes on from its last checkpoint.
    let again = ["status=$?", "if [ $status -eq 137 ]; then scontrol requeue \"$SLURM_JOB_ID\"; fi", "exit $status"]
    let lines =
      ["#!/bin/sh"] + directives.map { "#SBATCH " + $0 } + ["cd \(Self.quoted(root)) || exit 1"] + cluster.setup + [
        "srun \(program)"
      ]
      + (tasks == nil ? [] : again)
    return lines.joined(separator: "\n") + "\n"
  }

  private var directives: [String] {
    var lines = ["--job-name=\(name)"]
    if let tasks {
      lines.append("--array=0-\(tasks.count - 1)" + (tasks.atOnce.map { "%\($0)" } ?? ""))
      // a task that is preempted, or whose node fails, waits again; what it prints then comes behind what it had printed
      lines += ["--requeue", "--open-mode=append", "--signal=USR1@\(Self.warningSeconds)"]
    }
    lines += [
      "--output=\(Self.directive(output))", "--ntasks=1", "--cpus-per-task=\(request.processors)", "--mem=\(request.megabytes)M",
      "--time=\(request.minutes)",
    ]
    if !after.isEmpty { lines.append("--dependency=afterany:\(after.joined(separator: ":"))") }
    for (option, value) in [
      ("partition", cluster.partition), ("account", cluster.account), ("qos", cluster.qos), ("constraint", cluster.constraint),
    ] { if let value { lines.append("--\(option)=\(Self.directive(value))") } }
    if let gpus = cluster.gpusPerTask, tasks != nil { lines.append("--gpus-per-task=\(gpus)") }
    return lines + cluster.options
  }

  /// A word as a shell takes it, whatever is in it.
  package static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || "/._-+=:,@%".unicodeScalars.contains($0)
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// A value as sbatch reads it in a line of a script: in quotes where it has a space or another mark.
  private static func directive(_ value: String) -> String {
    let plain = value.unicodeScalars.allSatisfy { !" \t\"'\\#;".unicodeScalars.contains($0) }
    return plain ? value : "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
