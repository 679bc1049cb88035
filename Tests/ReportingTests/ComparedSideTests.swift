// What a side of a comparison is: its name, and the records of a commit whatever the manifest says now.
import Foundation
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct ComparedSideTests {
  private let made: MadeUpRuns
  private let old = String(repeating: "a", count: 40)
  private let new = "abcd" + String(repeating: "b", count: 36)

  init() throws { made = try MadeUpRuns(MadeUpExperiment.plain) }

  /// Writes a run's folder, and the table's link where it is asked for.
  private func store(
    _ run: RunSpecification, _ score: Double, identity: Character, commit: String, links: Bool = false
  ) throws {
    let name = MadeUpExperiment.digest(identity), folder = made.results.layout.run(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try made.experiment.record(run, [[score]], identity: name, commit: commit).jsonData().write(to: RunFile.record.url(in: folder))
    guard links else { return }
    let link = made.results.layout.link(run)
    try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: ResultsLayout.linkDestination(name))
  }

  /// The run with another rank than the manifest gives it, or as another table's.
  private func other(_ run: RunSpecification, rank: Int = 8, experiment: String = "t1", row: String = "lora") -> RunSpecification {
    let options = MethodOptions(run.options.values.map { ($0.name, $0.name == "rank" ? .integer(rank) : $0.value) })
    return RunSpecification(
      experiment: experiment, profile: run.profile, row: row, label: run.label, method: run.method, options: options,
      training: run.training, model: run.model, task: run.task, seed: run.seed)
  }

  private func side(_ commit: String, _ narrowing: Narrowing = Narrowing()) throws -> ComparedSide {
    try ComparedSide("t1@\(commit)", made.experiment.manifest.experiment(.pocket), at: commit, narrowing, in: made.results)
  }

  @Test func namesAreAnExperimentAndPerhapsACommit() throws {
    #expect(try ComparedName("table1").commit == nil)
    let name = try ComparedName("table1@4F2c1ab")
    #expect(name.experiment == "table1" && name.commit == "4f2c1ab")
    #expect(try ComparedName("someone@home/my.yaml").experiment == "someone@home/my.yaml")
    for text in ["table1@", "table1@4f2", "table1@main", "table1@" + String(repeating: "a", count: 41)] {
      let error = #expect(throws: ReportError.self) { try ComparedName(text) }
      let commit = text.dropFirst("table1@".count)
      #expect(
        error?.description == "'\(commit)' in '\(text)' is no commit: expected 4 to 40 hexadecimal digits, as in table1@4f2c1ab.")
    }
  }

  @Test func theRecordsOfACommitHaveTheSettingsOfTheirTime() throws {
    let run = try made.experiment.specification("lora", "rte", 0)
    try store(other(run, rank: 4), 0.5, identity: "1", commit: old)
    try store(run, 0.6, identity: "2", commit: new, links: true)
    let before = try side("aaaa")
    #expect(before.experiment.runs.count == 1 && before.experiment.rows.map(\.id) == ["lora"])
    #expect(before.experiment.tasks.map(\.id) == ["rte"] && before.experiment.seeds == [0])
    let comparison = try Comparison(before, side("abcd"))
    #expect(comparison.cells.map(\.first.score) == [0.5] && comparison.cells.map(\.second.score) == [0.6])
    #expect(comparison.cells.map(\.same) == [0])
    #expect(
      comparison.changes.map { "\($0.difference.name) \($0.difference.first) \($0.difference.second)" } == ["options.rank 4 8"])
    #expect(
      comparison.notes.contains(
        "t1@aaaa: 1 run is of this commit (the manifest plans 8). Records of t1 are of: commit aaaaaaaaaaaa with changes (1 run), "
          + "commit abcdbbbbbbbb with changes (1 run). \(CommitCount.explanation)"), "\(comparison.notes)")
  }

  @Test func aRunThatWasMadeForAnotherTableCountsWhereTheManifestHasIt() throws {
    let run = try made.experiment.specification("lora", "rte", 1)
    try store(other(run, experiment: "demo", row: "first"), 0.5, identity: "3", commit: old)
    // of another table, and of no run of this one
    try store(other(run, rank: 4, experiment: "demo", row: "second"), 0.7, identity: "4", commit: old)
    let found = try side("aaaa")
    #expect(found.experiment.runs.map(\.row) == ["lora"] && found.experiment.runs.map(\.seed) == [1])
    #expect(found.findings.records[RunKey(row: "lora", task: "rte", seed: 1)]?.identity == MadeUpExperiment.digest("3"))
  }

  @Test func aRunThatWasMadeUnderAnotherProfileCountsWhereTheManifestHasIt() throws {
    let run = try made.experiment.specification("lora", "rte", 1, profile: .small)
    try store(run, 0.5, identity: "3", commit: old)
    // of the other profile's settings alone
    try store(other(try made.experiment.specification("lora", "rte", 0, profile: .small), rank: 4), 0.7, identity: "4", commit: old)
    let found = try side("aaaa")
    #expect(found.experiment.runs.map(\.seed) == [1] && found.experiment.runs.map(\.profile) == [.pocket])
    #expect(found.findings.records[RunKey(row: "lora", task: "rte", seed: 1)]?.identity == MadeUpExperiment.digest("3"))
  }

  @Test func whatDiffersInALaterSeedOnlyIsTold() throws {
    let runs = try [0, 1].map { try made.experiment.specification("lora", "rte", $0) }
    try store(runs[0], 0.5, identity: "1", commit: old)
    try store(other(runs[1], rank: 4), 0.5, identity: "2", commit: old)
    try store(runs[0], 0.6, identity: "3", commit: new)
    try store(runs[1], 0.6, identity: "4", commit: new)
    let changes = try Comparison(side("aaaa"), side("abcd")).changes
    #expect(
      changes.map { "\($0.difference.name): \($0.difference.first) → \($0.difference.second) (\($0.scope))" }
        == ["options.rank: 4 → 8 (lora)"])
  }

  @Test func ofSeveralRecordsTheLinkedOneIsShown() throws {
    let run = try made.experiment.specification("lora", "rte", 0)
    try store(other(run, rank: 4), 0.5, identity: "1", commit: old)
    try store(run, 0.6, identity: "2", commit: old, links: true)
    let found = try side("aaaa")
    #expect(found.findings.records.values.map(\.identity) == [MadeUpExperiment.digest("2")])
    #expect(found.notes.first?.hasPrefix("1 place has several records of this commit") == true, "\(found.notes)")
  }

  @Test func whatIsNotThereIsNamed() throws {
    let run = try made.experiment.specification("lora", "rte", 0)
    let none = #expect(throws: ReportError.self) { try side("aaaa") }
    #expect(none?.description.hasPrefix("no record of t1 (pocket) is of commit aaaa, nor of any other. A run lives once") == true)
    try store(run, 0.6, identity: "2", commit: new)
    let unknown = #expect(throws: ReportError.self) { try side("aaaa") }
    #expect(
      unknown?.description.hasPrefix(
        "no record of t1 (pocket) is of commit aaaa. There are: commit abcdbbbbbbbb with changes (1 run). ")
        == true, "\(String(describing: unknown))")
    try store(other(run, rank: 4), 0.5, identity: "3", commit: "abcd" + String(repeating: "c", count: 36))
    let ambiguous = #expect(throws: ReportError.self) { try side("abcd") }
    #expect(ambiguous?.description == "'abcd' means 2 commits: abcdbbbbbbbbbbbb, abcdcccccccccccc. Give more digits.")
    #expect(throws: ManifestError.self) { try side("abcdb", Narrowing(methods: ["aflora"])) }
    // a record that cannot be read is told of
    let damaged = made.results.layout.run(MadeUpExperiment.digest("5"))
    try FileManager.default.createDirectory(at: damaged, withIntermediateDirectories: true)
    try Data("{".utf8).write(to: RunFile.record.url(in: damaged))
    #expect(try side("abcdb").notes.first == "1 record of the folder cannot be read: 'lowrank verify' says which.")
  }
}
