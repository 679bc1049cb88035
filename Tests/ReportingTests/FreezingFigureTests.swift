// AFLoRA's figures: when matrices froze, and the scores that decided it.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct FreezingFigureTests {
  private static let modules = ["output A", "output B"]

  @Test func theMapHasACellForEachMatrix() throws {
    let runs = try MadeUpRuns(figure: "freezing-map: {id: map, title: When, row: aflora, task: rte}")
    try runs.store("aflora", tensors: ["freezing/iteration": .map([[10, 30], [20, -1], [15, 30]], Self.modules)])
    let figure = try runs.figure()
    #expect(figure.id == "map")
    #expect(figure.title == "When")
    #expect(figure.subtitle == "AFLoRA, rte, seed 0 · pocket profile")
    #expect(
      figure.panels == [
        FigurePanel(
          title: "optimizer step at which each matrix froze; darker = later",
          x: FigureAxis("layer, from the input", categories: ["1", "2", "3"]), y: FigureAxis("matrix", categories: Self.modules),
          content: .heatMap([
            [HeatMapCell(shade: 0, text: "10"), HeatMapCell(shade: 0.5, text: "20"), HeatMapCell(shade: 0.25, text: "15")],
            [HeatMapCell(shade: 1, text: "30"), HeatMapCell(shade: nil, text: "never"), HeatMapCell(shade: 1, text: "30")],
          ]))
      ])
    #expect(
      figure.data.csv == """
        layer,module,iteration,frozen_runs,runs
        1,output A,10.0,1,1
        1,output B,30.0,1,1
        2,output A,20.0,1,1
        2,output B,,0,1
        3,output A,15.0,1,1
        3,output B,30.0,1,1

        """)
  }

  @Test func theMeanOverSeedsSaysWhatDidNotAlwaysFreeze() throws {
    let runs = try MadeUpRuns(seeds: "[0, 1, 2]", figure: "freezing-map: {row: aflora, task: rte, seed: mean, modules: [output B]}")
    try runs.store("aflora", "rte", 0, tensors: ["freezing/iteration": .map([[10, 30], [20, -1]], Self.modules)])
    try runs.store("aflora", "rte", 2, tensors: ["freezing/iteration": .map([[10, 33], [20, 40]], Self.modules)])
    let (made, missing) = try runs.made()
    let figure = try #require(made)
    #expect(missing == ["aflora, rte, seed 1: missing"])
    #expect(figure.subtitle == "AFLoRA, rte, mean over seeds 0, 2 · pocket profile · without 1 of its 3 runs")
    #expect(figure.panels[0].title == "optimizer step at which each matrix froze; darker = later; * never with some seed")
    #expect(
      figure.panels[0].content == .heatMap([[HeatMapCell(shade: 0, text: "31.5"), HeatMapCell(shade: 1, text: "40.0*")]]))
  }

  @Test func aScoreEndsWhereItsMatrixFreezes() throws {
    let runs = try MadeUpRuns(figure: "score-trajectories: {row: aflora, task: rte}")
    let names = ["bert.encoder.layer.0.output.dense.aflora_A", "bert.encoder.layer.0.output.dense.aflora_B"]
    try runs.store(
      "aflora",
      tensors: [
        "freezing/score": .table(
          [[0, 0], [1, 2], [3, 4], [3, 5]], axes: ["step", "matrix"], named: "matrix", names),
        "freezing/fraction": .steps([0, 0, 0.5, 0.5]), "freezing/iteration": .map([[3, -1]], Self.modules),
      ])
    let figure = try runs.figure()
    let step = FigureAxis("optimizer step", start: 1, end: 4)
    #expect(
      figure.panels == [
        FigurePanel(
          title: "each line ends where its matrix froze", x: step, y: FigureAxis("freezing score", isLogarithmic: true),
          content: .lines([
            FigureLine("output A", member: "layer 1", points: [FigurePoint(2, 1), FigurePoint(3, 3)]),
            FigureLine("output B", member: "layer 1", points: [FigurePoint(2, 2), FigurePoint(3, 4), FigurePoint(4, 5)]),
          ])),
        FigurePanel(
          x: step, y: FigureAxis("freezing fraction", start: 0, end: 1),
          content: .lines([
            FigureLine("", points: [FigurePoint(1, 0), FigurePoint(2, 0), FigurePoint(3, 0.5), FigurePoint(4, 0.5)])
          ])),
      ])
    #expect(
      figure.data.csv.hasPrefix(
        """
        quantity,series,member,axis,x,value,deviation
        freezing score,output A,layer 1,optimizer step,2.0,1.0,
        """))
  }

  @Test func linesAreGroupedByLayer() throws {
    let runs = try MadeUpRuns(figure: "score-trajectories: {row: aflora, task: rte, group: layer, modules: [output A]}")
    let names = ["m.layer.1.output.dense.x_A", "m.layer.1.output.dense.x_B", "m.layer.0.output.dense.x_A"]
    try runs.store(
      "aflora",
      tensors: [
        "freezing/score": .table([[1, 2, 3]], axes: ["step", "matrix"], named: "matrix", names), "freezing/fraction": .steps([0]),
        "freezing/iteration": .map([[-1, -1], [-1, -1]], Self.modules),
      ])
    #expect(
      try runs.figure().panels[0].content
        == .lines([
          FigureLine("layer 1", member: "output A", points: [FigurePoint(1, 3)]),
          FigureLine("layer 2", member: "output A", points: [FigurePoint(1, 1)]),
        ]))
  }

  @Test(arguments: [
    ("deberta.encoder.layer.3.attention.self.query_proj", 4, "query"),
    ("roberta.encoder.layer.0.attention.self.value", 1, "value"),
    ("bert.encoder.layer.11.attention.output.dense", 12, "attention-output"),
    ("bert.encoder.layer.11.intermediate.dense.lora_A", 12, "intermediate A"),
    ("bert.encoder.layer.11.output.dense.vera_B", 12, "output B"),
    ("model.layers.5.self_attn.o_proj", 6, "attention-output"), ("model.layers.5.mlp.up_proj", 6, "mlp.up_proj"),
  ])
  func aPathNamesItsPlace(path: String, layer: Int, name: String) throws {
    let place = try #require(ModulePath(path))
    #expect(place.layer == layer)
    #expect(place.name == name)
  }

  @Test(arguments: ["", "layer", "a.layer", "a.layer.x", "a.layer.-1.b", "a.layer.99999999999999999999.b", "pooler.dense"])
  func otherPathsHaveNoPlace(path: String) {
    #expect(ModulePath(path) == nil)
  }

  @Test func pointsAreThinnedEvenly() {
    #expect(FigureSampling.places(4) == [0, 1, 2, 3])
    let places = FigureSampling.places(100_000)
    #expect(places.count == 400)
    #expect(places.first == 0)
    #expect(places.last == 99_999)
    #expect(
      FigureSampling.windows([1, 3, 5, 7, 9], most: 3).points == [FigurePoint(1.5, 2), FigurePoint(3.5, 6), FigurePoint(5, 9)])
    #expect(FigureSampling.quantile([0, 10], 0.25) == 2.5)
  }
}
