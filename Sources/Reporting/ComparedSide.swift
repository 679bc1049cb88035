// One side of a comparison: an experiment as its manifest has it now, or as the records of one commit have it.
import Foundation
import Manifests
import Records
import Settings

/// What a person names a side by: `table1`, or `table1@4f2c1ab` for the records of a commit.
package struct ComparedName: Sendable, Equatable {
  /// The experiment's id or alias.
  package let experiment: String
  /// The first digits of the commit; nil for the experiment as it is.
  package let commit: String?

  /// Reads a name.
  /// - Throws: `ReportError.invalidCommit`.
  package init(_ text: String) throws(ReportError) {
    // a manifest may be named by its file, whose folders may have any name
    guard let mark = text.lastIndex(of: "@"), !text[mark...].contains("/") else {
      (experiment, commit) = (text, nil)
      return
    }
    let digits = text[text.index(after: mark)...].lowercased()
    guard (4...40).contains(digits.utf8.count), digits.utf8.allSatisfy(ResultsLayout.isHexadecimal) else {
      throw .invalidCommit(String(text[text.index(after: mark)...]), name: text)
    }
    (experiment, commit) = (String(text[..<mark]), digits)
  }
}

/// An experiment with what is there of its runs.
package struct ComparedSide: Sendable, Equatable {
  /// What it is called in the comparison.
  package let name: String
  /// Its rows, tasks and runs.
  let experiment: Experiment
  /// The records of its runs.
  let findings: RunFindings
  /// What a reader must know of where its records are from, a sentence each.
  let notes: [String]

  /// An experiment as its manifest has it.
  package init(_ name: String, _ experiment: Experiment, _ findings: RunFindings) {
    self.init(name, experiment, findings, notes: [])
  }

  private init(_ name: String, _ experiment: Experiment, _ findings: RunFindings, notes: [String]) {
    (self.name, self.experiment, self.findings, self.notes) = (name, experiment, findings, notes)
  }

  /// An experiment as the records of one commit have it, their settings and not the manifest's.
  /// - Parameters:
  ///   - name: what it is called in the comparison.
  ///   - experiment: the whole experiment, by which runs are known that were first made for another one.
  ///   - commit: the first digits of the commit.
  ///   - narrowing: the part of it that is wanted.
  /// - Throws: `ReportError.unknownCommit`, `.ambiguousCommit`; `ManifestError.narrowing`.
  package init(_ name: String, _ experiment: Experiment, at commit: String, _ narrowing: Narrowing, in results: ResultsFolder)
    throws
  {
    let all = RecordedRuns(of: experiment, in: results)
    let found = try all.of(commit)
    let whole = experiment.recorded(found.runs.map(\.specification))
    let part = try whole.part(narrowing)
    var findings = RunFindings()
    for run in found.runs {
      let key = RunKey(run.specification)
      if let damage = run.record.damage(of: .tensors, in: run.folder) {
        findings.unreadable[key] = damage.description.replacing(results.url.relativePath + "/", with: "")
      } else {
        findings.records[key] = run.record
      }
    }
    var notes = found.notes
    let planned = experiment.runs.count, own = found.runs.count
    if all.commits.count > 1 || own < planned {
      notes.append(
        "\(own) \(own == 1 ? "run is" : "runs are") of this commit (the manifest plans \(planned)). Records of \(experiment.id) are of: "
          + "\(all.commits.map(\.text).joined(separator: ", ")). \(CommitCount.explanation)")
    }
    self.init(name, part, findings, notes: notes)
  }

  /// Which programs made the records of the experiment; nil where there are none.
  var origin: String? {
    let records = experiment.runs.compactMap { findings.records[RunKey($0)] }
    let counts = CommitCount.all(of: records)
    if counts.isEmpty { return nil }
    return "\(name) is made of records of \(counts.map(\.text).joined(separator: ", "))."
  }
}

/// How many records are of one commit.
struct CommitCount: Sendable, Equatable {
  /// The commit's first digits, and whether files differed from it.
  let program: String
  let runs: Int

  /// Why a commit may have fewer records than its experiment has runs.
  static let explanation =
    "A run lives once: one that a commit changed nothing of keeps the record of the commit that trained it first."

  /// `commit 4f2c1ab0d1e2 (12 runs)`
  var text: String { "\(program) (\(runs) \(runs == 1 ? "run" : "runs"))" }

  /// The commits of records, those of most records first.
  static func all(of records: [RunRecord]) -> [CommitCount] {
    let names = records.map { record in
      (record.program.commit.map { "commit \($0.prefix(12))" } ?? "no known commit")
        + (record.program.isModified ? " with changes" : "")
    }
    return Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +).map { CommitCount(program: $0, runs: $1) }
      .sorted { ($1.runs, $0.program) < ($0.runs, $1.program) }
  }
}
