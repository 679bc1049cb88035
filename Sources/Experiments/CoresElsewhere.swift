// Runs that count as done although another core computed them: which core a run is of is no part of what it is.
import Records

/// The finished runs of a plan that are not of the core in use.
package struct CoresElsewhere: Sendable, Equatable {
  /// Different runs by their core, in the order of the plan.
  package let counts: [(core: String, runs: Int)]

  /// - Parameter core: the core in use.
  package init(_ plan: [PlannedRun], store: RunStore, core: String) {
    var seen: Set<String> = []
    var counts: [(core: String, runs: Int)] = []
    for run in plan where seen.insert(run.identity).inserted {
      guard let found = store.record(run.identity)?.environment.blasCore, found != core else { continue }
      if let index = counts.firstIndex(where: { $0.core == found }) {
        counts[index].runs += 1
      } else {
        counts.append((found, 1))
      }
    }
    self.counts = counts
  }

  /// `; done before on core Haswell: 4 runs, which count as done`; empty where there is none.
  package var text: String {
    if counts.isEmpty { return "" }
    let list = counts.map { "on core \($0.core): \($0.runs) run\($0.runs == 1 ? "" : "s")" }.joined(separator: ", ")
    return "; done before \(list), which count\(counts.count == 1 && counts[0].runs == 1 ? "s" : "") as done"
  }

  package static func == (first: CoresElsewhere, second: CoresElsewhere) -> Bool {
    first.counts.elementsEqual(second.counts, by: ==)
  }
}
