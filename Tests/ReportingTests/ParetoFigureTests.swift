// Scores over costs: what is on the front, what is missing, and what is said of intervals and times.
import Foundation
import Records
import Testing

@testable import Reporting

@Suite struct ParetoFigureTests {
  private static let methods = "[lora, aflora, fft]"

  /// Three rows on two tasks with two seeds: AFLoRA is best and smallest, LoRA fastest, full fine-tuning largest and worst.
  private func runs(_ figure: String = "pareto", without left: [String] = []) throws -> MadeUpRuns {
    let runs = try MadeUpRuns(methods: Self.methods, tasks: "[rte, mrpc]", figure: figure)
    let rows: [(id: String, score: Double, parameters: Double, seconds: Double, memory: Int)] = [
      ("lora", 0.80, 20_000, 10, 3), ("aflora", 0.84, 5_000, 30, 3), ("fft", 0.70, 1_000_000, 20, 2),
    ]
    for row in rows {
      for task in ["rte", "mrpc"] {
        for seed in 0...1 where !left.contains("\(row.id) \(task) \(seed)") {
          try runs.store(
            row.id, task, seed, scores: [row.score + 0.01 * Double(seed)], seconds: row.seconds, parameters: row.parameters,
            memory: row.memory << 20, measures: row.id == "fft" ? nil : ["kept.parameters": row.parameters / 2])
        }
      }
    }
    return runs
  }

  private func isOnFront(_ panel: FigurePanel) -> [Bool] { panel.series.dropLast().map(\.hasMarks) }
  private func rounded(_ value: Double?) -> Double? { value.map { ($0 * 1e6).rounded() / 1e6 } }

