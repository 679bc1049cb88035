// What keeps a report or the description of a run from being made.
import Manifests
import Records
import Settings
import Storage

/// An error of the `Reporting` target.
package enum ReportError: Error, Equatable, Sendable, CustomStringConvertible {
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
  /// What follows an experiment's name and an @ is no commit.
  case invalidCommit(String, name: String)
  /// No record of an experiment is of a commit; those that there are, each with its number.
  case unknownCommit(String, experiment: String, profile: String, known: [String])
  /// The beginning of a commit means several.
  case ambiguousCommit(String, candidates: [String])
  /// Two experiments have no cell in common.
  case nothingInCommon(String, String, rows: [[String]], tasks: [[String]])
  /// A metric is asked for that no run of the experiment recorded.
  case unrecordedMetric(String, experiment: String, recorded: [String])
  /// A figure that the manifest does not name.
  case unknownFigure(String, experiment: String, known: [String])
  /// A row that the manifest does not name.
  case unknownRow(String, experiment: String, known: [String])
  /// Two rows are called level, and nothing says within which bound.
  case noEquivalenceBound(String)
  /// Texts, or a claim, are asked for of a task that the manifest does not name.
  case unknownTask(String, experiment: String, known: [String])
  /// Notebooks whose blocks cannot be made: every problem found.
  case invalidNotebooks([Problem])

  /// A run left no tensors.
  case noTensors(path: String)
  /// A file in a run's folder is not the one that the run wrote.
  case damagedFile(FileDamage)
  /// A run's tensors cannot be read.
  case unreadableTensors(StorageError)
  /// A figure is made of a tensor that the run did not record.
  case missingTensor(path: String, tensor: String)
  /// A tensor is not what a figure is made of.
  case unexpectedTensor(path: String, tensor: String, found: String, expected: String)
  /// A figure is asked for of a module that the run did not record.
  case unknownModule(String, path: String, tensor: String, recorded: [String])
  /// There is no gnuplot.
  case noGnuplot
  /// gnuplot did not draw a figure.
  case gnuplot(figure: String, message: String)

  package var description: String {
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
    case .invalidCommit(let text, let name):
      "'\(text)' in '\(name)' is no commit: expected 4 to 40 hexadecimal digits, as in table1@4f2c1ab."
    case .unknownCommit(let commit, let experiment, let profile, let known):
      "no record of \(experiment) (\(profile)) is of commit \(commit)"
        + (known.isEmpty ? ", nor of any other." : ". There are: \(known.joined(separator: ", ")).")
        + " " + CommitCount.explanation
    case .ambiguousCommit(let commit, let candidates):
      "'\(commit)' means \(candidates.count) commits: \(candidates.joined(separator: ", ")). Give more digits."
    case .nothingInCommon(let first, let second, let rows, let tasks):
      "\(first) and \(second) have no row on a task in common. "
        + zip([first, second], zip(rows, tasks)).map { name, parts in
          "\(name): rows \(parts.0.joined(separator: ", ")); tasks \(parts.1.joined(separator: ", "))."
        }.joined(separator: " ")
    case .unrecordedMetric(let metric, let experiment, let recorded):
      "no run of \(experiment) recorded the metric '\(metric)' (recorded: \(recorded.joined(separator: ", ")))."
    case .unknownFigure(let id, let experiment, let known):
      "\(experiment) has no figure '\(id)'." + Suggestion.sentence(for: id, among: known) + Suggestion.list("figures", known)
    case .unknownRow(let id, let experiment, let known):
      "\(experiment) has no row '\(id)'." + Suggestion.sentence(for: id, among: known) + Suggestion.list("rows", known)
    case .noEquivalenceBound(let experiment):
      "'=' needs a bound, in points: write within=0.5 in the mark, or report: {equivalence: 0.5} in the manifest of \(experiment)."
    case .unknownTask(let id, let experiment, let known):
      "\(experiment) has no task '\(id)'." + Suggestion.sentence(for: id, among: known) + Suggestion.list("tasks", known)
    case .invalidNotebooks(let problems):
      problems.map(\.description).joined(separator: "\n")
        + "\n\(problems.count == 1 ? "1 problem" : "\(problems.count) problems"); nothing was written."
    case .noTensors(let path): "\(path): the run left no tensors, of which figures are made."
    case .damagedFile(let damage): damage.description
    case .unreadableTensors(let error): error.description
    case .missingTensor(let path, let tensor):
      "\(path): holds no tensor '\(tensor)': the run's method records none. Name a row of a method that does."
    case .unexpectedTensor(let path, let tensor, let found, let expected):
      "\(path): the tensor '\(tensor)' is \(found), expected \(expected). It is of another version of this program: move the run's "
        + "folder away, and the run is made again."
    case .unknownModule(let name, let path, let tensor, let recorded):
      "\(path): '\(tensor)' has no module '\(name)' (recorded: \(recorded.joined(separator: ", ")))."
    case .noGnuplot: "figures are drawn by gnuplot, which is not here: install it (Debian: apt-get install gnuplot-nox)."
    case .gnuplot(let figure, let message): "gnuplot did not draw the figure '\(figure)': \(message)"
    }
  }
}
