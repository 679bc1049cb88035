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
          title: "optimizer step at which each matrix froze; darker = later, 10\u{a0}to\u{a0}30",
          kind: .heatMap, x: FigureAxis(name: "layer, from the input", places: ["1", "2", "3"]), y: FigureAxis(name: "matrix"),
          series: [
            FigureSeries(
              name: "output A",
              points: [FigurePoint(0, 0, text: "10"), FigurePoint(1, 0.5, text: "20"), FigurePoint(2, 0.25, text: "15")]),
            FigureSeries(
              name: "output B",
              points: [FigurePoint(0, 1, text: "30"), FigurePoint(1, nil, text: "never"), FigurePoint(2, 1, text: "30")]),
          ])
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
    #expect(
      figure.panels[0].title
        == "optimizer step at which each matrix froze; darker = later, 31.5\u{a0}to\u{a0}40.0; * never with some seed")
    #expect(
      figure.panels[0].series
        == [FigureSeries(name: "output B", points: [FigurePoint(0, 0, text: "31.5"), FigurePoint(1, 1, text: "40.0*")])])
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
    let step = FigureAxis.steps(4)
    #expect(
      figure.panels == [
        FigurePanel(
          title: "each line ends where its matrix froze", kind: .lines, x: step,
          y: FigureAxis(name: "freezing score", isLogarithmic: true),
          series: [
            FigureSeries(name: "output A", member: "layer 1", points: [FigurePoint(2, 1), FigurePoint(3, 3)]),
            FigureSeries(name: "output B", member: "layer 1", points: [FigurePoint(2, 2), FigurePoint(3, 4), FigurePoint(4, 5)]),
          ]),
        FigurePanel(
          kind: .lines, x: step, y: FigureAxis(name: "freezing fraction", start: 0, end: 1),
          series: [
            FigureSeries(name: "", points: [FigurePoint(1, 0), FigurePoint(2, 0), FigurePoint(3, 0.5), FigurePoint(4, 0.5)])
          ]),
      ])
    #expect(
      figure.data.csv.hasPrefix(
        """
        quantity,series,member,axis,x,value,deviation
        freezing score,output A,layer 1,optimizer step,2.0,1.0,
        """))
  }

  @Test func layersHaveAScaleAndModulesAPanelEach() throws {
    let runs = try MadeUpRuns(figure: "score-trajectories: {row: aflora, task: rte, group: layer}")
    let names = ["m.layer.2.output.dense.x_A", "m.layer.1.output.dense.x_B", "m.layer.0.output.dense.x_A"]
    try runs.store(
      "aflora",
      tensors: [
        "freezing/score": .table([[1, 0.02, 300]], axes: ["step", "matrix"], named: "matrix", names),
        "freezing/fraction": .steps([0]), "freezing/iteration": .map([[-1, -1], [-1, -1], [-1, -1]], Self.modules),
      ])
    let figure = try runs.figure()
    #expect(figure.scale == ["layer 1", "layer 2", "layer 3"] && figure.columns == 2)
    #expect(figure.subtitle == "AFLoRA, rte, seed 0, each line ends where its matrix froze · pocket profile")
    #expect(figure.panels.map(\.title) == ["output A", "output B", "fraction of the matrices that are frozen"])
    // one scale for both, of whole powers of ten
    let axis = FigureAxis(name: "freezing score", isLogarithmic: true, start: 0.01, end: 1000)
    #expect(figure.panels.prefix(2).map(\.y) == [axis, axis])
    #expect(
      figure.panels.prefix(2).map(\.series) == [
        [
          FigureSeries(name: "layer 1", member: "output A", points: [FigurePoint(1, 300)]),
          FigureSeries(name: "layer 3", member: "output A", points: [FigurePoint(1, 1)]),
        ], [FigureSeries(name: "layer 2", member: "output B", points: [FigurePoint(1, 0.02)])],
      ])
  }

  @Test func oneModuleNeedsNoPanelsBesideEachOther() throws {
    let runs = try MadeUpRuns(figure: "score-trajectories: {row: aflora, task: rte, group: layer, modules: [output A]}")
    let names = ["m.layer.1.output.dense.x_A", "m.layer.1.output.dense.x_B", "m.layer.0.output.dense.x_A"]
    try runs.store(
      "aflora",
      tensors: [
        "freezing/score": .table([[1, 2, 3]], axes: ["step", "matrix"], named: "matrix", names), "freezing/fraction": .steps([0]),
        "freezing/iteration": .map([[-1, -1], [-1, -1]], Self.modules),
      ])
    let figure = try runs.figure()
    #expect(figure.columns == 1 && figure.panels.count == 2)
    #expect(
      figure.panels[0].series == [
        FigureSeries(name: "layer 1", member: "output A", points: [FigurePoint(1, 3)]),
        FigureSeries(name: "layer 2", member: "output A", points: [FigurePoint(1, 1)]),
      ])
  }

  @Test func whereNoMatrixFrozeTheTitleSaysSo() throws {
    let runs = try MadeUpRuns(figure: "freezing-map: {row: aflora, task: rte}")
    try runs.store("aflora", tensors: ["freezing/iteration": .map([[-1, -1]], Self.modules)])
    #expect(try runs.figure().panels[0].title == "no matrix froze")
  }
}
