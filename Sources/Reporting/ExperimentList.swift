// What experiments there are and how far each is, by paper.
import Manifests
import Records
import Settings

extension TableModel {
  /// Every run of the table and how it stands, a line each.
  package var listing: String {
    let lines = rows.flatMap { row in
      zip(tasks, row.cells).filter(\.0.isFirst).flatMap { task, cell in
        cell.runs.map { run -> (name: String, state: String) in
          let score = run.score.map { "  \(task.metric.map { MetricText.short($0) + " " } ?? "")\(NumberText.percent($0))" }
          return ("\(row.id) \(task.task) \(run.seed.phrase)", run.state.rawValue + (score ?? run.detail.map { ": " + $0 } ?? ""))
        }
      }
    }
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { $0.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $0.state + "\n" }.joined()
  }
}

/// The list of all experiments.
package struct ExperimentList: Sendable, Equatable {
  /// One profile of an experiment.
  struct Count: Sendable, Equatable {
    let profile: Profile
    let runs: Int
    /// Runs with a record.
    let finished: Int
  }

  /// One experiment.
  struct Entry: Sendable, Equatable {
    let names: [String]
    let title: String
    let counts: [Count]
  }

  /// The experiments of one paper, or of one group.
  struct Group: Sendable, Equatable {
    let heading: String
    let entries: [Entry]
  }

  let groups: [Group]

  /// Counts the runs of experiments and those of them that are done.
  /// - Parameters:
  ///   - manifests: the experiments, in the order in which each paper's are listed.
  ///   - papers: the papers, in their order; others and groups follow by name, and then what belongs to none.
  ///   - findings: what is there of runs.
  package init(_ manifests: [Manifest], papers: [PublishedPaper], findings: ([RunSpecification]) -> RunFindings) {
    groups = Self.sections(manifests, papers).map { heading, manifests in
      Group(heading: heading, entries: manifests.map { Self.entry($0, findings) })
    }
  }

  /// The experiments of each paper and group below its heading, the papers in their order; others follow by name, then what belongs to
  /// none, and last the searches.
  static func sections(_ manifests: [Manifest], _ papers: [PublishedPaper]) -> [(heading: String, manifests: [Manifest])] {
    let tables = manifests.filter { !$0.isSearch }, named = tables.compactMap(\.section)
    let known = papers.map(\.id).filter(named.contains)
    let others = TableProvenance.distinct(named).filter { !known.contains($0) }.sorted()
    let sections = ((known + others).map { $0 as String? } + [nil]).map { section in
      (heading(section, papers), tables.filter { $0.section == section })
    }
    return (sections + [("searches over settings ('lowrank tune')", manifests.filter(\.isSearch))]).filter { !$0.1.isEmpty }
  }

  private static func entry(_ manifest: Manifest, _ findings: ([RunSpecification]) -> RunFindings) -> Entry {
    let counts = manifest.experiments.map { experiment in
      let found = findings(experiment.runs)
      let done = experiment.runs.count { run in
        found.records[RunKey(run)].map { !$0.outcome.isFailure } ?? false && found.difference(run) == nil
      }
      return Count(profile: experiment.profile, runs: experiment.runs.count, finished: done)
    }
    return Entry(names: [manifest.id] + manifest.aliases, title: manifest.experiments.first?.title ?? "", counts: counts)
  }

  /// The heading of what belongs to no paper.
  static let noPaper = "of no paper"

  private static func heading(_ id: String?, _ papers: [PublishedPaper]) -> String {
    guard let id else { return noPaper }
    guard let paper = papers.first(where: { $0.id == id }) else { return id }
    return "\(paper.id) · \(paper.title)" + (paper.arxiv.map { ", arXiv \($0)" } ?? "")
  }

  /// The list: a heading for each paper; below it two lines for each experiment, its names and title, and its runs.
  package var text: String {
    groups.map { group in
      let lines = group.entries.map { entry in
        let counts = entry.counts.map { count in
          "\(count.profile.rawValue) " + (count.finished > 0 ? "\(count.finished) of \(count.runs) done" : "\(count.runs)")
        }
        return "  \(entry.names.joined(separator: ", ")): \(entry.title)\n      runs: \(counts.joined(separator: " · "))\n"
      }
      return group.heading + "\n" + lines.joined()
    }.joined(separator: "\n")
  }
}
