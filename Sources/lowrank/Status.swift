import ArgumentParser
import Experiments

/// `lowrank status table1`
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is being trained on these results, at which update it is, and how long it will take yet.",
    discussion: "For a second terminal, or another machine on the same folder of results. Changes nothing.")

  @Argument(help: "Only this experiment, by its id.")
  var experiment: String?

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let calls = CallBoard.calls(in: try project.workspace().layout.calls).filter {
      guard let experiment else { return true }
      // with other settings it is called `table1+rank=8`
      return $0.status.experiment == experiment || $0.status.experiment.hasPrefix(experiment + "+")
    }
    if calls.isEmpty { return say("nothing is being trained" + (experiment.map { " of \($0)" } ?? "")) }
    for call in calls { say(call.status.text(of: call.holder)) }
  }
}
