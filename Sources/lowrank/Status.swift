import ArgumentParser
import Experiments
import Foundation

/// `lowrank status table1`
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is being trained on these results, at which update it is, and how long it will take yet.",
    discussion: """
      For a second terminal, or another machine on the same folder of results. Changes nothing. Of what was submitted to a cluster it says \
      which tasks run, with the time that they have left, which wait and why, and which runs failed; the step of a run is the one that its \
      worker tells.
      """)

  @Argument(help: "Only this experiment, by its id.")
  var experiment: String?

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let calls = CallBoard.calls(in: workspace.layout.calls).filter {
      guard let experiment else { return true }
      // with other settings it is called `table1+rank=8`
      return $0.status.experiment == experiment || $0.status.experiment.hasPrefix(experiment + "+")
    }
    let launches = LaunchFolder.all(in: workspace.layout).filter { folder in
      guard let experiment else { return true }
      return folder.experiment == experiment || folder.experiment.hasPrefix(experiment + "+") || folder.name == experiment
    }
    if calls.isEmpty, launches.isEmpty { return say("nothing is being trained" + (experiment.map { " of \($0)" } ?? "")) }
    for call in calls { say(call.status.text(of: call.holder)) }
    try tell(of: launches, workspace)
  }

  private func tell(of launches: [LaunchFolder], _ workspace: Workspace) throws {
    if launches.isEmpty { return }
    let slurm = Slurm(), store = RunStore(workspace)
    var queue: LaunchQueue?
    do { queue = LaunchQueue(workspace.layout, try slurm.queue()) } catch { complain("\(error)") }
    for folder in launches {
      do { say(try LaunchStatus(folder, queue: queue, store: store, slurm: slurm).text) } catch {
        complain("\(folder.name): \(error)")
      }
    }
  }
}
