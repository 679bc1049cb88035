// LoRA-drop's figures and PRILoRA's: importance, norms of outputs, ranks, masks.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct ImportanceFigureTests {
  private static let modules = ["query", "value"]

  @Test func tasksAreComparedByTheirShares() throws {
    let runs = try MadeUpRuns(tasks: "[rte, mrpc]", figure: "importance-map: {row: lora, module: value}")
    try runs.store("lora", "rte", tensors: ["importance/value": .map([[9, 1], [9, 4]], Self.modules)])
    try runs.store("lora", "mrpc", tensors: ["importance/value": .map([[9, 3], [9, .nan]], Self.modules)])
    let figure = try runs.figure()
    #expect(figure.subtitle == "value of LoRA, seed 0 · pocket profile")
    #expect(figure.panels[0].y == FigureAxis("task", categories: ["rte", "mrpc"]))
    #expect(
      figure.panels[0].content
        == .heatMap([
          [HeatMapCell(shade: 0.25, text: "0.25"), HeatMapCell(shade: 1, text: "1.00")],
          [HeatMapCell(shade: 1, text: "1.00"), HeatMapCell(shade: nil, text: "–")],
        ]))
    #expect(
      figure.data.csv == """
        task,label,module,layer,importance,share_of_greatest
        rte,rte,value,1,1.0,0.25
        rte,rte,value,2,4.0,1.0
        mrpc,mrpc,value,1,3.0,1.0
        mrpc,mrpc,value,2,,

        """)
  }

  @Test func rowsAreComparedWithTheLastByTheirRanks() throws {
    let runs = try MadeUpRuns(methods: "[{lora: {rank: [2, 4]}}]", figure: "importance-map: {task: rte, module: query, seed: mean}")
    try runs.store("lora-rank-2", "rte", 0, tensors: ["importance/value": .map([[3], [2], [1]], ["query"])])
    try runs.store("lora-rank-4", "rte", 0, tensors: ["importance/value": .map([[1], [4], [6]], ["query"])])
    try runs.store("lora-rank-4", "rte", 1, tensors: ["importance/value": .map([[3], [4], [10]], ["query"])])
    let (made, missing) = try runs.made()
    let figure = try #require(made)
    #expect(missing == ["lora-rank-2, rte, seed 1: missing"])
    #expect(figure.panels[0].y == FigureAxis("method", categories: ["LoRA, rank 2", "LoRA, rank 4"]))
    #expect(figure.data.columns.last == "spearman_with_last_row")
    #expect(figure.data.rows.map { $0[4] } == ["3.0", "2.0", "1.0", "2.0", "4.0", "8.0"])
    #expect(figure.data.rows.compactMap { Double($0[6]).map { ($0 * 1e9).rounded() / 1e9 } } == [-1, -1, -1, 1, 1, 1])
  }

  @Test func normsAreCountedInBinsOfOneRange() throws {
    let runs = try MadeUpRuns(figure: "norm-histograms: {task: rte, module: query}")
    let names = ["m.layer.0.attention.self.query", "m.layer.1.attention.self.query", "m.layer.0.attention.self.value"]
    let norms: [[Double]] = [[0, 1, 1, 2], [100, 100, 100, 100], [5, 5, 5, 5]]
    try runs.store(
      "lora",
      tensors: ["importance/example_squared_norm": .table(norms, axes: ["module", "example"], named: "module", names)])
    let figure = try runs.figure()
    #expect(figure.columns == 3)
    #expect(figure.panels.map(\.title) == ["layer 1: 1 ± 0.82", "layer 2: 100 ± 0"])
    #expect(figure.panels[0].x == FigureAxis("squared norm, summed over tokens", start: 0, end: 100))
    guard case .histograms(let first) = figure.panels[0].content, case .histograms(let second) = figure.panels[1].content else {
      Issue.record("no histograms")
      return
    }
    #expect(first.map(\.name) == ["LoRA"])
    #expect(first[0].counts.prefix(3) == [1, 2, 1])
    #expect(first[0].counts.count == 100)
    #expect(second[0].counts.last == 4)
    #expect(figure.data.rows.count == 2 * 101)
    #expect(figure.data.rows[100] == ["lora", "LoRA", "1", "100.0", "", "0", "1.0", "0.816496580927726"])
  }

  @Test func theTrainedModelsNormsAreAnotherTensor() throws {
    let runs = try MadeUpRuns(figure: "norm-histograms: {task: rte, module: query, dataset: final}")
    for (row, norm) in [("lora", 2.0), ("aflora", 4.0)] {
      try runs.store(
        row,
        tensors: [
          "final/example_squared_norm": .table(
            [[norm, norm]], axes: ["module", "example"], named: "module", ["m.layer.0.q.query"])
        ])
    }
    let figure = try runs.figure()
    #expect(figure.panels.map(\.title) == ["layer 1: 2 ± 0 | 4 ± 0"])
    #expect(
      figure.subtitle
        == "query of rte, seed 0, after training, mean ± deviation in the titles, the highest 0.5% not shown · pocket profile")
  }

  @Test func ranksAreAMap() throws {
    let runs = try MadeUpRuns(figure: "rank-map: {row: lora, task: rte}")
    try runs.store("lora", tensors: ["ranks/value": .map([[4, 4], [12, 8]], Self.modules)])
    let figure = try runs.figure()
    #expect(
      figure.panels[0].content
        == .heatMap([
          [HeatMapCell(shade: 0, text: "4"), HeatMapCell(shade: 1, text: "12")],
          [HeatMapCell(shade: 0, text: "4"), HeatMapCell(shade: 0.5, text: "8")],
        ]))
    #expect(figure.data.csv == "layer,module,rank\n1,query,4.0\n1,value,4.0\n2,query,12.0\n2,value,8.0\n")
  }

  @Test func pruningIsSharesOfTheMasks() throws {
    let runs = try MadeUpRuns(figure: "pruning: {row: lora, task: rte}")
    let names = ["m.layer.0.attention.self.query", "m.layer.1.attention.self.query"]
    let mask = HDF5Dataset(shape: [2, 2], values: .int64([1, 1, 0, 0]), dimensionLabels: ["rank", "input"])
    try runs.store(
      "lora",
      tensors: [
        "pruning/kept": .table([[4, 4], [2, 1]], axes: ["pruning", "module"], named: "module", names),
        "pruning/turnover": .table([[0, 0], [2, 4]], axes: ["pruning", "module"], named: "module", names),
        "pruning/updates": .steps([20, 40], axis: "pruning"), "pruning/mask/\(names[0]).lora_A": mask,
        "pruning/mask/\(names[1]).lora_A": mask,
      ])
    let figure = try runs.figure()
    #expect(figure.panels[0].title == "share of the elements that the pruning at step 40 kept")
    #expect(
      figure.panels[0].content == .heatMap([[HeatMapCell(shade: 1, text: "0.50"), HeatMapCell(shade: 0, text: "0.25")]]))
    #expect(
      figure.panels[1].content
        == .lines([FigureLine("query", points: [FigurePoint(20, 0), FigurePoint(40, 0.75)], hasMarks: true)]))
    #expect(
      figure.data.csv == """
        quantity,module,layer,step,share
        kept,query,layer 1,40,0.5
        kept,query,layer 2,40,0.25
        turnover,query,mean over layers,20.0,0.0
        turnover,query,mean over layers,40.0,0.75

        """)
  }

  @Test(arguments: [(0.1234, "0.123"), (999.4, "999"), (999.6, "1000"), (1110.4, "1110"), (-277_000, "-277000"), (2e6, "2e+06")])
  func meansInTitlesReadAsNumbers(value: Double, text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test(arguments: [(0.4867, "0.49"), (8.25, "8.2"), (46.63, "47"), (99.7, "100"), (162.6, "163")])
  func deviationsInTitlesAreShorter(value: Double, text: String) {
    #expect(NumberText.significant(value, digits: 2) == text)
  }
}
