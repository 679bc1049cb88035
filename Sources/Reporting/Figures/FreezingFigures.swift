// AFLoRA's freezing: when each matrix froze, and the scores that decided it.
import Manifests
import Metrics

/// The map of freezing iterations (AFLoRA's Fig. 5).
enum FreezingMapFigure {
  private static let tensor = "freezing/iteration"

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let first = runs.first else { return nil }
    var maps: [LayerMap] = []
    for run in runs {
      let tensors = try run.tensors()
      let map = try LayerMap(tensor, in: tensors, modules: settings.modules)
      guard map.layers == maps.first?.layers ?? map.layers, map.modules == maps.first?.modules ?? map.modules else {
        throw ReportError.unexpectedTensor(
          path: tensors.path, tensor: tensor, found: "of other layers or modules than the first seed's", expected: "the same")
      }
      maps.append(map)
    }
    // -1 stands for a matrix that never froze.
    func frozen(_ layer: Int, _ module: Int) -> [Double] {
      maps.compactMap { map in map.values[layer][module].flatMap { $0 < 0 ? nil : $0 } }
    }
    let means = (0..<maps[0].layers).map { layer in maps[0].modules.indices.map { mean(frozen(layer, $0)) } }
    let shades = HeatMapShade(means.flatMap { $0 })
    var isPartial = false
    let series = maps[0].modules.enumerated().map { module, name in
      let cells = means.indices.map { layer -> FigurePoint in
        guard let value = means[layer][module] else { return FigurePoint(Double(layer), nil, text: "never") }
        let isInAll = frozen(layer, module).count == maps.count
        isPartial = isPartial || !isInAll
        let text = maps.count == 1 ? NumberText.whole(value) : NumberText.oneDecimal(value)
        return FigurePoint(Double(layer), shades[value], text: text + (isInAll ? "" : "*"))
      }
      return FigureSeries(name: name, points: cells)
    }
    let title = "optimizer step at which each matrix froze; darker = later" + (isPartial ? "; * never with some seed" : "")
    let rows = means.indices.flatMap { layer in
      maps[0].modules.indices.map { module in
        [
          String(layer + 1), maps[0].modules[module], CSVText.number(means[layer][module]), String(frozen(layer, module).count),
          String(maps.count),
        ]
      }
    }
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle(first.label, first.task, source.seedPhrase(runs.map(\.seed))),
      panels: [
        FigurePanel(
          title: title, kind: .heatMap, x: LayerMap.layerAxis(maps[0].layers), y: FigureAxis(name: "matrix"), series: series)
      ], data: FigureData(columns: ["layer", "module", "iteration", "frozen_runs", "runs"], rows: rows))
  }
}

/// The freezing scores of all matrices over training, each until it froze.
enum ScoreTrajectoriesFigure {
  private static let tensor = "freezing/score"

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let run = runs.first else { return nil }
    let tensors = try run.tensors()
    let scores = try tensors.matrix(tensor, axes: ["step", "matrix"], named: "matrix")
    let fractions = try tensors.vector("freezing/fraction", axis: "step")
    let iterations = try LayerMap("freezing/iteration", in: tensors, modules: nil)
    guard fractions.count == scores.rows else {
      throw ReportError.unexpectedTensor(
        path: tensors.path, tensor: "freezing/fraction", found: "of \(fractions.count) steps", expected: "\(scores.rows)")
    }
    // Where all are frozen early, the rest of training is an empty page.
    let ends = iterations.values.flatMap { $0 }.map { $0.flatMap { $0 < 0 ? nil : $0 } }
    let last = ends.contains(nil) ? nil : ends.compactMap { $0 }.max()
    let steps = last.map { min(scores.rows, Int(min($0, 1e9) * 1.1) + 1) } ?? scores.rows
    let places = FigureSampling.places(steps)
    var lines: [(layer: Int, line: FigureSeries)] = []
    var known: [String] = []
    for (column, name) in scores.names.enumerated() {
      guard let path = ModulePath(name) else { continue }
      if !known.contains(path.name) { known.append(path.name) }
      if let wanted = settings.modules, !wanted.contains(path.name) { continue }
      let end = frozenAt(path, iterations) ?? steps
      // The axis is logarithmic: scores are above zero but for the first steps, before there are any.
      let points = places.filter { $0 < end && scores[$0, column] > 0 }.map { FigurePoint(Double($0 + 1), scores[$0, column]) }
      let layer = "layer \(path.layer)"
      let line =
        settings.grouping == .module
        ? FigureSeries(name: path.name, member: layer, points: points)
        : FigureSeries(name: layer, member: path.name, points: points)
      lines.append((path.layer, line))
    }
    if let unknown = settings.modules?.first(where: { !known.contains($0) }) {
      throw ReportError.unknownModule(unknown, path: tensors.path, tensor: tensor, recorded: known)
    }
    if settings.grouping == .layer { lines.sort { $0.layer < $1.layer } }
    let step = FigureAxis(name: "optimizer step", start: 1, end: Double(max(2, steps)))
    let fraction = FigureSeries(name: "", points: places.map { FigurePoint(Double($0 + 1), fractions[$0]) })
    let panels = [
      FigurePanel(
        title: "each line ends where its matrix froze"
          + (steps < scores.rows ? "; training goes on to step \(scores.rows)" : ""),
        kind: .lines, x: step, y: FigureAxis(name: "freezing score", isLogarithmic: true), series: lines.map(\.line)),
      FigurePanel(kind: .lines, x: step, y: FigureAxis(name: "freezing fraction", start: 0, end: 1), series: [fraction]),
    ]
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(run.label, run.task, "seed \(run.seed)"), panels: panels,
      data: FigureData(linesOf: panels))
  }

  /// The step at which a matrix froze; nil where it never did.
  private static func frozenAt(_ path: ModulePath, _ iterations: LayerMap) -> Int? {
    guard let module = iterations.modules.firstIndex(of: path.name), path.layer <= iterations.layers,
      let step = iterations.values[path.layer - 1][module], step >= 0, step < 1e9
    else { return nil }
    return Int(step)
  }
}
