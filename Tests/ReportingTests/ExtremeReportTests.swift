// Reports of records, timings and tensors with numbers that no run leaves: said to be unusable or shown, and no crash.
import Foundation
import Manifests
import Records
import Storage
import TestSupport
import Testing

@testable import Reporting

@Suite("Extreme reports")
struct ExtremeReportTests {
  private static let losses = ["training/loss": HDF5Dataset.steps([2, 1])]

  /// Two rows, each with two seeds; the first run's file is replaced again and again, and everything is shown.
  private func check(_ file: String) throws {
    let runs = try MadeUpRuns(figure: "learning-curves: {task: rte}")
    for row in ["lora", "aflora"] {
      for seed in [0, 1] { try runs.store(row, "rte", seed, scores: [0.5, 0.75], tensors: Self.losses, seconds: 2) }
    }
    let folder = try runs.folder("lora", "rte", 0)
    let url = folder.appending(path: file)
    var (taken, refused) = (0, 0)
    func report() throws {
      let report = try Report(runs.experiment.manifest.experiment(.pocket), runs.experiment.findings(runs.results))
      for format in TableFormat.allCases { #expect(try !report.rendered(format).isEmpty) }
      #expect(!report.cost.markdown.isEmpty)
    }
    for variation in JSONVariations.of(unsealed(try Data(contentsOf: url)), most: 10) {
      try variation.json.write(to: url)
      do {
        let text = try RunDescription(folder: folder).text
        #expect(!text.isEmpty)
        try report()
        _ = try runs.made()
        _ = GnuplotScript.render(try LearningCurvesFigure.make(runIn: folder), as: .svg)
        taken += 1
      } catch {
        #expect(error is ReportError, "\(variation): \(error)")
        refused += 1
      }
    }
    try report()
    #expect(taken > 20 && (file == "timing.json" || refused > 100))
  }

  @Test("every value of a record") func record() throws { try check("record.json") }
  @Test("every value of a timing") func timing() throws { try check("timing.json") }

  private static let names = ["m.layer.0.attention.self.query", "m.layer.1.attention.self.query"]
  private static let numbers: [Double] = [1e308, -1e308, .infinity, .nan, 0, .leastNonzeroMagnitude, 9.3e18]

  /// The tensors of a figure whose values are these, in turn.
  private func tensors(_ figure: String, _ first: Double, _ second: Double) -> [String: HDF5Dataset] {
    let map = HDF5Dataset.map([[first, second], [second, 1]], ["query", "value"])
    func pairs(_ axes: [String], _ named: String) -> HDF5Dataset {
      .table([[first, second], [second, first]], axes: axes, named: named, Self.names)
    }
    switch figure {
    case "freezing-map": return ["freezing/iteration": map]
    case "score-trajectories":
      return [
        "freezing/score": .table(
          [[first, second], [1, 1]], axes: ["step", "matrix"], named: "matrix", Self.names.map { $0 + ".lora_A" }),
        "freezing/fraction": .steps([second, first]), "freezing/iteration": map,
      ]
    case "importance-map": return ["importance/value": map]
    case "norm-histograms": return ["importance/example_squared_norm": pairs(["module", "example"], "module")]
    case "rank-map": return ["ranks/value": map]
    case "pruning":
      return [
        "pruning/kept": pairs(["pruning", "module"], "module"), "pruning/turnover": pairs(["pruning", "module"], "module"),
        "pruning/updates": .steps([first, second], axis: "pruning"), "pruning/mask/\(Self.names[0]).lora_A": map,
        "pruning/mask/\(Self.names[1]).lora_A": map,
      ]
    default:
      return [
        "training/loss": .steps([first, second]), "training/floating_point_operations": .steps([first, second]),
        "training/tokens": .steps([second, first]), "training/trainable_parameters": .steps([first, second]),
      ]
    }
  }

  @Test(
    "tensors in figures",
    arguments: [
      "freezing-map", "score-trajectories", "importance-map: {module: query}", "norm-histograms: {module: query}", "rank-map",
      "pruning", "learning-curves", "cost-curves", "cost-bars", "bars", "pareto",
    ])
  func figures(figure: String) throws {
    let kind = String(figure.prefix { $0 != ":" })
    let row = ["freezing-map", "score-trajectories", "rank-map", "pruning"].contains(kind) ? "row: lora, " : ""
    let settings = figure == kind ? "\(kind): {\(row)task: rte}" : figure.replacing("{", with: "{row: lora, task: rte, ")
    let runs = try MadeUpRuns(seeds: "[0]", figure: settings)
    var drawn = 0
    for first in Self.numbers {
      for second in [1, -1e308, .leastNonzeroMagnitude] {
        for row in ["lora", "aflora"] {
          try runs.store(row, scores: [first, second], tensors: tensors(kind, first, second), seconds: 1)
        }
        do {
          guard let figure = try runs.made().figure else { continue }
          if second == .leastNonzeroMagnitude, let gnuplot = try? Gnuplot() {
            _ = try DrawnFigure(try gnuplot.draw(figure, as: .svg))
          }
          drawn += 1
        } catch {
          #expect(error is ReportError, "\(first), \(second): \(error)")
          if case ReportError.gnuplot = error { Issue.record("\(first), \(second): \(error)") }
        }
      }
    }
    #expect(drawn > 0)
  }
}
