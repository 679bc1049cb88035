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
    #expect(panel.x.places == ["rte\naccuracy", "mrpc\naccuracy", "average"])
    #expect(panel.y == FigureAxis(name: "score, axis starts at 30", unit: "percent", start: 30))
    #expect(panel.series.map(\.name) == ["LoRA", "AFLoRA"])
    func rounded(_ bars: [FigurePoint]) -> [[Double]] {
      bars.map { bar in [bar.y, bar.deviation].compactMap { $0 }.map { ($0 * 100).rounded() / 100 } }
    }
    #expect(panel.series.map { $0.points.map(\.x) } == [[0, 1, 2], [0, 1, 2]])
    #expect(rounded(panel.series[0].points) == [[60, 14.14], [70, 14.14], [65, 14.14]])
    #expect(rounded(panel.series[1].points) == [[90], [], []])
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
    #expect(figure.panels[0].x == FigureAxis(name: "rank"))
    #expect(figure.panels[0].y == FigureAxis(name: "score", unit: "percent"))
    let lines = figure.panels[0].series
    #expect(lines.map(\.name) == ["rte, accuracy", "mrpc, accuracy", "average"])
    #expect(lines[0].points == [FigurePoint(2, 50, deviation: 0), FigurePoint(8, 70, deviation: 0)])
    #expect(lines[2].points.map(\.y) == [62.5, 82.5])
  }
}
