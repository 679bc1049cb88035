import ArgumentParser
import Experiments
import Foundation
import Manifests
import Records
import Reporting
import Settings
import Storage
import Training

/// `lowrank rerun table1 --methods aflora --tasks rte --seeds 3`
struct Rerun: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train one run again and compare it with its record bit for bit.",
    discussion: "As in: lowrank rerun table1 --methods aflora --tasks rte --seeds 3")

  @Argument(help: "The experiment's id or alias.") var experiment: String?
  @Option(name: .customLong("experiment"), help: .hidden) var named: String?
  @OptionGroup var selection: SelectionOptions
  @OptionGroup var read: InputOptions
  @Flag(help: "Print every update's loss, rates and gradient norm.") var steps = false
  @Option(help: "Threads; they change no number.") var threads = 1
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard (experiment == nil) != (named == nil) else { throw ValidationError("give one experiment, as in: lowrank rerun table1 …") }
    try Limits.validate(threads, "--threads")
  }

  func run() throws {
    let workspace = try project.workspace()
    let experiment = try project.experiment(
      experiment ?? named ?? "", selection.profile, selection.overrides(), model: read.model, in: workspace)
    let run = try selection.onlyRun(of: experiment)
    let narrowing = Narrowing(tasks: [run.task.id], methods: [run.row], seeds: [run.seed])
    let inputs = RunInputs(workspace: workspace, data: read.dataFolder)
    let store = RunStore(workspace)
    let plan = try Plan([experiment], profile: selection.profile, narrowing: narrowing, inputs: inputs, store: store)
    guard plan.problems.isEmpty, let planned = plan.runs.first else { throw ManifestError.invalid(plan.problems) }
    // a record that is there but damaged is said to be, before anything is trained
    _ = try ResultsFolder.record(in: workspace.run(planned.identity))
    let recorded = store.record(planned.identity)
    let folder = workspace.layout.rerun("\(planned.identity)-\(ProcessInfo.processInfo.processIdentifier)")
    try Folder.make(at: folder)
    guard case .taken(let claim) = try Claim.take(in: folder) else { throw ExperimentError.busy(folder: folder.path) }
    defer { withExtendedLifetime(claim) { try? FileManager.default.removeItem(at: folder) } }
    let stop = StopSignal()
    var options = ExecutionOptions()
    options.threads = threads
    // nothing is kept of a run that is only looked at
    options.checkpointInterval = nil
    options.shouldStop = { stop.received != 0 }
    let record: RunRecord
    let progress = RunProgress(isatty(STDERR_FILENO) == 1 ? .live : .lines) { show($0) }
    progress.begin([planned])
    do {
      let observer: any TrainingObserver = steps ? StepPrinter() : progress.observer(of: planned)
      record = try RunExecutor(inputs: inputs, options: options).execute(planned, in: folder, observer: observer)
      progress.end()
    } catch is Interruption {
      progress.end()
      tell("stopped; the record is as it was")
      try? FileManager.default.removeItem(at: folder)
      throw ExitCode(128 + stop.received)
    }
    let digest = record.digests.tensors ?? "none"
    guard let recorded else {
      say("digest \(digest): there is no record of this run to compare with")
      return
    }
    let comparison = try RerunComparison(recorded, in: workspace.run(planned.identity), with: record, in: folder)
    for difference in comparison.environment { say("not as it was: \(difference)") }
    if comparison.isEqual {
      say(
        comparison.added.isEmpty
          ? "digest \(digest): equal to the record. Same bits."
          : "digest \(digest), recorded \(comparison.recordedDigest): every recorded number has the same bits; this program keeps "
            + "\(comparison.added.joined(separator: ", ")) as well")
      return
    }
    for file in comparison.otherWeights { say("\(file.rawValue) has other bytes than the run's") }
    say("digest \(digest), recorded \(comparison.recordedDigest)")
    say("first difference: \(comparison.firstDifference ?? "none"); largest relative distance \(comparison.largestDistance)")
    throw ExitCode.failure
  }
}

/// Prints every update and every epoch's scores.
private final class StepPrinter: TrainingObserver {
  func didUpdate(_ result: StepResult, updates: Int, total: Int) {
    let numbers = [
      "loss \(result.taskLoss)", "rate \(result.learningRate)", "head rate \(result.headLearningRate)",
      "gradient norm \(Float(result.gradientNorm))", "trainable \(result.trainable)",
    ]
    say("step \(updates)/\(total)  \(numbers.joined(separator: "  "))")
  }

  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {
    for evaluation in epoch.evaluations {
      let scores = evaluation.scores.entries.map { "\($0.metric.rawValue) \($0.value.map { "\($0)" } ?? "undefined")" }
      say("epoch \(number)  \(evaluation.name)  \(scores.joined(separator: "  "))")
    }
  }
}
