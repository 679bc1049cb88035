import ArgumentParser
import Experiments
import Foundation
import Manifests
import Metrics
import Reporting
import Settings

/// `lowrank report table1 --select last --aggregate median --metric f1`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print an experiment's table from the records that are there.",
    discussion: "Trains nothing and writes nothing. Exits with 3 where a run of the table is missing, diverged or failed.")

  @Argument(help: "The experiment's id or alias.")
  var experiment: String

  @OptionGroup var selection: SelectionOptions

  @Option(help: "The epoch that is reported: best or last; by default as the manifest says.")
  var select: EpochChoice?

  @Option(help: "How seeds are summarised: mean or median; by default as the manifest says.")
  var aggregate: SeedAggregate?

  @Option(help: "The metric of every task that recorded it; by default as the manifest says.")
  var metric: String?

  @Option(help: ArgumentHelp("The folder of manifests; by default 'experiments' in the root.", valueName: "folder"))
  var experiments: String?

  @OptionGroup var written: FormatOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if let metric, !Metric.scoring.map(\.rawValue).contains(metric) {
      throw ValidationError("'\(metric)' is not a metric (metrics: \(Metric.scoring.map(\.rawValue).joined(separator: ", ")))")
    }
  }

  func run() throws {
    let workspace = try project.workspace()
    let experiment = try project.experiment(experiment, selection, in: workspace, folder: experiments)
      .part(selection.narrowing())
    let evaluation = EvaluationProtocol(
      epoch: select ?? experiment.report.epoch, aggregate: aggregate ?? experiment.report.aggregate, metric: metric)
    let inputs = RunInputs(workspace: workspace, data: nil)
    let findings = ResultsFolder(workspace.results).findings(for: experiment.runs, inputs: inputs.digestsAtHand)
    let report = try Report(experiment, findings, evaluation: evaluation)
    say(try written.text(report), terminator: "")
    if let lack = report.table.lack {
      complain("incomplete: \(lack)")
      throw ExitCode.incomplete
    }
  }
}

extension EpochChoice: ExpressibleByArgument {}
extension SeedAggregate: ExpressibleByArgument {}
extension TableFormat: ExpressibleByArgument {}
