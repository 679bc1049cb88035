// Scores as pictures: rows by task, and sweeps over an option.
import Foundation
import Records
import Storage
import Testing

@testable import Reporting

@Suite struct ScoreFigureTests {
  @Test func barsAreTheTablesCellsFromZero() throws {
    let runs = try MadeUpRuns(tasks: "[rte, mrpc]", figure: "bars")
    for (seed, score) in [(0, 0.2), (1, 0.4)] {
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
        == "best epoch, mean over 2 seeds, or over n where that stands beside it, error bars: sample standard deviation"
        + " · pocket profile · without 3 of its 8 runs")
    #expect(figure.panels.map(\.title) == ["rte, accuracy", "mrpc, accuracy", "average"] && figure.columns == 3)
    #expect(figure.panels.allSatisfy { $0.kind == .bars && $0.series.map(\.name) == ["LoRA", "AFLoRA"] })
    #expect(figure.panels.allSatisfy { $0.x == FigureAxis(name: "score", unit: "percent", start: 0, end: 100) })
    let points = figure.panels.map { $0.series.flatMap(\.points) }
    func rounded(_ value: Double?) -> Double? { value.map { ($0 * 100).rounded() / 100 } }
    #expect(points.map { $0.map { rounded($0.y) } } == [[30, 90], [40, nil], [35, nil]])
    #expect(points.map { $0.map { rounded($0.deviation) } } == [[14.14, nil], [14.14, nil], [14.14, nil]])
    #expect(points.map { $0.map(\.text) } == [["30.00", "90.00 n=1"], ["40.00", "–"], ["35.00", "–"]])
    #expect(
      figure.data.columns == [
        "task", "row", "percent", "deviation", "seeds", "reference", "reference_percent", "difference", "difference_deviation",
        "pairs",
      ])
    #expect(figure.data.rows.last?.prefix(6) == ["average", "AFLoRA", "", "", "", "mean of the rows"])
  }

  @Test func scoresThatAreAlikeAreDrawnAsDifferences() throws {
    let runs = try MadeUpRuns(
      """
      id: t1
      title: made up
      model: some-model
      recipe: plain
      tasks: [rte]
      seeds: [0, 1]
      methods: [lora, aflora, fft]
      report: {baseline: aflora}
      figures: [bars]
      profiles: {pocket: {}}

      """)
    for (row, scores) in [("lora", [0.86, 0.90]), ("aflora", [0.875, 0.875]), ("fft", [0.875, 0.875])] {
      for seed in 0...1 { try runs.store(row, "rte", seed, scores: [scores[seed]]) }
    }
    let figure = try runs.figure()
    #expect(
      figure.subtitle
        == "best epoch, difference to the baseline “AFLoRA”, mean over 2 seeds, error bars: sample standard deviation · pocket profile"
    )
    let panel = figure.panels[0]
    #expect(figure.panels.count == 1 && panel.kind == .dots && panel.title == "rte, accuracy; AFLoRA: 87.50")
    #expect(panel.x.label == "difference (percentage points)" && panel.series.map(\.name) == ["LoRA", "Full fine-tuning"])
    #expect(panel.series.map { $0.points.map(\.text) } == [["+0.50"], ["0.00"]])
    let point = try #require(panel.series[0].points.first)
    #expect(abs((point.y ?? 0) - 0.5) < 1e-9 && abs((point.deviation ?? 0) - 2.8284271) < 1e-6 && point.seeds == 2)
    #expect(
      figure.data.rows.map { [$0[1], $0[4], $0[5], $0[6], $0[9]] }
        == ["LoRA", "AFLoRA", "Full fine-tuning"].map { [$0, "2", "AFLoRA", "87.5", "2"] })
  }

  @Test func panelsOfUnlikeDifferencesHaveScalesOfTheirOwn() throws {
    func figure(_ spread: Double) throws -> Figure {
      let runs = try MadeUpRuns(tasks: "[rte, mrpc]", seeds: "[0]", figure: "bars")
      for (row, sign) in [("lora", 1.0), ("aflora", -1)] {
        try runs.store(row, "rte", scores: [0.8 + 0.01 * sign])
        try runs.store(row, "mrpc", scores: [0.8 + spread * sign])
      }
      return try runs.figure()
    }
    let alike = try figure(0.02)
    #expect(alike.subtitle == "best epoch, difference to the mean of the rows, seed 0 · pocket profile")
    let axis = alike.panels[0].x
    #expect(abs((axis.start ?? 0) + 2) < 1e-9 && abs((axis.end ?? 0) - 2) < 1e-9)
    #expect(alike.panels.allSatisfy { $0.x == axis })
    let unlike = try figure(0.05)
    #expect(unlike.subtitle == "best epoch, difference to the mean of the rows, seed 0; scales differ · pocket profile")
    #expect(unlike.panels.allSatisfy { $0.x.start == nil && $0.x.end == nil })
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
    #expect(figure.panels[0].x == FigureAxis(name: "rank", values: [2, 8]))
    #expect(figure.panels[0].y == FigureAxis(name: "score", unit: "percent"))
    let lines = figure.panels[0].series
    #expect(lines.map(\.name) == ["rte, accuracy", "mrpc, accuracy", "average"])
    #expect(lines[0].points == [FigurePoint(2, 50, deviation: 0, seeds: 2), FigurePoint(8, 70, deviation: 0, seeds: 2)])
    #expect(lines[2].points.map(\.y) == [62.5, 82.5])
    #expect(figure.data.columns.last == "seeds" && figure.data.rows.allSatisfy { $0.last == "2" })
  }

  @Test(arguments: [([1, 2, 4], false), ([1, 8], true), ([2, 4, 8, 16], true)])
  func valuesFarApartStandOnALogarithmicAxis(ranks: [Int], isLogarithmic: Bool) throws {
    let list = ranks.map(String.init).joined(separator: ", ")
    let runs = try MadeUpRuns(methods: "[{lora: {rank: [\(list)]}}]", seeds: "[0]", figure: "rank-sweep: {option: rank}")
    for rank in ranks { try runs.store("lora-rank-\(rank)", scores: [0.5]) }
    #expect(
      try runs.figure().panels[0].x == FigureAxis(name: "rank", values: ranks.map(Double.init), isLogarithmic: isLogarithmic))
  }

  @Test func aPointOfFewerSeedsSaysSo() throws {
    let runs = try MadeUpRuns(methods: "[{lora: {rank: [2, 4]}}]", tasks: "[rte, mrpc]", figure: "rank-sweep: {option: rank}")
    for task in ["rte", "mrpc"] {
      for rank in [2, 4] { try runs.store("lora-rank-\(rank)", task, 0, scores: [task == "rte" ? 0.5 : 0.75]) }
    }
    #expect(try runs.figure().subtitle == "best epoch, one seed of 2 · pocket profile · without 4 of its 8 runs")
    for task in ["rte", "mrpc"] { try runs.store("lora-rank-2", task, 1, scores: [0.5]) }
    let figure = try runs.figure()
    #expect(
      figure.subtitle
        == "best epoch, mean over 2 seeds, or over n where that stands beside it, error bars: sample standard deviation"
        + " · pocket profile · without 2 of its 8 runs")
    // once at each place, above the highest line
    #expect(figure.panels[0].series.map { $0.points.map(\.text) } == [[nil, nil], [nil, "n=1"], [nil, nil]])
    #expect(figure.data.rows.map { $0.last } == ["2", "1", "2", "1", "2", "1"])
  }
}
