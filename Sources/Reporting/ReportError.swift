// What keeps a report or the description of a run from being made.
import Manifests
import Records

/// An error of the `Reporting` target.
public enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file of a run that is there but cannot be read.
  case unreadable(path: String, reason: String)
  /// A file of a run that is no valid record.
  case invalidRecord(RecordError)
  /// The record in a run's folder is another run's.
  case foreignRecord(path: String, identity: String, expected: String)
  /// A run's folder has no record, for the run is not finished.
  case unfinishedRun(path: String)
  /// No run is meant by a name.
  case unknownRun(String, results: String)
  /// Several runs are meant by the beginning of an identity.
  case ambiguousRun(String, candidates: [String])
  /// A metric is asked for that no run of the experiment recorded.
  case unrecordedMetric(String, experiment: String, recorded: [String])
  /// Notebooks whose blocks cannot be made: every problem found.
  case invalidNotebooks([Problem])

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason). Check the path and its permissions."
    case .invalidRecord(let error): error.description
    case .foreignRecord(let path, let identity, let expected):
      "\(path): is the record of run \(identity.prefix(12)), but its folder is that of run \(expected.prefix(12)). "
        + "Move it away, and the run is made again."
    case .unfinishedRun(let path):
      "\(path): has no record.json: the run is not finished. The command that started it goes on with it."
    case .unknownRun(let name, let results):
      "no run is meant by '\(name)'. Name a run's folder, a link as in \(results)/table1/pocket/lora/rte/seed-0, or the first "
        + "digits (4 or more) of a folder in \(results)/runs."
    case .ambiguousRun(let name, let candidates):
      "'\(name)' means \(candidates.count) runs: " + candidates.prefix(5).map { "\($0.prefix(16))" }.joined(separator: ", ")
        + (candidates.count > 5 ? ", …" : "") + ". Give more digits."
    case .unrecordedMetric(let metric, let experiment, let recorded):
      "no run of \(experiment) recorded the metric '\(metric)' (recorded: \(recorded.joined(separator: ", ")))."
    case .invalidNotebooks(let problems):
      problems.map(\.description).joined(separator: "\n")
        + "\n\(problems.count == 1 ? "1 problem" : "\(problems.count) problems"); nothing was written."
    }
  }
}
