// What training costs: time, operations and trainable parameters, on the whole and over training.
import Foundation
import Manifests
import Metrics
import Records

/// Time and operations per token, trainable parameters (AFLoRA's Fig. 3) and peak memory of rows, each relative to the largest row's. Per
/// token, because rows may differ in the size of their batches.
enum CostBarsFigure {
  private struct Cost {
    let row: String
    let label: String
    /// Seconds per token, operations per token, trainable parameters, bytes at the peak.
    let values: [Double]
  }

  private static let names = ["time per token", "operations per token", "trainable parameters", "peak memory"]
  private static let units = ["seconds_per_token", "operations_per_token", "trainable_parameters", "peak_memory_bytes"]

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
    let panels = names.indices.map { quantity in
      FigurePanel(
        title: names[quantity] + (largest[quantity] > 0 ? "; 1 is \(text(largest[quantity], quantity))" : ""), kind: .bars,
        x: FigureAxis(name: "share of the largest", start: 0, end: 1), y: FigureAxis(name: source.table.rowHeader),
        series: costs.map { cost in
          let share = relative(cost, quantity)
          return FigureSeries(name: cost.label, points: [FigurePoint(0, share, text: share.map(NumberText.twoDecimals) ?? "–")])
        })
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
      subtitle: source.subtitle("means over \(tasks.joined(separator: ", "))", Self.timePhrase(runs)),
      panels: panels, columns: 2,
      data: FigureData(columns: ["row", "label", "quantity", "value", "share_of_largest"], rows: data))
  }

  /// A quantity for people.
  private static func text(_ value: Double, _ quantity: Int) -> String {
    switch quantity {
    case 0: NumberText.duration(value)
    case 3: NumberText.bytes(Int(min(value, 1e18)))
    default: NumberText.count(value)
    }
  }

  /// A run's seconds per token, operations per token, trainable parameters and peak memory; nil without tokens or a timing.
  private static func values(of run: FigureRun) throws -> [Double]? {
    guard let timing = run.timing else { return nil }
    let tensors = try run.tensors()
    let operations = try tensors.vector("training/floating_point_operations", axis: "step")
    let tokens = try tensors.vector("training/tokens", axis: "step"), count = tokens.reduce(0, +)
    guard count > 0, operations.count == tokens.count, let seconds = secondsPerToken(timing, tokens) else { return nil }
    return [seconds, operations.reduce(0, +) / count, run.record.trainableParameters.average, Double(timing.peakMemoryBytes)]
  }

  /// By the steps that were measured one by one, where each step has its own time; else by all of training.
  private static func secondsPerToken(_ timing: TimingRecord, _ tokens: [Double]) -> Double? {
    if let steps = timing.secondsByStep, steps.count == tokens.count {
      let measured = zip(steps, tokens).filter { $0.0.isFinite }
      let count = measured.reduce(0) { $0 + $1.1 }
      if count > 0 { return measured.reduce(0) { $0 + $1.0 } / count }
    }
    let count = timing.segments.reduce(0) { $0 + Double($1.tokens) }
    return count > 0 ? timing.trainingSeconds / count : nil
  }

  /// On how many threads the runs were timed.
  private static func timePhrase(_ runs: [FigureRun]) -> String {
    let threads = Set(runs.compactMap(\.timing).flatMap(\.segments).map(\.threads)).sorted()
    guard threads.count < 2 else {
      return "times on \(threads.map(String.init).joined(separator: " and ")) threads: not to be compared"
    }
    return "time as measured" + (threads.first.map { " on \($0) thread\($0 == 1 ? "" : "s")" } ?? "")
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
      let operations = try tensors.vector("training/floating_point_operations", axis: "step")
      // what precedes training proper is timed too, and has no place on the axis
      let seconds = run.timing?.secondsByStep.flatMap { $0.count == operations.count ? $0 : nil }
      curves.append(
        CostCurve(
          label: source.label(ofRow: run.row), operations: operations,
          parameters: try tensors.vector("training/trainable_parameters", axis: "step"), seconds: seconds))
    }
    let panels = panels(curves)
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(first.task, first.seed.phrase), panels: panels,
      data: FigureData(linesOf: panels))
  }

  /// One panel for each quantity that every row has, all over the same steps.
  static func panels(_ curves: [CostCurve]) -> [FigurePanel] {
    let steps = curves.map(\.operations.count).max() ?? 1
    let axis = FigureAxis.steps(steps)
    func panel(_ name: String, _ unit: String?, isAveraged: Bool, _ values: (CostCurve) -> [Double]) -> FigurePanel {
      let scale = FigureSampling.scale(curves.flatMap(values).filter(\.isFinite).max() ?? 0)
      var widths: Set<Int> = []
      let lines = curves.map { curve in
        let scaled = values(curve).map { $0 / scale.factor }
        guard isAveraged else {
          let places = FigureSampling.places(scaled.count)
          return FigureSeries(name: curve.label, points: places.map { FigurePoint(Double($0 + 1), scaled[$0]) })
        }
        let windows = FigureSampling.windows(scaled, most: mostWindows)
        widths.insert(windows.width)
        return FigureSeries(name: curve.label, points: windows.points)
      }
      let parts = [scale.name, unit].compactMap { $0 }
      return FigurePanel(
        title: FigureSampling.phrase(widths), kind: .lines, x: axis,
        y: FigureAxis(name: name, unit: parts.isEmpty ? nil : parts.joined(separator: ", "), start: 0), series: lines)
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
