// What the report page shows of runs when a cell is opened, as their records tell it.
import Foundation
import Manifests
import Metrics
import Records
import Settings
import Testing

@testable import Reporting

@Suite("The page's runs")
struct PageRunsTests {
  /// The runs of one cell.
  private func cell(
    _ made: MadeUpExperiment, _ row: String = "lora", _ task: String = "rte", details: [String: PageRuns.Details] = [:]
  ) throws -> PageRuns {
    let experiment = try made.manifest.experiment(.pocket)
    var runs = PageRuns()
    runs.add(
      experiment.runs.filter { $0.row == row && $0.task.id == task }, row: row, task: task, of: experiment, made.findings,
      details: details, examples: "examples")
    return runs
  }

  @Test("a run's scores, settings and origin are its record's")
  func whole() throws {
    let made = try MadeUpExperiment(), run = try made.specification("lora", "rte", 0)
    made.findings.records[RunKey(row: "lora", task: "rte", seed: 0)] = try made.record(
      run, [[0.5], [0.75]], extra: [Score(split: "validation", metric: "loss", value: .infinity)],
      measures: ["kept.parameters": 12_345])
    let runs = try cell(made, details: [MadeUpExperiment.digest("a"): .file("a file")])
    #expect(runs.count == 2 && runs.examples == ["rte": "examples"])
    let first = runs.cells[0].runs[0], record = try #require(first.record)
    #expect(first.command == "lowrank rerun t1 --methods lora --tasks rte --seeds 0")
    #expect(record.outcome == "completed" && record.bestEpoch == 2 && record.updates.text == "10 20" && record.details == "a file")
    #expect(record.scores.map(\.metric) == ["accuracy", "loss"] && record.scores.map(\.isPrimary) == [true, false])
    #expect(record.scores.map(\.isShare) == [true, false], "a loss is no share")
    #expect(record.scores.map(\.values.text) == ["0.5 0.75", "- -"], "what JSON has no number for")
    #expect(record.counts.contains(["parameters kept at the end", "12.35K"]) && record.counts.contains(["updates", "20"]))
    let settings = runs.settings[record.settings]
    #expect(settings.contains(["options.rank", "8"]) && settings.contains(["training.epochs", "2"]))
    #expect(
      settings.contains { $0[0] == "model" }
        && !settings.contains { ["seed", "row", "label", "task", "experiment"].contains($0[0]) })
    #expect(
      runs.programs[record.program].contains(["commit", "4f2c1ab"])
        && runs.digests[record.digests].contains(["data", MadeUpExperiment.digest("f")]))
    #expect(record.files == ["record.json"] && record.left.map(\.first) == ["seal"])
    let second = runs.cells[0].runs[1]
    #expect(second.record == nil && second.command == "lowrank run t1 --methods lora --tasks rte --seeds 1")
    let unread = try cell(made, details: [MadeUpExperiment.digest("a"): .problem("a reason")]).cells[0].runs[0].record
    #expect(record.problem == nil && unread?.details == nil && unread?.problem == "a reason")
  }

  @Test("a failed run says why, and its command tries it again")
  func failed() throws {
    let made = try MadeUpExperiment()
    try made.add("lora", "rte", 0, [], outcome: .failed(message: "<b>no memory</b>"))
    try made.add("lora", "rte", 1, [0.5], outcome: .diverged(step: 7), flags: [.collapsed])
    let runs = try cell(made).cells[0].runs
    #expect(runs[0].record?.outcome == "failed: <b>no memory</b>" && runs[0].command.hasPrefix("lowrank run t1 "))
    #expect(
      runs[1].record?.outcome
        == "diverged at step 7: the loss became infinite or not a number, collapsed: one answer to every row of a set in its best or its last epoch"
    )
    #expect(runs[1].command.hasPrefix("lowrank rerun t1 "))
  }

  @Test("what many runs have in common stands in the file once")
  func common() throws {
    let made = try MadeUpExperiment(), experiment = try made.manifest.experiment(.pocket)
    try made.addAll()
    var runs = PageRuns()
    for row in ["lora", "aflora"] {
      for task in ["rte", "mrpc"] {
        runs.add(
          experiment.runs.filter { $0.row == row && $0.task.id == task }, row: row, task: task, of: experiment, made.findings,
          details: [:], examples: nil)
      }
    }
    #expect(runs.count == 8 && runs.settings.count == 2 && runs.programs.count == 1 && runs.digests.count == 1)
    #expect(runs.cells.map { $0.runs.map { $0.record?.settings } } == [[0, 0], [0, 0], [1, 1], [1, 1]])
  }

  @Test("the runs of a table come in files of whole cells, each cell's place beside its row")
  func files() throws {
    let seeds = (0..<100).map(String.init).joined(separator: ", ")
    let made = try MadeUpPage(MadeUpExperiment.plain.replacing("[0, 1]", with: "[\(seeds)]"))
    for task in ["rte", "mrpc"] { for row in ["lora", "aflora"] { try made.store(row, task, 3) } }
    try made.write()
    let table = try made.table(), files = try #require(table["runFiles"] as? [String])
    let places = try #require(table["rows"] as? [[String: Any]]).map { $0["runFiles"] as? [Int] }
    #expect(files.count == 2 && places == [[0, 0], [1, 1]], "128 runs or more end a file")
    let cells = try files.map { try #require(try made.json($0)["cells"] as? [[String: Any]]) }
    #expect(
      cells.map { $0.map { "\($0["row"] ?? "") \($0["task"] ?? "")" } } == [
        ["lora rte", "lora mrpc"], ["aflora rte", "aflora mrpc"],
      ])
    #expect(cells.flatMap { $0 }.allSatisfy { ($0["runs"] as? [Any])?.count == 100 })
  }

  @Test("a word that a shell would read otherwise is quoted")
  func quoted() {
    #expect(PageCommand.quoted("lora-rank=8_x.y+z,1/2") == "lora-rank=8_x.y+z,1/2")
    #expect(
      PageCommand.quoted("$(rm -rf ~)") == "'$(rm -rf ~)'" && PageCommand.quoted("it's") == "'it'\\''s'"
        && PageCommand.quoted("") == "''")
  }
}
