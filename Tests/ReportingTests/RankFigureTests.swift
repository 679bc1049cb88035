// PRILoRA's ranks and masks as pictures.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct RankFigureTests {
  private static let modules = ["query", "value"]

  @Test func ranksAreAMap() throws {
    let runs = try MadeUpRuns(figure: "rank-map: {row: lora, task: rte}")
    try runs.store("lora", tensors: ["ranks/value": .map([[4, 4], [12, 8]], Self.modules)])
    let figure = try runs.figure()
    #expect(figure.panels[0].title == "rank of each adapter; darker = higher, 4\u{a0}to\u{a0}12")
    #expect(
      figure.panels[0].series == [
        FigureSeries(name: "query", points: [FigurePoint(0, 0, text: "4"), FigurePoint(1, 1, text: "12")]),
        FigureSeries(name: "value", points: [FigurePoint(0, 0, text: "4"), FigurePoint(1, 0.5, text: "8")]),
      ])
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
    #expect(
      figure.panels[0].title == "share of the elements that the pruning at step 40 kept; darker = more, 0.25\u{a0}to\u{a0}0.50")
    #expect(
      figure.panels[0].series
        == [FigureSeries(name: "query", points: [FigurePoint(0, 1, text: "0.50"), FigurePoint(1, 0, text: "0.25")])])
    #expect(
      figure.panels[1].series == [FigureSeries(name: "query", points: [FigurePoint(20, 0), FigurePoint(40, 0.75)], hasMarks: true)])
    #expect(
      figure.data.csv == """
        quantity,module,layer,step,share
        kept,query,layer 1,40,0.5
        kept,query,layer 2,40,0.25
        turnover,query,mean over layers,20.0,0.0
        turnover,query,mean over layers,40.0,0.75

        """)
  }
}
