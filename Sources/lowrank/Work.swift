import ArgumentParser
import Experiments
import Foundation

/// `lowrank work results/launches/table1-3f9a2c41/launch.json --index 7`
struct Work: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Carry out a task of a launch, on a node of a cluster.",
    discussion: """
      The scripts that 'lowrank run … --launcher slurm' submits call this. USR1 comes before the time limit: the runs save where they are, \
      and the task waits again. TERM is a preemption: the runs save where they are, and the cluster lets the task wait again. A run that was \
      ended three times in a row before it gained a step is given up. Exits with 3 where a run failed.
      """)

  @Argument(help: ArgumentHelp("The launch.", valueName: "file"))
  var launch: String

  @Option(help: "The number of the task, from 0.")
  var index: Int?

  @Flag(help: "In place of a task: write the tables and figures of what is done, and renew the page.")
  var report = false

  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard (index != nil) != report else { throw ValidationError("give --index with the number of a task, or --report") }
    if let index, index < 0 { throw ValidationError("--index is \(index), expected 0 or more") }
  }

  func run() throws {
    let workspace = try project.workspace(), worker = try LaunchWorker(URL(filePath: launch), in: workspace)
    if report { return try writeReports(worker, workspace) }
    guard let index else { return }
    let stop = StopSignal.unattended(), board = CallBoard(in: workspace.layout.calls)
    defer { board?.end() }
    let progress = RunProgress(.lines, logsIn: { workspace.run($0.identity) }, board: board) { show($0) }
    let summary = try worker.work(task: index, progress: progress) { stop.received != 0 }
    board?.end()
    if stop.received == SIGUSR1 {
      guard let job = ProcessInfo.processInfo.environment["SLURM_JOB_ID"] else { throw ExitCode(128 + SIGUSR1) }
      try Slurm().requeue(job)
      // the cluster ends this program now; until then nothing else is to be done
      return tell("its time is over: the runs were saved, and the task waits again")
    }
    if stop.received != 0 { throw ExitCode(128 + stop.received) }
    for failure in summary.failures { complain("\(failure.run.specification.shortName) failed: \(failure.reason)") }
    if !summary.failures.isEmpty { throw ExitCode.incomplete }
  }

  private func writeReports(_ worker: LaunchWorker, _ workspace: Workspace) throws {
    var problems: [String] = []
    for item in worker.launch.plan.items where !item.runs.isEmpty {
      let lacks = try project.writeTable(of: item.experiment, workspace, worker.inputs)
      problems += lacks.map { "\(item.experiment.id): \($0)" }
    }
    project.tellOfPage(workspace)
    for problem in problems { complain(problem) }
    if !problems.isEmpty { throw ExitCode.incomplete }
  }
}
