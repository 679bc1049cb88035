// What an experiment's runs took: seconds and memory, as timings have them. Outside the table, for a clock decides them.
import Foundation
import Manifests
import Metrics
import Records
import Settings

/// The cost of each row of a table.
package struct CostTable: Sendable, Equatable {
  /// The cost of one row.
  package struct Row: Sendable, Equatable {
    /// The row's id.
    package let id: String
    /// The row's name for people.
    package let label: String
    /// Finished runs with a timing.
    package let runs: Int
    /// The median of all seconds of a run; nil without runs.
    let secondsPerRun: Double?
    /// The median of a run's seconds for one training step; nil without steps.
    let secondsPerStep: Double?
    /// The most memory that a run held, in bytes; nil without runs.
    package let peakMemoryBytes: Int?
    /// The different numbers of threads, ascending.
    package let threads: [Int]
  }

  /// The id of the manifest.
  package let experiment: String
  /// The size at which the runs were made.
  package let profile: Profile
  /// The rows, in the table's order.
  package let rows: [Row]
  /// The processors that the runs were made on.
  package let processors: [String]

  /// Sums up the timings of an experiment's runs.
  package init(_ experiment: Experiment, _ findings: RunFindings) {
    let runs = experiment.runs
    self.experiment = experiment.id
    profile = experiment.profile
    rows = experiment.rows.map { row in
      let timings = runs.filter { $0.row == row.id }.compactMap { findings.timings[RunKey($0)] }
      return Row(
        id: row.id, label: row.label, runs: timings.count, secondsPerRun: median(timings.map(\.totalSeconds)),
        secondsPerStep: median(timings.compactMap(\.secondsPerStep)),
        peakMemoryBytes: timings.map(\.peakMemoryBytes).max(),
        threads: TableProvenance.distinct(timings.flatMap(\.segments).map(\.threads)).sorted())
    }
    processors = TableProvenance.distinct(
      runs.compactMap { run in
        findings.timings[RunKey(run)] == nil ? nil : findings.records[RunKey(run)]?.environment.processor
      })
  }

  /// The costs as Markdown.
  package var markdown: String {
    let lines = rows.map { row in
      [
        MarkdownText.plain(row.label), String(row.runs), row.secondsPerRun.map(NumberText.seconds) ?? "—",
        row.secondsPerStep.map(NumberText.seconds) ?? "—", row.peakMemoryBytes.map(NumberText.bytes) ?? "—",
        row.threads.isEmpty ? "—" : row.threads.map(String.init).joined(separator: ", "),
      ]
    }
    let machine = processors.isEmpty ? "" : " (\(processors.map(MarkdownText.plain).joined(separator: "; ")))"
    return "# \(MarkdownText.plain(experiment)): what the runs took\n\n"
      + MarkdownText.table(["method", "runs", "time per run", "time per step", "peak memory", "threads"], lines)
      + "\nMeasured on the machine that ran it\(machine), not reproducible: medians over a row's runs, all tasks together; "
      + "memory is the largest of any run.\nProfile \(profile.rawValue). Runs that went on at the same time slow each other down.\n"
  }
}

extension TimingRecord {
  /// Seconds in training steps by their number; nil without steps.
  var secondsPerStep: Double? {
    // As floating-point numbers, for a damaged file's may be too large for whole ones.
    let steps = segments.reduce(0) { $0 + max(0, Double($1.lastStep) - Double($1.firstStep)) }
    return steps > 0 ? trainingSeconds / steps : nil
  }

  /// Seconds of all updates, at the mean of those that were measured: without set-up, and without what a resumed run did again; nil
  /// without steps.
  var wholeTrainingSeconds: Double? {
    guard let last = segments.last, let seconds = secondsPerStep else { return nil }
    return seconds * Double(last.lastStep)
  }

  /// Seconds of each step, not a number for the first of a segment, which includes the set-up; nil where a step was not measured.
  var secondsByStep: [Double]? {
    var seconds: [Double] = []
    for segment in segments {
      // A resumed run does again what it did after its last checkpoint.
      guard let own = segment.stepSeconds, segment.firstStep >= 0, segment.firstStep <= seconds.count else { return nil }
      seconds.removeSubrange(segment.firstStep...)
      seconds += own.enumerated().map { $0.offset == 0 ? .nan : $0.element }
    }
    return seconds.isEmpty ? nil : seconds
  }
}
