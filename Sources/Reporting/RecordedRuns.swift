// Every record that an experiment has in a folder of results, of whichever program and settings, linked or not.
import Foundation
import Manifests
import Records
import Settings

/// The records of one experiment under one profile.
struct RecordedRuns {
  /// A record with its place in the table.
  struct Run {
    let specification: RunSpecification
    let record: RunRecord
    let folder: URL
    /// Whether the table's link leads to it.
    let isLinked: Bool
  }

  private let experiment: Experiment
  private var runs: [Run] = []
  /// Records that cannot be read or are of no run.
  private var unusable = 0

  /// Reads all records of the folder. One belongs to the experiment when it was first made for it under the same
  /// profile, or when it is one of the manifest's runs, whichever table and profile it was first made for.
  init(of experiment: Experiment, in results: ResultsFolder) {
    self.experiment = experiment
    let planned = Dictionary(grouping: experiment.runs, by: \.identityJSON)
    for folder in results.runFolders {
      let found: RunRecord?
      do throws(ReportError) { found = try ResultsFolder.record(in: folder) } catch {
        unusable += 1
        continue
      }
      guard let record = found else { continue }
      guard let own = RunSpecification(recorded: record.specification) else {
        unusable += 1
        continue
      }
      // of what decides its numbers it is the manifest's run, whichever profile it was first made under
      var places = (planned[RunSpecification.identityJSON(ofRecorded: record.specification)] ?? []).filter { $0.model == own.model }
      if own.experiment == experiment.id, own.profile == experiment.profile, !places.contains(where: { $0.row == own.row }) {
        places.append(own)
      }
      for place in places {
        let link = results.layout.link(place).resolvingSymlinksInPath().path
        runs.append(
          Run(specification: place, record: record, folder: folder, isLinked: link == folder.resolvingSymlinksInPath().path))
      }
    }
  }

  /// The commits of the records, those of most records first; a run in several rows counts once.
  var commits: [CommitCount] {
    var seen: Set<String> = []
    return CommitCount.all(of: runs.map(\.record).filter { seen.insert($0.identity).inserted })
  }

  /// The runs of a commit, one for each place of the table: of several the one that is linked, else the first by identity.
  /// - Returns: the runs, and what is to be known of them.
  /// - Throws: `ReportError.unknownCommit`, `.ambiguousCommit`.
  func of(_ commit: String) throws(ReportError) -> (runs: [Run], notes: [String]) {
    let meant = Set(runs.compactMap(\.record.program.commit).filter { $0.hasPrefix(commit) }).sorted()
    guard let only = meant.first else {
      throw .unknownCommit(
        commit, experiment: experiment.id, profile: experiment.profile.rawValue, known: commits.map(\.text))
    }
    guard meant.count == 1 else { throw .ambiguousCommit(commit, candidates: meant.map { String($0.prefix(16)) }) }
    let places = Dictionary(grouping: runs.filter { $0.record.program.commit == only }) { RunKey($0.specification) }
    let several = places.values.count { $0.count > 1 }
    let chosen = places.values.compactMap { found in
      found.min { ($0.isLinked ? 0 : 1, $0.record.identity) < ($1.isLinked ? 0 : 1, $1.record.identity) }
    }.sorted { $0.record.identity < $1.record.identity }
    var notes: [String] = []
    if several > 0 {
      notes.append(
        "\(several) \(several == 1 ? "place has" : "places have") several records of this commit: that which the table's link leads "
          + "to is shown, else the first by identity.")
    }
    if unusable > 0 {
      notes.append("\(unusable) \(unusable == 1 ? "record" : "records") of the folder cannot be read: 'lowrank verify' says which.")
    }
    return (chosen, notes)
  }
}
