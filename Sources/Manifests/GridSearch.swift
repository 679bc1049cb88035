// A search over settings, as a manifest's `tune` states it: each row is tried with the same number of candidates, and the experiment has a
// row for each of them.
import Records
import Settings
import Storage

/// What a search tries.
package struct GridSearch: Sendable, Equatable, Codable {
  /// One choice of values.
  package struct Candidate: Sendable, Equatable, Codable {
    /// The id of its row in the search's experiment.
    package let row: String
    /// A value for each of the search's settings, in their order.
    package let values: [OptionValue]
  }

  /// One method with its candidates.
  package struct Method: Sendable, Equatable, Codable {
    /// The method's id.
    package let id: String
    /// The row's name for people, without what tells candidates apart.
    package let label: String
    /// What is tried, in the order written.
    package let candidates: [Candidate]
  }

  /// The names of the settings that are searched, in the order written.
  package let settings: [String]
  /// The methods, in the order of the rows; all have as many candidates.
  package let methods: [Method]

  /// How many candidates each method has.
  package var candidateCount: Int { methods.first?.candidates.count ?? 0 }

  /// The methods of which all rows are left.
  func part(ofRows rows: Set<String>) -> GridSearch {
    GridSearch(settings: settings, methods: methods.filter { $0.candidates.allSatisfy { rows.contains($0.row) } })
  }
}

extension Experiment {
  /// SHA-256 of what the search tries and how it is judged: every run by what decides its numbers, but for the files that it reads, and the
  /// epoch whose scores count. Nil of an experiment that is no search.
  package var searchStatement: String? {
    guard search != nil else { return nil }
    // runs of other seeds differ in nothing else
    let one = runs.filter { $0.seed == seeds.first }.map(\.identityJSON)
    let lines = ["epoch \(report.epoch.rawValue)", "seeds \(seeds.map(\.description).joined(separator: " "))"] + one
    return FileDigest.sha256(of: Array(lines.joined(separator: "\n").utf8))
  }
}
