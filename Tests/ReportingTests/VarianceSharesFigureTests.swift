// The shares of initialisation and order as a picture.
import Foundation
import Settings
import TestSupport
import Testing

@testable import Reporting

@Suite struct VarianceSharesFigureTests {
  private func runs(tasks: String = "[rte, mrpc]", figure: String = "variance-shares") throws -> MadeUpRuns {
    let runs = try MadeUpRuns(tasks: tasks, seeds: "{init: [0, 1], order: [0, 1]}", figure: figure)
    for run in try runs.experiment.runs() {
      let seed = run.seed, axis = run.row == "lora" ? seed.initialization : seed.order
      // a little of the combination's own
      let own = run.task.id == "rte" && seed == 1 ? 0.001 : 0
      try runs.store(run.row, run.task.id, of: seed, scores: [0.5 + 0.1 * Double(axis) + own])
    }
    return runs
  }

  @Test func barsAreMadeOfThreeParts() throws {
    let figure = try runs().figure()
    #expect(figure.title == "Where the variance comes from" && figure.parts == ["init", "order", "init × order"])
    #expect(
      figure.subtitle == "best epoch, init 0, 1 × order 0, 1, behind a bar: the deviation of one run, in points · pocket profile")
    #expect(figure.panels.map(\.title) == ["rte, accuracy", "mrpc, accuracy", "all tasks"] && figure.columns == 3)
    #expect(figure.panels.allSatisfy { $0.kind == .shares && $0.series.map(\.name) == ["LoRA", "AFLoRA"] })
    let mrpc = figure.panels[1].series.map(\.points)
    #expect(mrpc[0].map(\.text) == ["100", nil, nil, "7.07"] && mrpc[1].map(\.text) == [nil, "100", nil, "7.07"])
    #expect(abs((mrpc[1][1].y ?? 0) - 100) < 1e-9 && mrpc[1][1].x == 0 && mrpc[0][3].y == 0)
    let whole = figure.panels[0].series[0].points
    #expect(abs(whole.reduce(0) { $0 + ($1.y ?? 0) } - 100) < 1e-9, "parts add up to the whole bar")
    #expect(figure.data.columns == ["task", "row", "part", "percent", "low", "high", "deviation", "tasks"])
    #expect(figure.data.rows.count == 18 && figure.data.rows.last?.prefix(3) == ["all", "AFLoRA", "init × order"])
    #expect(figure.data.rows.last?.last == "2")
  }

  @Test func aFigureOfSomeRowsAndTasksAddsUpThoseAlone() throws {
    let one = try runs(figure: "{variance-shares: {tasks: [mrpc], rows: [aflora]}}").figure()
    #expect(one.panels.map(\.title) == ["mrpc, accuracy"] && one.panels[0].series.map(\.name) == ["AFLoRA"])
  }

  @Test func aBarOverSomeTasksSaysSo() throws {
    let runs = try runs()
    try FileManager.default.removeItem(at: runs.folder("lora", "rte", RunSeed(initialization: 0, order: 1)))
    let figure = try runs.figure()
    #expect(figure.panels[0].series[0].points.map(\.text) == ["–"])
    #expect(figure.panels[2].series.map { $0.points.last?.text } == ["7.07 (1 of 2)", "7.09"])
  }

  @Test func withoutAWholeRowThereIsNothingToDraw() throws {
    let runs = try MadeUpRuns(seeds: "{init: [0, 1], order: [0, 1]}", figure: "variance-shares")
    try runs.store("lora", "rte", of: 0, scores: [0.5])
    let (figure, missing) = try runs.made()
    #expect(figure == nil && missing.first == "lora, rte, init 0 order 1: missing" && missing.count == 7)
  }

  @Test(.requires(.gnuplot))
  func everyPartIsDrawnInItsColour() throws {
    let svg = String(decoding: try Gnuplot().draw(try runs().figure(), as: .svg), as: UTF8.self).replacing(" ", with: "")
    // blue for initialisation, vermilion for order, green for what is neither
    for colour in ["0,114,178", "213,94,0", "0,158,115"] { #expect(svg.contains("rgb(\(colour))"), "\(colour)") }
  }
}
