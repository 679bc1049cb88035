import ArgumentParser
import Experiments
import Foundation
import Manifests

/// Where runs are trained.
enum LauncherName: String, CaseIterable, ExpressibleByArgument {
  /// This machine, until they are done.
  case local
  /// A Slurm cluster: they are submitted.
  case slurm
}

/// Where runs are trained, and how a cluster is asked for it. None of it changes a number.
struct LauncherOptions: ParsableArguments {
  @Option(help: "Where runs are trained: local, this machine; or slurm, where missing ones are submitted as job arrays.")
  var launcher = LauncherName.local

  @Option(
    help: ArgumentHelp(
      "The cluster's own settings, in place of ~/.config/lowrank/slurm.yaml; 'lowrank keys cluster' lists what may stand in it.",
      valueName: "file"))
  var cluster: String?

  @Option(help: "Runs of a task on the cluster, --jobs of them at the same time and by default one.")
  var runsPerTask: Int?

  @Option(help: "Tasks at the same time; by default as many as the cluster lets.")
  var atOnce: Int?

  func validate() throws {
    for (value, name) in [(runsPerTask, "--runs-per-task"), (atOnce, "--at-once")] {
      guard let value else { continue }
      if !(1...100_000).contains(value) { throw ValidationError("\(name) is \(value), expected 1 to 100000") }
      if launcher == .local { throw ValidationError("\(name) is of a cluster: give --launcher slurm too") }
    }
    if cluster != nil, launcher == .local { throw ValidationError("--cluster is of a cluster: give --launcher slurm too") }
  }

  /// Submits a plan, or prints the scripts that would be submitted; nil where runs are trained here.
  func submit(
    _ plan: Plan, name: String, _ store: RunStore, _ inputs: RunInputs, data: URL?, _ training: TrainingOptions, dryRun: Bool
  ) throws -> Bool {
    guard launcher == .slurm else { return false }
    if let timed = plan.items.first(where: { $0.experiment.isTimed && !$0.runs.isEmpty }) {
      throw Failure(description: "\(timed.experiment.id): its runs are there to be timed, on one machine: leave --launcher out")
    }
    var shape = SlurmLauncher.Shape()
    shape.runsPerTask = runsPerTask ?? 1
    shape.atOnce = atOnce
    let launcher = SlurmLauncher(
      store: store, inputs: inputs, data: data, slurm: Slurm(), cluster: try ClusterSettings(path: cluster), shape: shape,
      training: Launch.Training(
        threads: training.threads ?? 1, jobs: min(training.jobs ?? 1, shape.runsPerTask),
        checkpointSeconds: training.checkpointSeconds),
      program: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    if dryRun {
      say(try launcher.scripts(plan, name: name).joined(separator: "\n"), terminator: "")
    } else {
      say(try launcher.submit(plan, name: name).text)
    }
    return true
  }
}
