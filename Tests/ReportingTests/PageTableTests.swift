// The table of the report page: the words are the Markdown table's, and beside them stands what sorts them and what they lead to.
import Foundation
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite("The page's tables")
struct PageTableTests {
  private func table(_ made: MadeUpExperiment, _ profile: Profile = .pocket) throws -> PageTable {
    let experiment = try made.manifest.experiment(profile), table = try made.table(profile)
    let places = table.rows.map { _ in experiment.tasks.indices.map { $0 } }
    return PageTable(table, of: experiment, runFiles: (names: ["a", "b"], places: places), figures: [], files: ["t1.md"])
  }

  /// The lines of the Markdown table as this one's words make them.
  private func lines(_ table: PageTable) -> [String] {
    func marked(_ cell: PageTable.Cell) -> String {
      let text = MarkdownText.plain(cell.text), suffix = MarkdownText.plain(cell.suffix ?? "")
      switch cell.rank {
      case .best: return "**\(text)**" + suffix
      case .second: return "<ins>\(text)</ins>" + suffix
      case nil: return text + suffix
      }
    }
    var lines: [[String]] = []
    for row in table.rows {
      lines.append([MarkdownText.plain(row.label)] + row.cells.map(marked))
      if let published = row.published { lines.append(published.map { MarkdownText.plain($0) }) }
    }
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }
  }

  @Test("its words, marks and order are the Markdown table's, whatever its cells hold")
  func words() throws {
    let made = try MadeUpExperiment()
    #expect(try lines(table(made)) == made.lines(), "no run")
    try made.addAll()
    #expect(try lines(table(made)) == made.lines())
    try made.add("lora", "rte", 1, [], outcome: .diverged(step: 12))
    try made.add("aflora", "mrpc", 0, [0.5], flags: [.collapsed])
    try made.add("aflora", "mrpc", 1, [], outcome: .failed(message: "no <memory>"))
    #expect(try lines(table(made)) == made.lines())
    let shown = try table(made)
    #expect(shown.columns.map(\.task) == [nil, "rte", "mrpc", nil] && shown.tasks == ["rte", "mrpc"])
    let cell = try #require(shown.rows[0].cells[1].runs)
    #expect(cell.map(\.seed) == ["0", "1"] && cell.map(\.state) == [.completed, .diverged] && cell[1].detail == "at step 12")
    #expect(cell[0].score == 0.8 && cell[1].score == nil && shown.rows[0].cells[1].value == 0.8)
    #expect(shown.rows[1].cells[2].value == 0.5 && shown.rows[1].cells[2].runs?.map(\.state) == [.collapsed, .failed])
    #expect(shown.rows[0].cells[0].runs == nil && shown.rows[0].cells[0].value == 20_000)
    #expect(shown.problems == (try made.table()).problems && !shown.problems.isEmpty)
  }

  @Test("published figures stand below the row that they belong to")
  func published() throws {
    let text = MadeUpExperiment.plain.replacing("  small: {}", with: "  paper: {}")
      .replacing("profiles:", with: "report: {published: p-1}\nprofiles:")
    let made = try MadeUpExperiment(
      text,
      published: """
        papers: {p: {title: a paper, arxiv: "2401.00001"}}
        tables:
          p-1:
            paper: p
            number: 1
            title: scores
            model: a-model
            rows: [{method: aflora, scores: {rte: {accuracy: 88.5}}}]

        """)
    for run in try made.runs(.paper) { try made.add(run.row, run.task.id, run.seed, [0.9], profile: .paper) }
    let shown = try table(made, .paper)
    #expect(try lines(shown) == made.lines(.paper))
    #expect(shown.rows.map { $0.published == nil } == [true, false])
    #expect(shown.rows[1].published?.count == shown.columns.count + 1)
    #expect(!shown.isPocket && shown.command == "lowrank run t1 --profile paper --model FOLDER --data FOLDER")
  }

  @Test("a table without scores leads to its runs by columns of its own")
  func withoutScores() throws {
    let made = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("profiles:", with: "report: {columns: [parameters]}\nprofiles:"))
    try made.addAll()
    try made.add("lora", "mrpc", 1, [], outcome: .failed(message: "no memory"))
    let shown = try table(made)
    #expect(shown.columns.map(\.title) == ["trainable parameters (without head)", "runs on rte", "runs on mrpc"])
    #expect(shown.rows.map { $0.cells.map(\.text) } == [["20.00K", "2 of 2", "1 of 2"], ["12.35K", "2 of 2", "2 of 2"]])
    #expect(shown.rows[0].cells[2].runs?.map(\.state) == [.completed, .failed])
  }

  @Test("among its sources are the searches that settings are from")
  func searches() throws {
    let made = try MadeUpSearch.table(methods: "[lora, fft]")
    for run in try made.runs() { made.findings.records[RunKey(run)] = try made.record(run, [[0.5]]) }
    let sources = try table(made).sources
    #expect(sources.first { $0.name == "settings" }?.text == "search s \(try MadeUpSearch.found().digest)")
    #expect(try !table(MadeUpExperiment()).sources.contains { $0.name == "settings" })
  }

  @Test("below it stand the table's notes, differences and sources")
  func below() throws {
    let made = try MadeUpExperiment(MadeUpExperiment.plain.replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
    try made.addAll()
    let shown = try table(made), model = try made.table()
    #expect(shown.notes.count == model.notes.count && shown.notes.contains { $0.kind == .ranks && $0.hasSecond == true })
    let differences = try #require(shown.appendices.first)
    #expect(shown.appendices.count == 1 && differences.title == "Difference to LoRA")
    #expect(differences.rows.map { $0.first?.text } == ["AFLoRA"] && differences.header.count == differences.rows[0].count)
    #expect(!differences.notes.isEmpty && shown.preregistered.isEmpty && shown.drawing == "lowrank figure t1")
    let sources = Dictionary(uniqueKeysWithValues: shown.sources.map { ($0.name, $0.text) })
    #expect(sources["manifest"] == MadeUpExperiment.digest("9") && sources["runs"] == "8 of 8")
    #expect(
      sources["program"] == "lowrank 0.1.0 (4f2c1ab, modified)" && sources["another protocol"] == "lowrank report t1 --select last")
  }

  @Test("figures are those that the manifest names, in its order, drawn or not, and what else lies there")
  func figures() throws {
    let made = try MadeUpPage(
      MadeUpExperiment.plain + "figures:\n  - bars: {id: one}\n  - bars: {id: two, title: 'second & last'}\n")
    try made.storeAll()
    let folder = made.results.url.appending(path: "figures/t1")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["two.svg", "two.png", "two.csv", "other.svg", ".hidden.svg", "notes.txt", "alone.csv"] {
      try Data().write(to: folder.appending(path: name))
    }
    let figures = PageTable.Figure.all(of: try made.experiment.manifest.experiment(.pocket), in: made.results.layout)
    #expect(figures.map(\.id) == ["one", "two", "other"])
    #expect(figures.map(\.picture) == [nil, "figures/t1/two.svg", "figures/t1/other.svg"])
    #expect(figures[1].others == ["figures/t1/two.png", "figures/t1/two.csv"] && figures[1].title == "second & last")
    #expect(figures[0].others.isEmpty && figures[2].title == "other")
  }
}
