// What training costs: time, operations and trainable parameters of a step, on the whole and over training.
import Foundation
import Manifests
import Metrics
import Records

/// Time per step, operations per step and trainable parameters of rows, each relative to the largest row's (AFLoRA's Fig. 3).
enum CostBarsFigure {
  private struct Cost {
    let row: String
    let label: String
    /// Seconds per step, operations per step, trainable parameters.
    let values: [Double]
  }

  private static let names = ["time per step", "operations per step", "trainable parameters"]
  private static let units = ["seconds_per_step", "operations_per_step", "trainable_parameters"]

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    // Tasks differ in length: only such as every row has are compared.
    let rows = settings.rows.filter { row in runs.contains { $0.row == row && $0.timing != nil } }
    let tasks = settings.tasks.filter { task in
      rows.allSatisfy { row in runs.contains { $0.row == row && $0.task == task && $0.timing != nil } }
    }
    guard !rows.isEmpty, !tasks.isEmpty else { return nil }
    var costs: [Cost] = []
    for row in rows {
      var byTask: [[Double]] = []
      for task in tasks {
        var measured: [[Double]] = []
        for run in runs where run.row == row && run.task == task { if let values = try values(of: run) { measured.append(values) } }
        guard !measured.isEmpty else { return nil }
        byTask.append(means(measured))
      }
      costs.append(Cost(row: row, label: source.label(ofRow: row), values: means(byTask)))
    }
    let largest = names.indices.map { quantity in costs.map { $0.values[quantity] }.max() ?? 0 }
    func relative(_ cost: Cost, _ quantity: Int) -> Double? {
      largest[quantity] > 0 ? cost.values[quantity] / largest[quantity] : nil
    }
    let series = costs.map { cost in
      BarSeries(
        cost.label, bars: names.indices.map { relative(cost, $0).map { BarSeries.Bar($0, text: NumberText.twoDecimals($0)) } })
    }
    let data = costs.flatMap { cost in
      names.indices.map { quantity in
        [
          cost.row, cost.label, units[quantity], CSVText.number(cost.values[quantity]), CSVText.number(relative(cost, quantity)),
        ]
      }
    }
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle("means over \(tasks.joined(separator: ", "))", "time as measured"),
      panels: [
        FigurePanel(
          x: FigureAxis("quantity", categories: names), y: FigureAxis("share of the largest", start: 0, end: 1.1),
          content: .bars(series))
      ], data: FigureData(columns: ["row", "label", "quantity", "value", "share_of_largest"], rows: data))
  }

  /// A run's seconds per step, operations per step and trainable parameters; nil without steps or a timing.
  private static func values(of run: FigureRun) throws -> [Double]? {
    let measured = run.timing?.secondsByStep.flatMap { mean($0.filter(\.isFinite)) }
    guard let seconds = measured ?? run.timing?.secondsPerStep else { return nil }
    let operations = mean(try run.tensors().vector("training/floating_point_operations", axis: "step")) ?? 0
    return [seconds, operations, run.record.trainableParameters.average]
  }

  private static func means(_ values: [[Double]]) -> [Double] {
    names.indices.map { quantity in mean(values.map { $0[quantity] }) ?? 0 }
  }
}

/// One row's cost, step by step.
struct CostCurve {
  let label: String
  let operations: [Double]
  let parameters: [Double]
  /// Seconds of each step, not a number where they are not of that step alone; nil where steps were not measured one by one.
  let seconds: [Double]?
}

/// Operations and trainable parameters of rows, step by step, and seconds where they were measured.
enum CostCurvesFigure {
  private static let mostWindows = 100

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let first = runs.first else { return nil }
    var curves: [CostCurve] = []
    for run in runs {
      let tensors = try run.tensors()
      curves.append(
        CostCurve(
          label: source.label(ofRow: run.row), operations: try tensors.vector("training/floating_point_operations", axis: "step"),
          parameters: try tensors.vector("training/trainable_parameters", axis: "step"), seconds: run.timing?.secondsByStep))
    }
    let panels = panels(curves)
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(first.task, "seed \(first.seed)"), panels: panels,
      data: FigureData(linesOf: panels))
  }

  /// One panel for each quantity that every row has, all over the same steps.
  static func panels(_ curves: [CostCurve]) -> [FigurePanel] {
    let steps = curves.map(\.operations.count).max() ?? 1
    let axis = FigureAxis("optimizer step", start: 1, end: Double(max(2, steps)))
    func panel(_ name: String, _ unit: String?, isAveraged: Bool, _ values: (CostCurve) -> [Double]) -> FigurePanel {
      let scale = FigureSampling.scale(curves.flatMap(values).filter(\.isFinite).max() ?? 0)
      var width = 1
      let lines = curves.map { curve in
        let scaled = values(curve).map { $0 / scale.factor }
        guard isAveraged else {
          let places = FigureSampling.places(scaled.count)
          return FigureLine(curve.label, points: places.map { FigurePoint(Double($0 + 1), scaled[$0]) })
        }
        let windows = FigureSampling.windows(scaled, most: mostWindows)
        width = max(width, windows.width)
        return FigureLine(curve.label, points: windows.points)
      }
      let parts = [scale.name, unit].compactMap { $0 }
      return FigurePanel(
        title: width > 1 ? "means of \(width) steps" : nil, x: axis,
        y: FigureAxis(name, unit: parts.isEmpty ? nil : parts.joined(separator: ", "), start: 0), content: .lines(lines))
    }
    var panels = [
      panel("operations per step", nil, isAveraged: true, \.operations),
      panel("trainable parameters", nil, isAveraged: false, \.parameters),
    ]
    if !curves.isEmpty, curves.allSatisfy({ $0.seconds != nil }) {
      panels.append(panel("time per step", "s", isAveraged: true) { $0.seconds ?? [] })
    }
    return panels
  }
}
