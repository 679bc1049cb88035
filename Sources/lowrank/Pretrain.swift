// `lowrank pretrain`: makes a pocket model from its manifest.
import ArgumentParser
import Experiments
import Foundation
import Pocket
import Records
import Training

/// The verb `pretrain`.
struct Pretrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pre-train a pocket model from its manifest.",
    discussion: "It goes on from its last checkpoint when it was stopped, and ends with the same bits.")

  @Argument(help: "The manifest, as in experiments/pretrain/pocket-deberta.yaml.", completion: .file(extensions: ["yaml"]))
  var manifest: String

  @OptionGroup var project: ProjectOptions

  @Option(help: "The folder that the model goes to (default: the manifest's id, beside it).", completion: .directory)
  var output: String?

  @Option(help: "Threads, by default as many as the machine has cores; they change no number.")
  var threads: Int?

  func validate() throws { try Limits.validate(threads, "--threads") }

  func run() throws {
    let workspace = try project.workspace()
    let read = try PretrainingManifest.load(path: manifest)
    let beside = URL(filePath: manifest).deletingLastPathComponent().appending(path: read.id)
    let run = PocketPretrainingRun(
      read, output: output.map { URL(filePath: $0) } ?? beside,
      workFolder: workspace.results.appending(path: "pretrain/\(read.id)"),
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    if let record = run.finished() {
      say(
        "\(project.readable(run.output)) is made from this manifest already (\(Self.summary(record))). Remove it to have it made anew, or "
          + "give another folder with --output.")
      return
    }
    let stop = StopSignal()
    do {
      let record = try run.execute(shouldStop: { stop.received != 0 }, note: { say("\(read.id) \($0)") }, report: Self.report)
      say("\(project.readable(run.output)): \(Self.summary(record)).")
    } catch is Interruption {
      tell("stopped; the same command goes on from the checkpoint")
      throw ExitCode(128 + stop.received)
    }
  }

  private static func report(_ progress: PretrainingProgress) {
    let left = progress.seconds / Double(progress.steps) * Double(progress.totalSteps - progress.steps)
    let loss = (progress.loss * 1000).rounded() / 1000
    say(
      "step \(progress.steps)/\(progress.totalSteps)  loss \(loss)  \(progress.tokens / 1000)k tokens  "
        + "\(Int(progress.tokensPerSecond)) tokens/s  \(RunProgress.readable(seconds: left)) left")
    for finding in progress.found {
      let level = finding.level.map { " at level \(($0 * 100).rounded() / 100)" } ?? ""
      say("  \(finding.kind)\(level): \(finding.text)")
    }
  }

  private static func summary(_ record: PretrainingRecord) -> String {
    "\(record.parameters) parameters, \(record.steps) updates, \(record.tokens) tokens, "
      + RunProgress.readable(seconds: record.seconds)
      + (record.numericsVersion == Numerics.version ? "" : ", by version \(record.numericsVersion) of the arithmetic")
  }
}
