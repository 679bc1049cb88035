// Learning curves of rows on a task, and of any single run.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct LearningCurvesFigureTests {
  @Test func learningCurvesAreScoresAndLosses() throws {
    let runs = try MadeUpRuns(figure: "learning-curves: {task: rte, seed: 1}")
    try runs.store("lora", "rte", 1, scores: [0.5, 0.75], tensors: ["training/loss": .steps([1, 0.5, 0.25])])
    let (made, missing) = try runs.made()
    let figure = try #require(made)
    #expect(missing == ["aflora, rte, seed 1: missing"])
    #expect(figure.columns == 2)
    #expect(
      figure.panels == [
        FigurePanel(
          title: "validation", kind: .lines, x: FigureAxis(name: "epoch", isWhole: true),
          y: FigureAxis(name: "accuracy", unit: "percent"),
          series: [FigureSeries(name: "LoRA", points: [FigurePoint(1, 50), FigurePoint(2, 75)], hasMarks: true)]),
        FigurePanel(
          title: "training", kind: .lines, x: .steps(3), y: FigureAxis(name: "loss"),
          series: [FigureSeries(name: "LoRA", points: [FigurePoint(1, 1), FigurePoint(2, 0.5), FigurePoint(3, 0.25)])]),
      ])
  }

  @Test func anyRunHasLearningCurves() throws {
    let runs = try MadeUpRuns(figure: "bars")
    try runs.store("lora", "rte", 1, scores: [0.5, 0.75], tensors: ["training/loss": .steps([Double](repeating: 2, count: 250))])
    let figure = try LearningCurvesFigure.make(runIn: try runs.folder("lora", "rte", 1))
    #expect(figure.id == "learning-curves")
    #expect(figure.subtitle == "LoRA, rte, seed 1")
    #expect(figure.panels.map(\.y.label) == ["validation score (percent)", "loss"])
    #expect(figure.panels.map(\.title) == ["validation", "training, means of 3 steps"])
    #expect(
      throws: ReportError.unfinishedRun(path: try runs.folder("lora", "rte", 0).relativePath),
      performing: { try LearningCurvesFigure.make(runIn: try runs.folder("lora", "rte", 0)) })
  }

  @Test func severalLinesOfLossesHaveFewerPoints() throws {
    let runs = try MadeUpRuns(methods: "[{lora: {rank: [1, 2, 3, 4]}}]", figure: "learning-curves: {task: rte}")
    for rank in 1...4 {
      try runs.store("lora-rank-\(rank)", tensors: ["training/loss": .steps([Double](repeating: 2, count: 400))])
    }
    let panel = try runs.figure().panels[1]
    #expect(panel.title == "training, means of 8 steps" && panel.series.map(\.points.count) == [50, 50, 50, 50])
  }
}
