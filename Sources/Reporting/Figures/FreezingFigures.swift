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
    let range = shades.phrase("later") { maps.count == 1 ? NumberText.whole($0) : NumberText.oneDecimal($0) }
    let isFrozen = means.contains { $0.contains { $0 != nil } }
    let title =
      isFrozen
      ? "optimizer step at which each matrix froze; \(range)\(isPartial ? "; * never with some seed" : "")" : "no matrix froze"
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
    let frozen = iterations.values.flatMap { $0 }.map { $0.flatMap { $0 < 0 ? nil : $0 } }
    let last = frozen.contains(nil) ? nil : frozen.compactMap { $0 }.max()
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
    let step = FigureAxis.steps(steps)
    let fraction = FigureSeries(name: "", points: places.map { FigurePoint(Double($0 + 1), fractions[$0]) })
    let ends = "each line ends where its matrix froze" + (steps < scores.rows ? "; training goes on to step \(scores.rows)" : "")
    let drawn = scorePanels(lines, settings.grouping, step, ends)
    let panels =
      drawn + [
        FigurePanel(
          title: drawn.count > 1 ? "fraction of the matrices that are frozen" : nil, kind: .lines, x: step,
          y: FigureAxis(name: "freezing fraction", start: 0, end: 1), series: [fraction])
      ]
    let parts = [run.label, run.task, run.seed.phrase] + (settings.grouping == .layer ? [ends] : [])
    let layers = settings.grouping == .layer ? lines.map(\.layer).max() ?? 0 : 0
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(parts.joined(separator: ", ")), panels: panels,
      columns: panels.count > 2 ? 2 : 1, scale: (0..<layers).map { "layer \($0 + 1)" }, data: FigureData(linesOf: panels))
  }

  /// One panel where modules have colours; where layers have them, one for each module, on one scale.
  private static func scorePanels(
    _ lines: [(layer: Int, line: FigureSeries)], _ grouping: FigureGrouping, _ step: FigureAxis, _ ends: String
  ) -> [FigurePanel] {
    let axis = FigureAxis(name: "freezing score", isLogarithmic: true)
    guard grouping == .layer else { return [FigurePanel(title: ends, kind: .lines, x: step, y: axis, series: lines.map(\.line))] }
    let modules = lines.reduce(into: [String]()) { names, line in
      if let module = line.line.member, !names.contains(module) { names.append(module) }
    }
    // Whole powers of ten, between which the scores of all panels are.
    let decades = modules.count > 1 ? FigureSampling.decades(lines.flatMap(\.line.points).compactMap(\.y)) : nil
    let common = FigureAxis(
      name: axis.name, isLogarithmic: true, start: decades.map { FigureSampling.power($0.lowerBound) },
      end: decades.map { FigureSampling.power($0.upperBound) })
    return modules.map { module in
      let own = lines.filter { $0.line.member == module }.sorted { $0.layer < $1.layer }
      return FigurePanel(title: module, kind: .lines, x: step, y: common, series: own.map(\.line))
    }
  }

  /// The step at which a matrix froze; nil where it never did.
  private static func frozenAt(_ path: ModulePath, _ iterations: LayerMap) -> Int? {
    guard let module = iterations.modules.firstIndex(of: path.name), path.layer <= iterations.layers,
      let step = iterations.values[path.layer - 1][module], step >= 0, step < 1e9
    else { return nil }
    return Int(step)
  }
}
