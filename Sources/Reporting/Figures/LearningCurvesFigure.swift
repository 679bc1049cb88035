// Validation scores by epoch and training loss by step.
import Foundation
import Manifests
import Metrics
import Records
import Settings

/// The learning curves of rows on one task, or of any single run.
enum LearningCurvesFigure {
  /// The most points of one line of losses, and of each of several, which would hide each other.
  private static let mostWindows = (alone: 100, among: 50)

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let first = runs.first, let column = source.table.tasks.first(where: { $0.task == first.task }),
      let metric = column.metric
    else { return nil }
    var scores: [FigureSeries] = []
    var losses: [(name: String, values: [Double])] = []
    for run in runs {
      let label = source.label(ofRow: run.row)
      let points = run.record.epochs.compactMap { epoch -> FigurePoint? in
        let values = epoch.scores.filter { $0.metric == metric && run.record.chooses(by: $0.split) }.map(\.value)
        return mean(values).map { FigurePoint(Double(epoch.epoch), $0 * 100) }
      }
      scores.append(FigureSeries(name: label, points: points, hasMarks: true))
      losses.append((label, try run.tensors().vector("training/loss", axis: "step")))
    }
    let panels = panels(scores: scores, losses: losses, score: MetricText.short(metric))
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(first.task, first.seed.phrase), panels: panels,
      columns: 2, data: FigureData(linesOf: panels))
  }

  /// The curves of the run in a folder: every metric on every set that chooses the best epoch.
  /// - Throws: `ReportError`.
  static func make(runIn folder: URL) throws -> Figure {
    guard let record = try ResultsFolder.record(in: folder) else { throw ReportError.unfinishedRun(path: folder.relativePath) }
    let chosen = record.epochs.first?.scores.filter { record.chooses(by: $0.split) } ?? []
    let kinds = chosen.map { (split: $0.split, metric: $0.metric) }
    let splits = Set(kinds.map(\.split))
    let scores = kinds.map { kind in
      let name = MetricText.short(kind.metric) + (splits.count > 1 ? ", \(kind.split)" : "")
      let points = record.epochs.compactMap { epoch in
        epoch.value(split: kind.split, metric: kind.metric).map { FigurePoint(Double(epoch.epoch), $0 * 100) }
      }
      return FigureSeries(name: name, points: points, hasMarks: true)
    }
    let loss = try RecordedTensors(in: folder, record: record).vector("training/loss", axis: "step")
    let panels = panels(scores: scores, losses: [("", loss)], score: "validation score")
    func text(_ key: String) -> String? {
      if case .text(let value)? = record.specification[key] { value } else { nil }
    }
    let parts = [text("label"), text("task"), record.specification["seed"].flatMap { RunSeed(json: $0) }?.phrase].compactMap { $0 }
    return Figure(
      id: FigureKind.learningCurves.rawValue, title: FigureKind.learningCurves.title, subtitle: parts.joined(separator: ", "),
      panels: panels, columns: 2, data: FigureData(linesOf: panels))
  }

  private static func panels(scores: [FigureSeries], losses: [(name: String, values: [Double])], score: String) -> [FigurePanel] {
    var widths: Set<Int> = []
    let lossLines = losses.map { loss in
      let windows = FigureSampling.windows(loss.values, most: losses.count > 3 ? mostWindows.among : mostWindows.alone)
      widths.insert(windows.width)
      return FigureSeries(name: loss.name, points: windows.points)
    }
    let steps = losses.map(\.values.count).max() ?? 1
    return [
      FigurePanel(
        title: "validation", kind: .lines, x: FigureAxis(name: "epoch", isWhole: true), y: FigureAxis(name: score, unit: "percent"),
        series: scores),
      FigurePanel(
        title: "training" + (FigureSampling.phrase(widths).map { ", " + $0 } ?? ""), kind: .lines,
        x: FigureAxis.steps(steps), y: FigureAxis(name: "loss"),
        series: lossLines),
    ]
  }
}
