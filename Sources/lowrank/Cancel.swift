import ArgumentParser
import Experiments
import Foundation

/// `lowrank cancel table1`
struct Cancel: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cancel what waits and goes on of an experiment on the cluster.",
    discussion: "Runs that go on save where they are; what is done stays. Submitting the experiment again goes on from there.")

  @Argument(help: "The experiment's id, as it was submitted; or the name of one launch, as 'lowrank status' prints it.")
  var experiment: String

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let slurm = Slurm(), layout = try project.workspace().layout
    let queue = LaunchQueue(layout, try slurm.queue())
    let folders = LaunchFolder.all(in: layout).filter { $0.name == experiment || $0.experiment == experiment }
    let tasks = queue.tasks.filter { folders.contains($0.folder) }
    guard !tasks.isEmpty else { return say("nothing of \(experiment) waits or goes on") }
    try slurm.cancel(folders.flatMap { folder in queue.jobNames(of: folder) })
    let running = tasks.count { $0.queued.isRunning }
    say("cancelled: \(running) running, \(tasks.count - running) waiting")
  }
}