  @Test func aPanelForEachCostWithItsFront() throws {
    let figure = try runs().figure()
    #expect(figure.columns == 3 && figure.panels.allSatisfy { $0.kind == .points })
    #expect(
      figure.panels.map(\.x) == [
        FigureAxis(name: "trainable parameters", isLogarithmic: true), FigureAxis(name: "training time of a run", unit: "s"),
        FigureAxis(name: "peak memory", unit: "MiB"),
      ])
    #expect(
      figure.panels.map(\.title) == [
        "without the head, mean over steps", "not timed alone, 1 thread: other runs slow it down",
        "of tensors, the most of any run",
      ])
    #expect(figure.panels.map(isOnFront) == [[false, true, false], [true, true, false], [false, true, true]])
    for panel in figure.panels {
      #expect(panel.series.map(\.name) == ["LoRA", "AFLoRA", "Full fine-tuning", ""])
      #expect(panel.series.dropLast().map { $0.points.map { rounded($0.y) } } == [[80.5], [84.5], [70.5]])
      // the front from the cheapest on
      let front = panel.series[3].points
      #expect(front.map(\.x) == front.map(\.x).sorted() && front.count == isOnFront(panel).count { $0 })
    }
    #expect(figure.panels[1].series[3].points.map { [$0.x, rounded($0.y)] } == [[10, 80.5], [30, 84.5]])
    #expect(figure.panels[2].series.dropLast().map { $0.points.map(\.x) } == [[3], [3], [2]])
  }

  @Test func intervalsAreOfTheSeedsAverages() throws {
    let figure = try runs().figure()
    // of two values the interval is 12.706 times the deviation over the root of two: of 80 and 81, 6.353 to either side
    #expect(figure.panels[0].series[0].points.allSatisfy { abs(($0.deviation ?? 0) - 6.353102) < 1e-5 && $0.seeds == 2 })
    let axis = figure.panels[0].y
    #expect(axis.label == "score (percent)" && rounded(axis.start) == 64.146898 && rounded(axis.end) == 90.853102)
    #expect(
      figure.subtitle
        == "best epoch, average of rte, mrpc, mean over 2 seeds, bars: 95% interval over seeds, blue: the Pareto front"
        + " · pocket profile · a processor")
    let one = try runs("pareto: {task: rte, costs: [parameters]}", without: ["lora rte 1", "aflora rte 1", "fft rte 1"]).figure()
    #expect(
      one.subtitle == "best epoch, rte, accuracy, one seed of 2, blue: the Pareto front · pocket profile · without 3 of its 6 runs")
    #expect(one.panels[0].series.flatMap(\.points).allSatisfy { $0.deviation == nil } && one.columns == 1)
  }

  @Test("crossed seeds have the interval of their axes, and equal scores have none")
  func crossedSeeds() throws {
    let runs = try MadeUpRuns(seeds: "{init: [0, 1], order: [0, 1]}", figure: "pareto: {costs: [parameters]}")
    for run in try runs.experiment.runs() {
      let score = run.row == "lora" ? 0.6 + 0.01 * Double(run.seed.initialization) + 0.02 * Double(run.seed.order) : 0.7
      try runs.store(run.row, "rte", of: run.seed, scores: [score])
    }
    let series = try runs.figure().panels[0].series
    // t(1) = 12.706 times the root of 0.5² + 1²
    #expect(rounded(series[0].points[0].deviation) == 14.205969 && series[1].points[0].deviation == nil)
  }

  @Test func longBarsAreCutOff() throws {
    let runs = try MadeUpRuns(figure: "pareto: {costs: [parameters]}")
    for (row, scores) in [("lora", [0.6, 0.8]), ("aflora", [0.69, 0.69])] {
      for seed in 0...1 { try runs.store(row, "rte", seed, scores: [scores[seed]]) }
    }
    let figure = try runs.figure()
    // at least a point beside the scores, 69 and 70
    #expect(rounded(figure.panels[0].y.start) == 68 && rounded(figure.panels[0].y.end) == 71)
    #expect(figure.subtitle.contains("bars: 95% interval over seeds, cut off at the edge"))
  }

  @Test func dataHaveEveryValue() throws {
    let figure = try runs("pareto: {costs: [operations, kept]}").figure()
    #expect(figure.columns == 2)
    let lines = figure.data.csv.split(separator: "\n").map(String.init)
    #expect(lines[0] == "row,label,percent,interval_low,interval_high,seeds,cost,value,on_front" && lines.count == 7)
    let fields = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(
      fields.map { [$0[0], $0[6], $0[7], $0[8]] } == [
        ["lora", "operations", "1000.0", "0"], ["aflora", "operations", "1000.0", "1"], ["fft", "operations", "1000.0", "0"],
        ["lora", "kept_parameters", "10000.0", "0"], ["aflora", "kept_parameters", "2500.0", "1"],
        ["fft", "kept_parameters", "", "0"],
      ])
    #expect(fields.allSatisfy { $0[5] == "2" })
    #expect(rounded(Double(fields[0][3])) == 74.146898 && rounded(Double(fields[0][4])) == 86.853102)
    // what has no cost is in the file and not in the panel
    #expect(figure.panels[1].series.map { $0.points.count } == [1, 1, 0, 1])
  }

  @Test func rowsWithoutAScoreAreLeftOutAndFewerSeedsSaidSo() throws {
    let left = ["fft mrpc 0", "fft mrpc 1", "lora rte 1"]
    let (made, missing) = try runs(without: left).made()
    let figure = try #require(made)
    #expect(missing.count == 3 && figure.subtitle.hasSuffix(" · without 3 of its 12 runs"))
    #expect(figure.panels[0].series.map(\.name) == ["LoRA", "AFLoRA", ""])
    #expect(figure.panels[0].series.map { $0.points.map(\.text) } == [["LoRA n=1"], ["AFLoRA"], [nil]])
    #expect(figure.subtitle.contains("mean over 2 seeds, or over n where that stands beside it"))
    // LoRA's score is over two seeds of one task and one of the other: no seed's average has a part in it alone
    #expect(figure.panels[0].series[0].points.map(\.deviation) == [nil] && figure.panels[0].series[1].points[0].deviation != nil)
    #expect(figure.subtitle.contains("bars: 95% interval over seeds, none of rows whose tasks have unlike seeds"))
    let all = ["lora", "aflora", "fft"].flatMap { row in ["\(row) mrpc 0", "\(row) mrpc 1"] }
    #expect(try runs(without: all).made().figure == nil)
  }

  @Test func timesThatWereTakenAloneSaySo() throws {
    let runs = try MadeUpRuns(seeds: "[0]", figure: "pareto: {costs: [time]}")
    for row in ["lora", "aflora"] { try runs.store(row, seconds: 4000, stepSeconds: [200]) }
    let figure = try runs.figure()
    #expect(figure.panels[0].title == "timed alone, 1 thread" && figure.panels[0].x.label == "training time of a run (min)")
    #expect(figure.panels[0].series.map(\.hasMarks) == [true, true, false], "equals are on the front together")
    #expect(figure.subtitle.hasSuffix(" · a processor"))
    let untimed = try MadeUpRuns(seeds: "[0]", figure: "pareto: {costs: [time]}")
    try untimed.store("lora")
    let bare = try untimed.figure()
    #expect(bare.panels[0].series.map { $0.points.count } == [0, 0] && bare.panels[0].title == "no run was timed")
  }
}
