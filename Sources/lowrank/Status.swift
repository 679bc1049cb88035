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
      experiment == nil || $0.status.experiment == experiment
    }
    if calls.isEmpty { return say("nothing is being trained" + (experiment.map { " of \($0)" } ?? "")) }
    for call in calls { say(call.status.text(of: call.holder)) }
  }
}
