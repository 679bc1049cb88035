// `lowrank check-pocket`: whether the pocket profile tells methods apart at all.
import ArgumentParser
import Experiments
import Foundation
import Training
import Pocket

/// The verb `check-pocket`.
struct CheckPocket: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-pocket", abstract: "Check that the pocket tasks tell methods apart; print the gate's table.",
    discussion:
      "Full fine-tuning is held against its own start from random weights; on tasks with labels against a linear probe of the frozen "
      + "model, a bag of words and chance; on tasks of texts against the model before it, the source itself, the target of the "
      + "nearest training source, and a template with slots. The exit status is 1 when the gate is not passed.")

  @OptionGroup var project: ProjectOptions

  @Option(help: "The table whose recipe and rows are meant.")
  var experiment = "table1"

  @Option(help: ArgumentHelp("A model in place of the shipped one.", valueName: "folder"))
  var model: String?

  @Option(help: ArgumentHelp("Only these tasks, with commas between; the gate asks for all.", valueName: "ids"))
  var tasks: String?

  @Option(help: ArgumentHelp("The seeds, with commas between.", valueName: "numbers"))
  var seeds = "0,1,2"

  @Option(help: "Runs at the same time; by default as many as the machine has cores.")
  var jobs: Int?

  func validate() throws {
    try Limits.validate(jobs, "--jobs")
    guard !seedNumbers.isEmpty, seedNumbers.count == seeds.split(separator: ",").count,
      Set(seedNumbers).count == seedNumbers.count
    else { throw ValidationError("--seeds takes different whole numbers of at least 0, with commas between") }
  }

  private var seedNumbers: [Int] { seeds.split(separator: ",").compactMap { Int($0) }.filter { $0 >= 0 } }

  func run() throws {
    let workspace = try project.workspace()
    let check = try PocketCheck(
      project.experiment(experiment, .pocket, model: model, in: workspace), in: workspace,
      tasks: tasks.map { $0.split(separator: ",").map(String.init) }, seeds: seedNumbers)
    let stop = StopSignal()
    var options = ExecutionOptions()
    options.shouldStop = { stop.received != 0 }
    let progress = RunProgress(isatty(STDERR_FILENO) == 1 ? .live : .lines) { show($0) }
    let (gate, summary) = try check.measure(
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, options: options, progress: progress
    ) { task in
      tell("  baselines of \(task)")
    }
    stop.end()
    guard let gate else {
      tell("stopped; the same command goes on from here")
      throw ExitCode(128 + stop.received)
    }
    for failure in summary.failures { say("failed: \(failure.run.specification.shortName): \(failure.reason)\n") }
    let seeds = check.seeds.count == 1 ? "1 seed" : "\(check.seeds.count) seeds"
    say("Pocket profile, model \(check.model), last epoch, \(seeds)\n")
    say(gate.markdown)
    if !gate.isPassed { throw ExitCode.failure }
  }
}
