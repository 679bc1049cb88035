// How far importances agree, as matrices of tasks, and in words below them in a notebook.
import Foundation
import Manifests
import Metrics
import Records
import Storage
import Testing

@testable import Reporting

@Suite("Figures of agreement")
struct AgreementFigureTests {
  private static let modules = ["query", "value"]

  /// Importances of three layers: those of query are the task's, those of value the seed's.
  private static let profiles = [[5.0, 3, 1], [1.0, 4, 6], [2.0, 7, 4]]

  private func store(_ runs: MadeUpRuns, _ row: String, tasks: [String] = ["rte", "mrpc", "cola"], seeds: Range<Int> = 0..<3) throws
  {
    for (task, name) in tasks.enumerated() {
      for seed in seeds {
        let map = (0..<3).map { layer in [Self.profiles[task][layer], Self.profiles[seed][layer]] }
        try runs.store(row, name, seed, tensors: ["importance/value": .map(map, Self.modules)])
      }
    }
  }

  private func runs(_ figure: String = "agreement: {row: lora}") throws -> MadeUpRuns {
    try MadeUpRuns(tasks: "[rte, mrpc, cola]", seeds: "[0, 1, 2]", figure: figure)
  }

  @Test("a matrix for each module, of pairs of different seeds")
  func matrices() throws {
    let runs = try runs()
    try store(runs, "lora")
    let figure = try runs.figure()
    #expect(
      figure.subtitle
        == "Spearman correlation of importances, mean over pairs of 3 seeds, darker = more, −1.00\u{a0}to\u{a0}1.00 "
        + "· pocket profile")
    #expect(figure.columns == 2 && figure.panels.map(\.title) == ["query", "value"])
    #expect(figure.panels.allSatisfy { $0.kind == .heatMap && $0.x.places == ["rte", "mrpc", "cola"] })
    // ranks 3 2 1, 1 2 3 and 1 3 2
    let texts = figure.panels.map { $0.series.map { $0.points.map(\.text) } }
    #expect(texts[0] == [["1.00", "−1.00", "−0.50"], ["−1.00", "1.00", "0.50"], ["−0.50", "0.50", "1.00"]])
    // every two runs of different seeds differ by their seeds alone: (−1 − 0.5 + 0.5) / 3
    #expect(texts[1].joined().allSatisfy { $0 == "−0.33" })
    #expect(figure.panels[0].series.map(\.name) == ["rte", "mrpc", "cola"])
    let shades = figure.panels[0].series[0].points.compactMap(\.y)
    #expect(shades.count == 3 && abs(shades[0] - 1) < 1e-9 && abs(shades[1]) < 1e-9)
  }

  @Test("what it says in numbers: of one task, of one seed, of neither")
  func numbers() throws {
    let runs = try runs()
    try store(runs, "lora")
    let figure = try runs.figure(), summary = try #require(figure.summary)
    #expect(
      summary.table.header == ["module", "same task", "same seed", "neither", "task: excess", "task: p", "seed: excess", "seed: p"])
    let cells = summary.table.rows.map { $0.map(\.text) }
    let query = cells[0].map { $0.split(separator: " [")[0] }, value = cells[1].map { $0.split(separator: " [")[0] }
    #expect(query[0...4] == ["query", "1.00", "−0.33", "−0.33", "1.33"] && query[6] == "0.00" && query[7] == "1.000")
    #expect(value[0...3] == ["value", "−0.33", "1.00", "−0.33"] && value[4] == "0.00" && value[5] == "1.000" && value[6] == "1.33")
    // one of 3!² ways in which tasks can stand in the other seeds is as good
    let p = try #require(Double(cells[0][5]))
    #expect(abs(p - 1.0 / 36) < 0.01)
    #expect(cells[0][1].hasSuffix(" [1.00, 1.00]"), "every two of them are equal")
    #expect(summary.notes.count == 2 && summary.notes[1].contains("9999 permutations"))
    let rows = figure.data.rows
    #expect(
      figure.data.columns == ["row", "label", "module", "quantity", "task", "other_task", "correlation", "low", "high", "p"])
    #expect(rows.count == 2 * (9 + 5))
    #expect(
      rows[1].prefix(6) == ["lora", "LoRA", "query", "cell", "rte", "mrpc"] && Double(rows[1][6]).map { abs($0 + 1) < 1e-9 } == true
    )
    #expect(
      rows[9].prefix(6) == ["lora", "LoRA", "query", "same task", "", ""] && Double(rows[9][6]).map { abs($0 - 1) < 1e-9 } == true)
    #expect(rows[12][3] == "excess of task" && Double(rows[12][9]) == Agreement(profiles(0), by: .spearman).groupExcess?.pValue)
  }

  /// The importances of a module, by task and seed.
  private func profiles(_ module: Int) -> [[[Double]?]] {
    (0..<3).map { task in (0..<3).map { seed in Self.profiles[module == 0 ? task : seed] } }
  }

  @Test("several rows, one module, and Pearson's correlation")
  func rows() throws {
    let runs = try runs("agreement: {modules: [value], correlation: pearson}")
    try store(runs, "lora")
    try store(runs, "aflora", tasks: ["rte", "mrpc"])
    let (figure, missing) = try runs.made()
    let made = try #require(figure)
    #expect(missing.count == 3 && made.subtitle.hasPrefix("Pearson correlation"))
    #expect(made.panels.map(\.title) == ["LoRA: value", "AFLoRA: value"])
    #expect(made.panels[1].series[2].points.allSatisfy { $0.y == nil && $0.text == "–" }, "nothing of cola")
    let expected = Agreement(profiles(1), by: .pearson)
    #expect(made.data.rows[9][6] == expected.sameGroup.map { "\($0.value)" })
    #expect(made.summary?.table.rows.map { $0[0].text } == ["LoRA, value", "AFLoRA, value"])
    #expect(made.summary?.table.header[0] == "row, module")
  }

  @Test("too little for any pair is no figure, and a run of other layers is told")
  func unlike() throws {
    let runs = try runs()
    try runs.store("lora", "rte", 0, tensors: ["importance/value": .map([[1, 2], [2, 1], [3, 3]], Self.modules)])
    #expect(try runs.made().figure == nil)
    try runs.store("lora", "rte", 1, tensors: ["importance/value": .map([[1, 2], [2, 1]], Self.modules)])
    let complaint = try runs.complaint()
    #expect(
      complaint.hasPrefix(
        "t1/pocket/lora/rte/seed-1/tensors.h5: the tensor 'importance/value' is of 2 layers, expected 3, as other runs have. "),
      "\(complaint)")
    let named = try self.runs("agreement: {row: lora, modules: [key]}")
    try store(named, "lora")
    #expect(try named.complaint().contains("'key'"))
  }

  @Test("a notebook has the numbers below the picture")
  func knitted() throws {
    let runs = try runs()
    try store(runs, "lora")
    let figure = try runs.figure()
    for (type, text) in [("svg", "<svg/>"), ("csv", figure.data.csv)] {
      let file = runs.results.layout.figure("t1", .pocket, "agreement", type)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let source = ResultsBlocks(
      experiments: ExperimentFolder(path: runs.experiment.folder.path), methods: MadeUpExperiment.methods, results: runs.results,
      inputs: { _ in InputDigests() })
    let request = try #require(
      try Notebook("<!-- lowrank figure t1 agreement -->\n<!-- /lowrank -->\n", file: "n.md").blocks.first?.request)
    guard case .markdown(let text, let picture) = try source.content(of: request) else {
      Issue.record("there is no content")
      return
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(picture?.name == "t1/agreement.svg" && lines[0] == "![Agreement of importances](figures/t1/agreement.svg)")
    #expect(lines[2].isEmpty && lines[3].hasPrefix("| module | same task |") && lines[5].hasPrefix("| query | 1.00 "))
    #expect(lines[6].hasPrefix("| value | −0.33 ") && lines[8].hasPrefix("Spearman correlation of two runs’ importances"))
  }
}
