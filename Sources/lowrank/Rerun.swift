import ArgumentParser
import Experiments
import Foundation
import Manifests
import Records
import Reporting
import Settings
import Storage
import Training

/// `lowrank rerun --experiment table1 --method aflora --task rte --seed 3`
struct Rerun: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train one run again, step by step, and compare it with its record bit for bit.")

  @Option(help: "The experiment's id or alias.") var experiment: String
  @Option(help: "The method's or the row's id.") var method: String
  @Option(help: "The task's id.") var task: String
  @Option(help: "The seed.") var seed: Int
  @Option(help: "The size: pocket, small or paper.") var profile = Profile.pocket
  @Option(help: ArgumentHelp("A model in place of the profile's own.", valueName: "folder")) var model: String?
  @Option(help: ArgumentHelp("The folder of GLUE's files.", valueName: "folder")) var data: String?
  @Option(help: "Threads; they change no number.") var threads = 1
  @OptionGroup var project: ProjectOptions

  func validate() throws { try Limits.validate(threads, "--threads") }

  func run() throws {
    let workspace = try project.workspace()
    let experiment = try project.experiment(experiment, profile, model: model, in: workspace)
    let narrowing = Narrowing(tasks: [task], methods: [method], seeds: [seed])
    let inputs = RunInputs(workspace: workspace, data: data.map { URL(filePath: ($0 as NSString).expandingTildeInPath) })
    let store = RunStore(workspace)
    let plan = try Plan([experiment], profile: profile, narrowing: narrowing, inputs: inputs, store: store)
    guard plan.problems.isEmpty else { throw ManifestError.invalid(plan.problems) }
    guard plan.runs.count == 1, let planned = plan.runs.first else {
      let rows = plan.runs.map(\.specification.row).joined(separator: ", ")
      throw Failure(description: "'\(method)' stands for \(plan.runs.count) rows; name one of them: \(rows)")
    }
    // a record that is there but damaged is said to be, before anything is trained
    _ = try ResultsFolder.record(in: workspace.run(planned.identity))
    let recorded = store.record(planned.identity)
    let folder = workspace.layout.rerun("\(planned.identity)-\(ProcessInfo.processInfo.processIdentifier)")
    try Folder.make(at: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let stop = StopSignal()
    var options = ExecutionOptions()
    options.threads = threads
    // nothing is kept of a run that is only looked at
    options.checkpointInterval = nil
    options.shouldStop = { stop.received != 0 }
    let record: RunRecord
    do {
      record = try RunExecutor(inputs: inputs, options: options).execute(planned, in: folder, observer: StepPrinter())
    } catch is Interruption {
      say("stopped; the record is as it was")
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
      say("digest \(digest): equal to the record. Same bits.")
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
