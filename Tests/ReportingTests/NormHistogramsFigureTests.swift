// The distribution of the norms of an adapter's outputs.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct NormHistogramsFigureTests {
  @Test func normsAreCountedInBinsOfOneRange() throws {
    let runs = try MadeUpRuns(figure: "norm-histograms: {task: rte, module: query}")
    let names = ["m.layer.0.attention.self.query", "m.layer.1.attention.self.query", "m.layer.0.attention.self.value"]
    let norms: [[Double]] = [[0, 1, 1, 2], [100, 100, 100, 100], [5, 5, 5, 5]]
    try runs.store(
      "lora",
      tensors: ["importance/example_squared_norm": .table(norms, axes: ["module", "example"], named: "module", names)])
    let figure = try runs.figure()
    #expect(figure.columns == 2)
    #expect(figure.panels.map(\.title) == ["layer 1: 1\u{a0}±\u{a0}0.82", "layer 2: 100\u{a0}±\u{a0}0"])
    #expect(figure.panels[0].x == FigureAxis(name: "squared norm, summed over tokens", start: 0, end: 100))
    #expect(figure.panels.map(\.kind) == [.histograms, .histograms])
    let series = figure.panels.map(\.series)
    #expect(series.map { $0.map(\.name) } == [["LoRA"], ["LoRA"]])
    #expect(series[0][0].points.prefix(3) == [FigurePoint(0, 1), FigurePoint(1, 2), FigurePoint(2, 1)])
    #expect(series[0][0].points.count == 101)
    #expect(series[1][0].points.suffix(2) == [FigurePoint(99, 4), FigurePoint(100, 0)])
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
    #expect(figure.panels.map(\.title) == ["layer 1: 2\u{a0}±\u{a0}0\u{a0}| 4\u{a0}±\u{a0}0"])
    #expect(
      figure.subtitle
        == "query of rte, seed 0, after training, mean ± deviation in the titles, the highest 0.5% not shown · pocket profile")
  }
}
