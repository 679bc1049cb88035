// `lowrank report`: an experiment's table from its records, by any protocol.
import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print an experiment's table from the records that are there.",
    discussion: "Trains nothing and writes nothing. Exits with 1 where a run of the table is missing, diverged or failed.")

  @Argument(help: "The experiment's id or alias.") var experiment: String
  @Option(help: "pocket, small or paper.", transform: { try choice($0, "--profile") }) var profile = Profile.pocket
  @Option(
    help: "best or last: the epoch that is reported; by default as the manifest says.", transform: { try choice($0, "--select") })
  var select: EpochChoice?
  @Option(
    help: "mean or median: how seeds are summarised; by default as the manifest says.", transform: { try choice($0, "--aggregate") }
  )
  var aggregate: SeedAggregate?
  @Option(help: "markdown, csv or json.", transform: { try choice($0, "--format") }) var format = TableFormat.markdown
  @Option(help: "The folder of results.") var results = "results"
  @Option(help: "The folder of manifests.") var experiments = "experiments"

  func run() throws {
    let manifest = try ExperimentFolder(path: experiments).manifest(named: experiment, vocabulary: .registered)
    let settings = try manifest.plan(for: profile).report
    let evaluation = EvaluationProtocol(epoch: select ?? settings.epoch, aggregate: aggregate ?? settings.aggregate)
    let report = try Report(
      manifest: manifest, profile: profile, evaluation: evaluation, results: ResultsFolder(URL(filePath: results)))
    print(try report.rendered(format), terminator: "")
    if !report.table.isComplete { throw ExitCode.failure }
  }
}

/// The value that an option names.
private func choice<Value: RawRepresentable<String> & CaseIterable>(_ text: String, _ option: String) throws -> Value {
  guard let value = Value(rawValue: text) else {
    throw ValidationError("'\(text)' is no value of \(option): \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
  }
  return value
}
