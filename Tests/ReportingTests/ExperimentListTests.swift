// The list of experiments with the runs that are done.
import Foundation
import Manifests
import Records
import Testing

@testable import Reporting

@Suite struct ExperimentListTests {
  private static let published = """
    papers:
      first: {title: The First Paper, arxiv: "2401.00001"}
      aflora: {title: Another Paper}
      unused: {title: Nobody's}
    tables: {}

    """

  @Test func experimentsStandByPaperWithTheirCounts() throws {
    let experiment = try MadeUpExperiment(published: Self.published)
    let manifests = [
      ("a", "aflora", "\naliases: [short, other]"), ("b", "first", ""), ("c", "zeta", ""), ("d", "aflora", ""),
    ]
    for (id, paper, aliases) in manifests {
      let text = MadeUpExperiment.plain.replacing("id: t1\n", with: "id: \(id)\npaper: \(paper)\(aliases)\n")
      try Data(text.replacing("two methods", with: "what \(id) varies").utf8).write(
        to: experiment.folder.appending(path: "\(id).yaml"))
    }
    let folder = ExperimentFolder(path: experiment.folder.path)
    let results = ResultsFolder(experiment.folder.appending(path: "results"))
    // Two runs of `a` are done, one was of other settings, one has only begun; a link may lead nowhere.
    let first = try folder.manifest(named: "a", methods: MadeUpExperiment.methods).experiment(.pocket).runs
    for (index, run) in first.prefix(5).enumerated() {
      let target = results.layout.run("\(index)"), link = results.layout.link(run)
      try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: ResultsLayout.linkDestination("\(index)"))
      guard index < 4 else { continue }
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      // the third has the record of the first
      guard index < 3 else { continue }
      try experiment.record(first[index % 2], [[0.5]]).jsonData().write(to: target.appending(path: "record.json"))
    }
    let list = ExperimentList(
      folder.list(methods: MadeUpExperiment.methods).manifests, papers: try folder.papers()
    ) { results.findings(for: $0) { _ in InputDigests() } }
    #expect(
      list.text == """
        first · The First Paper, arXiv 2401.00001
          b: what b varies
              runs: pocket 8 · small 8 · paper 8

        aflora · Another Paper
          a, short, other: what a varies
              runs: pocket 2 of 8 done · small 8 · paper 8
          d: what d varies
              runs: pocket 8 · small 8 · paper 8

        zeta
          c: what c varies
              runs: pocket 8 · small 8 · paper 8

        of no paper
          t1: two methods
              runs: pocket 8 · small 8 · paper 8

        """)
  }

  @Test("a group has a heading of its own")
  func groups() throws {
    let experiment = try MadeUpExperiment()
    for (id, more) in [("a", "group: findings\n"), ("b", "paper: first\n"), ("c", "group: findings\npaper: first\n")] {
      try Data(MadeUpExperiment.plain.replacing("id: t1\n", with: "id: \(id)\n" + more).utf8).write(
        to: experiment.folder.appending(path: "\(id).yaml"))
    }
    let folder = ExperimentFolder(path: experiment.folder.path)
    let list = ExperimentList(folder.list(methods: MadeUpExperiment.methods).manifests, papers: []) { _ in RunFindings() }
    let lines = list.text.split(separator: "\n").filter { !$0.hasPrefix("      runs") }
    #expect(
      lines == [
        "findings", "  a: two methods", "  c: two methods", "first", "  b: two methods", "of no paper", "  t1: two methods",
      ])
  }

  @Test func withoutPublishedFiguresPapersAreKnownByTheirIds() throws {
    let experiment = try MadeUpExperiment()
    #expect(try ExperimentFolder(path: experiment.folder.path).papers() == [])
    try Data("papers: {x: {title: T, tilte: T}}\n".utf8).write(to: experiment.folder.appending(path: "published.yaml"))
    let error = #expect(throws: ManifestError.self) { try ExperimentFolder(path: experiment.folder.path).papers() }
    let message = error?.description.replacing(experiment.folder.path + "/", with: "") ?? ""
    #expect(message.hasPrefix("published.yaml:1:24: 'tilte' is not a key of a paper. Did you mean 'title'?"), "\(message)")
  }
}
