// What experiments there are and how far each is, by paper.
import Manifests

/// The list of all experiments.
public struct ExperimentList: Sendable, Equatable {
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

  /// The experiments of one paper.
  struct Group: Sendable, Equatable {
    let heading: String
    let entries: [Entry]
  }

  let groups: [Group]

  /// Counts the runs of experiments. Links and records are looked for, not read.
  /// - Parameters:
  ///   - manifests: the experiments, in the order in which each paper's are listed.
  ///   - papers: the papers, in their order; others follow by name, and then what belongs to none.
  /// - Throws: `ManifestError`.
  public init(_ manifests: [Manifest], papers: [PublishedPaper], results: ResultsFolder) throws {
    let named = manifests.compactMap(\.paper)
    let known = papers.map(\.id).filter(named.contains)
    let others = TableProvenance.distinct(named).filter { !known.contains($0) }.sorted()
    groups = try ((known + others).map { $0 as String? } + [nil]).compactMap { paper in
      let entries = try manifests.filter { $0.paper == paper }.map { try Self.entry($0, results) }
      if entries.isEmpty { return nil }
      return Group(heading: Self.heading(paper, papers), entries: entries)
    }
  }

  private static func entry(_ manifest: Manifest, _ results: ResultsFolder) throws -> Entry {
    let counts = try manifest.profiles.map { profile in
      let runs = try manifest.resolve(profile: profile)
      return Count(profile: profile, runs: runs.count, finished: results.finished(of: runs))
    }
    let title = try manifest.profiles.first.map { try manifest.plan(for: $0).title } ?? ""
    return Entry(names: [manifest.id] + manifest.aliases, title: title, counts: counts)
  }

  private static func heading(_ id: String?, _ papers: [PublishedPaper]) -> String {
    guard let id else { return "of no paper" }
    guard let paper = papers.first(where: { $0.id == id }) else { return id }
    return "\(paper.id) · \(paper.title)" + (paper.arxiv.map { ", arXiv \($0)" } ?? "")
  }

  /// The list: a heading for each paper; below it two lines for each experiment, its names and title, and its runs.
  public var text: String {
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
