// PRILoRA's ranks and masks, and any other method's that records them.
import Manifests
import Metrics

/// The map of ranks.
enum RankMapFigure {
  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let run = runs.first else { return nil }
    let map = try LayerMap("ranks/value", in: try run.tensors(), modules: settings.modules)
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(run.label, run.task, run.seed.phrase),
      panels: [map.panel("rank of each adapter", more: "higher", text: NumberText.count)], data: map.data("rank"))
  }
}

/// What the last pruning kept, and how much each pruning changed.
enum PruningFigure {
  private static let kept = "pruning/kept"
  private static let turnover = "pruning/turnover"

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let run = runs.first else { return nil }
    let tensors = try run.tensors()
    let kept = try tensors.matrix(kept, axes: ["pruning", "module"], named: "module")
    let turnover = try tensors.matrix(turnover, axes: ["pruning", "module"], named: "module")
    let updates = try tensors.vector("pruning/updates", axis: "pruning")
    guard turnover.names == kept.names, turnover.rows == kept.rows, updates.count == kept.rows else {
      throw ReportError.unexpectedTensor(
        path: tensors.path, tensor: Self.turnover, found: "of other prunings or modules than '\(Self.kept)'", expected: "the same")
    }
    let masks = tensors.maskSizes()
    let sizes = kept.names.map { name in masks.first { $0.path.hasPrefix(name + ".") }.map { Double($0.count) } ?? .nan }
    func shares(_ matrix: NamedMatrix, _ pruning: Int) -> [Double] {
      kept.names.indices.map { sizes[$0] > 0 ? matrix[pruning, $0] / sizes[$0] : .nan }
    }
    let map = try LayerMap(
      paths: kept.names, values: shares(kept, kept.rows - 1), modules: settings.modules, tensor: Self.kept, path: tensors.path)
    let changes = (0..<turnover.rows).map { shares(turnover, $0) }
    let lines = map.modules.map { module in
      let columns = kept.names.indices.filter { ModulePath(kept.names[$0])?.name == module }
      let points = changes.enumerated().compactMap { pruning, shares in
        mean(columns.map { shares[$0] }.filter(\.isFinite)).map { FigurePoint(updates[pruning], $0) }
      }
      return FigureSeries(name: module, points: points, hasMarks: true)
    }
    let last = NumberText.whole(updates[updates.count - 1])
    let panels = [
      map.panel("share of the elements that the pruning at step \(last) kept", text: NumberText.twoDecimals),
      FigurePanel(
        title: "share of the elements that each pruning dropped or brought back, mean over layers", kind: .lines,
        x: FigureAxis(name: "optimizer step"), y: FigureAxis(name: "turnover", start: 0), series: lines),
    ]
    let keptRows = map.data("").rows.map { ["kept", $0[1], "layer \($0[0])", last, $0[2]] }
    let changedRows = lines.flatMap { line in
      line.points.map { ["turnover", line.name, "mean over layers", CSVText.number($0.x), CSVText.number($0.y)] }
    }
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(run.label, run.task, run.seed.phrase), panels: panels,
      data: FigureData(columns: ["quantity", "module", "layer", "step", "share"], rows: keptRows + changedRows))
  }
}
