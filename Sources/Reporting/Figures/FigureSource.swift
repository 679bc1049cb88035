// The runs that a figure is drawn from, and why others are not there.
import Foundation
import Manifests
import Records
import Settings

/// A finished run of the settings that its manifest has now.
struct FigureRun {
  /// The row's name for people.
  let label: String
  let row: String
  let task: String
  let seed: RunSeed
  let options: MethodOptions
  let record: RunRecord
  let timing: TimingRecord?
  let folder: URL

  /// The run's tensors.
  /// - Throws: `ReportError`.
  func tensors() throws(ReportError) -> RecordedTensors { try RecordedTensors(in: folder, record: record) }
}

/// An experiment's runs as its figures ask for them.
struct FigureSource {
  let profile: Profile
  /// The experiment's table, whose protocol and labels the figures share.
  let table: TableModel
  let experiment: Experiment
  let findings: RunFindings
  private let results: ResultsFolder

  /// - Throws: `ReportError.unrecordedMetric`.
  init(_ experiment: Experiment, _ findings: RunFindings, _ results: ResultsFolder) throws(ReportError) {
    profile = experiment.profile
    self.results = results
    self.experiment = experiment
    self.findings = findings
    table = try TableModel(experiment, findings)
  }

  /// The finished runs that a figure is of, in its order of rows, tasks and seeds, and a phrase on each run that is not there.
  func runs(_ settings: FigureSettings) -> (found: [FigureRun], missing: [String]) {
    var found: [FigureRun] = []
    var missing: [String] = []
    for row in settings.rows {
      for task in settings.tasks {
        for seed in settings.seeds {
          guard let run = experiment.runs.first(where: { $0.row == row && $0.task.id == task && $0.seed == seed }) else { continue }
          if let reason = absence(of: run) {
            missing.append("\(row), \(task), \(seed.phrase): \(reason)")
          } else if let record = findings.records[RunKey(run)] {
            found.append(
              FigureRun(
                label: run.label, row: row, task: task, seed: seed, options: run.options, record: record,
                timing: findings.timings[RunKey(run)], folder: results.layout.link(run)))
          }
        }
      }
    }
    return (found, missing)
  }

  /// Why a run cannot be drawn; nil where it can.
  private func absence(of run: RunSpecification) -> String? {
    if let reason = findings.unreadable[RunKey(run)] { return "cannot be used – \(reason)" }
    guard let record = findings.records[RunKey(run)] else { return "missing" }
    if let difference = findings.difference(run) { return "is outdated – \(difference)" }
    switch record.outcome {
    case .completed: return nil
    case .diverged(let step): return "diverged at step \(step)"
    case .failed(let message): return "failed – \(message)"
    }
  }

  /// The name of a row as the table has it.
  func label(ofRow id: String) -> String { table.rows.first { $0.id == id }?.label ?? id }

  /// A subtitle of these parts that also names the profile.
  func subtitle(_ parts: String...) -> String { parts.joined(separator: ", ") + " · \(profile.rawValue) profile" }

  /// `seed 0`, or `mean over seeds 0, 1`.
  func seedPhrase(_ seeds: [RunSeed]) -> String {
    seeds.count == 1 ? seeds[0].phrase : "mean over seeds \(seeds.list)"
  }
}
