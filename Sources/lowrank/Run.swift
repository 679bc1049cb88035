import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Storage

/// `lowrank run table1`
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the runs of an experiment that are not done, write its table and draw its figures.")

  @Argument(help: "The experiment's id or alias.")
  var experiment: String

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions

  @Option(help: "Runs at the same time; by default as many as the machine has cores.")
  var jobs: Int?

  @Option(help: "Threads of each run; they change no number.")
  var threads = 1

  @Option(help: "Seconds between checkpoints.")
  var checkpointSeconds = 20.0

  @Flag(help: "Print the plan with its cost; train nothing.")
  var dryRun = false

  func validate() throws {
    guard jobs ?? 1 > 0, threads > 0 else { throw ValidationError("--jobs and --threads are at least 1") }
    guard checkpointSeconds >= 0 else { throw ValidationError("--checkpoint-seconds is not below 0") }
  }

  func run() async throws {
    let workspace = try project.workspace()
    let manifest = try project.manifest(experiment, in: workspace)
    let specifications = try manifest.resolve(profile: selection.profile, narrowing: selection.narrowing(), model: selection.model)
    let inputs = RunInputs(workspace: workspace, data: selection.dataFolder)
    let digest = try ManifestDigest.of(manifest)
    let plan = try specifications.map { try inputs.plan($0, manifestDigest: digest) }
    let store = RunStore(workspace)
    let problems = try PlanCheck.problems(plan, store: store, inputs: inputs)
    guard problems.isEmpty else {
      let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
      throw Failure(description: problems.joined(separator: "\n") + "\n\(count); nothing was run.")
    }
    if dryRun {
      say(try PlanTable(plan, store: store, inputs: inputs).text)
      return
    }
    let stop = StopSignal()
    var options = ExecutionOptions()
    options.threads = threads
    options.checkpointInterval = checkpointSeconds
    options.shouldStop = { stop.received != 0 }
    let jobs = jobs ?? max(1, ProcessInfo.processInfo.activeProcessorCount / threads)
    let summary = PlanSummary(plan, store: store)
    say("\(manifest.id) · \(selection.profile.rawValue) · \(summary.text)")
    let progress = RunProgress(isTerminal: isatty(1) == 1) { text in
      FileHandle.standardOutput.write(Data(text.utf8))
    }
    let runner = Runner(store: store, executor: RunExecutor(inputs: inputs, options: options), jobs: jobs)
    let result = try await runner.run(plan, progress: progress)
    if result.wasStopped {
      say("stopped after \(result.trained) of \(summary.toTrain) runs; the same command goes on from here")
      throw ExitCode(128 + stop.received)
    }
    for failure in result.failures { say("failed: \(failure.run.specification.shortName): \(failure.reason)") }
    try writeReport(manifest, workspace)
    if !result.failures.isEmpty { throw ExitCode.failure }
  }

  /// Writes the table from all records, and fails when a cell is not whole.
  private func writeReport(_ manifest: Manifest, _ workspace: Workspace) throws {
    let results = ResultsFolder(workspace.results)
    let report = try Report(manifest: manifest, profile: selection.profile, results: results)
    let file = try report.write(to: results)
    say("\n\(try report.rendered(.markdown))")
    say("→ \(project.readable(file))")
    try drawFigures(manifest, results)
    guard report.table.isComplete else { throw ExitCode.failure }
  }

  /// Draws the manifest's figures. They are made from records as the table is, so one that cannot be drawn is no failure of the runs.
  private func drawFigures(_ manifest: Manifest, _ results: ResultsFolder) throws {
    let figures = try ExperimentFigures(manifest: manifest, profile: selection.profile, results: results)
    if figures.settings.isEmpty { return }
    do throws(ReportError) {
      for outcome in figures.draw(with: try Gnuplot()) { say(outcome.text(project.readable)) }
    } catch {
      say("no figures: \(error)")
    }
  }
}
