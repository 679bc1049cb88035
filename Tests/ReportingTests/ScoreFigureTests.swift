// Scores as pictures: bars by task, sweeps over an option, learning curves.
import Foundation
import Records
import Storage
import Testing

@testable import Reporting

@Suite struct ScoreFigureTests {
  @Test func barsAreTheTablesCells() throws {
    let runs = try MadeUpRuns(tasks: "[rte, mrpc]", figure: "bars")
    for (seed, score) in [(0, 0.5), (1, 0.7)] {
      try runs.store("lora", "rte", seed, scores: [score, 0.1])
      try runs.store("lora", "mrpc", seed, scores: [score + 0.1])
    }
    try runs.store("aflora", "rte", 0, scores: [0.9])
    try runs.store("aflora", "rte", 1, scores: [0.1], outcome: .diverged(step: 3))
    let (made, missing) = try runs.made()
    let figure = try #require(made)
    #expect(
      missing == ["aflora, rte, seed 1: diverged at step 3", "aflora, mrpc, seed 0: missing", "aflora, mrpc, seed 1: missing"])
    #expect(
      figure.subtitle
        == "best epoch, mean over 2 seeds, error bars: sample standard deviation · pocket profile · without 3 of its 8 runs")
    let panel = figure.panels[0]
    #expect(panel.x.categories == ["rte\naccuracy", "mrpc\naccuracy", "average"])
    #expect(panel.y == FigureAxis("score, axis starts at 30", unit: "percent", start: 30))
    guard case .bars(let series) = panel.content else {
      Issue.record("no bars")
      return
    }
    #expect(series.map(\.name) == ["LoRA", "AFLoRA"])
    func rounded(_ bars: [BarSeries.Bar?]) -> [[Double]] {
      bars.map { bar in [bar?.value, bar?.deviation].compactMap { $0 }.map { ($0 * 100).rounded() / 100 } }
    }
    #expect(rounded(series[0].bars) == [[60, 14.14], [70, 14.14], [65, 14.14]])
    #expect(rounded(series[1].bars) == [[90], [], []])
    #expect(figure.data.columns == ["task", "row", "percent", "deviation"])
    #expect(figure.data.rows.last == ["average", "AFLoRA", "", ""])
  }

  @Test func anAxisThatDoesNotStartAtZeroSaysSo() throws {
    let runs = try MadeUpRuns(seeds: "[0]", figure: "bars")
    try runs.store("lora", scores: [0.86])
    try runs.store("aflora", scores: [0.9])
    let figure = try runs.figure()
    #expect(figure.panels[0].y.label == "score, axis starts at 85 (percent)")
    #expect(figure.subtitle == "best epoch, seed 0 · pocket profile")
    #expect(FigureSampling.barStart(least: -3, greatest: 40) == nil)
    #expect(FigureSampling.barStart(least: 10, greatest: 40) == 0)
    #expect(FigureSampling.barStart(least: 60, greatest: 90) == 50)
  }

  @Test func aSweepHasALineForEachTaskAndTheirAverage() throws {
    let runs = try MadeUpRuns(
      methods: "[{lora: {rank: [8, 2]}}, aflora]", tasks: "[rte, mrpc]", figure: "rank-sweep: {rows: [lora], option: rank}")
    for (rank, score) in [(2, 0.5), (8, 0.7)] {
      for seed in 0...1 {
        try runs.store("lora-rank-\(rank)", "rte", seed, scores: [score])
        try runs.store("lora-rank-\(rank)", "mrpc", seed, scores: [score + 0.25])
      }
    }
    let figure = try runs.figure()
    #expect(figure.panels[0].x == FigureAxis("rank"))
    #expect(figure.panels[0].y == FigureAxis("score", unit: "percent"))
    guard case .lines(let lines) = figure.panels[0].content else {
      Issue.record("no lines")
      return
    }
    #expect(lines.map(\.name) == ["rte, accuracy", "mrpc, accuracy", "average"])
    #expect(lines[0].points == [FigurePoint(2, 50, deviation: 0), FigurePoint(8, 70, deviation: 0)])
    #expect(lines[2].points.map(\.y) == [62.5, 82.5])
  }

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
          title: "validation", x: FigureAxis("epoch", isWhole: true), y: FigureAxis("accuracy", unit: "percent"),
          content: .lines([FigureLine("LoRA", points: [FigurePoint(1, 50), FigurePoint(2, 75)], hasMarks: true)])),
        FigurePanel(
          title: "training", x: FigureAxis("optimizer step", start: 1, end: 3), y: FigureAxis("loss"),
          content: .lines([FigureLine("LoRA", points: [FigurePoint(1, 1), FigurePoint(2, 0.5), FigurePoint(3, 0.25)])])),
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
}
