// LoRA-drop's importance of layers as a map.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct ImportanceMapFigureTests {
  private static let modules = ["query", "value"]

  @Test func whatIsRecordedIsShownAndItsShareIsInTheData() throws {
    let runs = try MadeUpRuns(tasks: "[rte, mrpc]", figure: "importance-map: {row: lora, module: value}")
    try runs.store("lora", "rte", tensors: ["importance/value": .map([[9, 1], [9, 4]], Self.modules)])
    try runs.store("lora", "mrpc", tensors: ["importance/value": .map([[9, 3], [9, .nan]], Self.modules)])
    let figure = try runs.figure()
    #expect(figure.subtitle == "value of LoRA, seed 0 · pocket profile")
    #expect(figure.panels[0].y == FigureAxis(name: "task"))
    #expect(
      figure.panels[0].series == [
        FigureSeries(name: "rte", points: [FigurePoint(0, 0, text: "1.00"), FigurePoint(1, 1, text: "4.00")]),
        FigureSeries(name: "mrpc", points: [FigurePoint(0, 2.0 / 3, text: "3.00"), FigurePoint(1, nil, text: "–")]),
      ])
    #expect(figure.panels[0].title == "importance as recorded; darker = more, 1.00\u{a0}to\u{a0}4.00")
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
    #expect(figure.panels[0].y == FigureAxis(name: "method"))
    #expect(figure.panels[0].series.map(\.name) == ["LoRA, rank 2", "LoRA, rank 4"])
    #expect(figure.data.columns.last == "spearman_with_last_row")
    #expect(figure.data.rows.map { $0[4] } == ["3.0", "2.0", "1.0", "2.0", "4.0", "8.0"])
    #expect(figure.data.rows.compactMap { Double($0[6]).map { ($0 * 1e9).rounded() / 1e9 } } == [-1, -1, -1, 1, 1, 1])
  }

  @Test(arguments: [(1e-8, "1e-08", "4e-08"), (0.1, "0.10", "0.40"), (1e9, "1e+09", "4e+09")])
  func numbersOfAnySizeAreShown(size: Double, least: String, greatest: String) throws {
    let runs = try MadeUpRuns(seeds: "[0]", figure: "importance-map: {row: lora, task: rte, module: value}")
    try runs.store("lora", tensors: ["importance/value": .map([[9, size], [9, 4 * size]], Self.modules)])
    let figure = try runs.figure()
    #expect(figure.panels[0].series[0].points.map(\.text) == [least, greatest])
    #expect(figure.panels[0].title == "importance as recorded; darker = more, \(least)\u{a0}to\u{a0}\(greatest)")
  }

  @Test func equalImportancesAreSaidToBe() throws {
    let runs = try MadeUpRuns(seeds: "[0]", figure: "importance-map: {row: lora, task: rte, module: value}")
    try runs.store("lora", tensors: ["importance/value": .map([[9, 0.5], [9, 0.5]], Self.modules)])
    #expect(try runs.figure().panels[0].title == "importance as recorded; 0.50 everywhere")
  }
}
