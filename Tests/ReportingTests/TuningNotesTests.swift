// What a table says of the searches that its rows' settings are from.
import Foundation
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite("Tables of tuned rows")
struct TuningNotesTests {
  /// A table's Markdown, every run of it recorded.
  private func markdown(_ made: MadeUpExperiment, model: Character = "d", splits: [String] = ["validation"]) throws -> String {
    for run in try made.runs() {
      made.findings.records[RunKey(run)] = try made.record(
        run, [splits.map { _ in 0.5 }], splits: splits, heldOut: splits.filter { $0 == "test" }, model: model)
    }
    return MarkdownTable.render(try made.table())
  }

  private func digest() throws -> String { String(try MadeUpSearch.found().digest.prefix(12)) }

  @Test("the budget stands below the table and the search's digest among the sources")
  func budget() throws {
    let text = try markdown(MadeUpSearch.table(methods: "[lora, fft]"))
    #expect(
      text.contains(
        "Each row has its method's best learning rate of 3, by the mean validation score over 2 tasks (rte, mrpc) and 2 seeds (100, "
          + "101): search s, digest \(try digest()); at the edge of its grid: lora (0.01)."), "\(text)")
    #expect(text.contains("\n- settings: search s \(try digest())\n"), "\(text)")
    #expect(!text.contains("Warning"), "\(text)")
    #expect(text.contains("Settings were chosen on rows that this table reports, though on other seeds: rte."), "\(text)")
  }

  @Test("rows that were not tuned alike are said to be so")
  func unlike() throws {
    let text = try markdown(MadeUpSearch.table())
    #expect(text.contains("Rows were not tuned alike."), "\(text)")
    #expect(text.contains("No search found the learning rate of aflora (the recipe gives it)."), "\(text)")
  }

  @Test("where test rows are reported, settings were chosen on others")
  func heldOut() throws {
    let text = try markdown(MadeUpSearch.table(methods: "[lora, fft]"), splits: ["validation", "test"])
    #expect(text.contains("Each row has its method's best") && !text.contains("chosen on rows that this table reports"), "\(text)")
  }

  /// A table whose runs are divided so, of a search whose runs were.
  private func divided(_ split: EvaluationSplit, searched: EvaluationSplit, data: Character = "f") throws -> MadeUpExperiment {
    let found = try MadeUpSearch.found()
    let outcome = TunedSettings(
      search: found.search, profile: found.profile, model: found.model, numericsVersion: found.numericsVersion,
      programs: found.programs, statement: found.statement, epoch: found.epoch, settings: found.settings, seeds: found.seeds,
      tasks: found.tasks.map {
        .init(id: $0.id, metric: $0.metric, sets: $0.sets, split: searched, data: MadeUpExperiment.digest(data))
      }, methods: found.methods)
    return try MadeUpSearch.table(methods: "[lora, fft]", outcome: outcome, training: "{split: \(split.rawValue)}")
  }

  @Test(
    "rows that chose are told where they are reported, by whatever name of their set",
    arguments: [
      (EvaluationSplit.validation, EvaluationSplit.validation, true), (.devHalves, .validation, true),
      (.validation, .devHalves, true), (.devHalves, .devHalves, false), (.heldOut, .validation, false),
      (.validation, .heldOut, true), (.heldOut, .heldOut, false),
    ])
  func overlap(table: EvaluationSplit, search: EvaluationSplit, isTold: Bool) throws {
    let sets = table == .validation ? ["validation"] : ["validation", "test"]
    let text = try markdown(try divided(table, searched: search), splits: sets)
    #expect(text.contains("Settings were chosen on rows that this table reports, though on other seeds: rte.") == isTold, "\(text)")
  }

  @Test("files are held against each other where both are read in the same parts")
  func otherFiles() throws {
    let other = try divided(.heldOut, searched: .heldOut, data: "0")
    let said = "The search s is not for these runs: it read other files of rte."
    #expect(try markdown(other, splits: ["validation", "test"]).contains(said))
    #expect(try other.table().provenance.tunings.map(\.differences) == [["it read other files of rte"]])
    let unlike = try markdown(divided(.heldOut, searched: .validation, data: "0"), splits: ["validation", "test"])
    #expect(!unlike.contains("other files"), "\(unlike)")
  }

  @Test("a search on another model is no search for these runs, and is a warning")
  func otherModel() throws {
    let made = try MadeUpSearch.table(methods: "[lora, fft]"), text = try markdown(made, model: "0")
    let difference = "it was on another model, some-model dddddddddddd"
    #expect(text.contains("**Warning**: The search s is not for these runs: \(difference)."), "\(text)")
    #expect(text.contains("\n- settings: search s \(try digest()), which is not for these runs: \(difference)\n"), "\(text)")
    let json = try JSONSerialization.jsonObject(with: Data(JSONTable.render(made.table()).utf8)) as? [String: Any]
    let tunings = (json?["provenance"] as? [String: Any])?["tunings"] as? [[String: Any]]
    #expect(tunings?.count == 1 && tunings?[0]["differences"] as? [String] == [difference])
    #expect(LaTeXTable.render(try made.table()).contains("\n% settings: search s \(try MadeUpSearch.found().digest), which is not"))
  }

  @Test("so is one whose manifest states other candidates now")
  func otherCandidates() throws {
    let made = try MadeUpSearch.table(methods: "[lora, fft]")
    let file = made.folder.appending(path: "tune/s.yaml")
    try Data(MadeUpSearch.text.replacing("3e-3", with: "5e-3").utf8).write(to: file)
    let manifest = try Manifest.load(
      path: made.folder.appending(path: "t1.yaml").path, recipes: made.folder.appending(path: "recipes").path,
      methods: MadeUpExperiment.methods)
    let table = try TableModel(try manifest.experiment(.pocket), made.findings)
    #expect(
      table.warnings == [
        "The search s is not for these runs: its manifest or recipe states other candidates, tasks, seeds or settings now."
      ])
  }

  @Test("a search's own table names its rows, and no budget")
  func search() throws {
    let made = try MadeUpSearch.experiment()
    let text = MarkdownTable.render(try made.table())
    #expect(!text.contains("tuned alike") && !text.contains("search s"), "\(text)")
    for run in try made.runs() { made.findings.records[RunKey(run)] = try made.record(run, [[0.5]], splits: ["tuning"]) }
    #expect(
      MarkdownTable.render(try made.table()).contains(
        "over 2 seeds (100, 101) of the best epoch on training rows that are held out to choose settings, in percent."))
  }
}
