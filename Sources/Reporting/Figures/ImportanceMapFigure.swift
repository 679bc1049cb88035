// LoRA-drop's importance of one module's layers, by task or by row (Figs. 4, 5 and 12).
import Manifests
import Metrics

/// Maps of importance: a line for each task or row, as recorded; in the data also divided by the line's greatest value.
enum ImportanceMapFigure {
  private static let tensor = "importance/value"

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let first = runs.first, let module = settings.modules?.first else { return nil }
    let isByRow = settings.rows.count > 1
    var lines: [(id: String, name: String, values: [Double?])] = []
    for id in isByRow ? settings.rows : settings.tasks {
      var seeds: [[Double?]] = []
      for run in runs where (isByRow ? run.row : run.task) == id {
        let map = try LayerMap(tensor, in: try run.tensors(), modules: [module])
        seeds.append(map.values.map { $0[0] })
      }
      guard let layers = seeds.map(\.count).min() else { continue }
      let means = (0..<layers).map { layer in mean(seeds.compactMap { $0[layer] }) }
      lines.append((id, isByRow ? source.label(ofRow: id) : id, means))
    }
    let layers = lines.map(\.values.count).max() ?? 0
    let shades = HeatMapShade(lines.flatMap(\.values))
    let last = lines.first { $0.id == settings.rows.last }?.values
    var series: [FigureSeries] = []
    var data: [[String]] = []
    for line in lines {
      let greatest = line.values.compactMap { $0 }.max() ?? 0
      let relative = line.values.map { value in greatest > 0 ? value.map { $0 / greatest } : nil }
      let cells = (0..<layers).map { layer in
        let value = layer < line.values.count ? line.values[layer] : nil
        return FigurePoint(Double(layer), value.map { shades[$0] }, text: value.map { shades.text($0) } ?? "–")
      }
      series.append(FigureSeries(name: line.name, points: cells))
      let correlation = isByRow ? last.flatMap { Self.correlation($0, line.values) } : nil
      for (layer, value) in line.values.enumerated() {
        data.append(
          [line.id, line.name, module, String(layer + 1), CSVText.number(value), CSVText.number(relative[layer])]
            + (isByRow ? [CSVText.number(correlation)] : []))
      }
    }
    let name = isByRow ? source.table.rowHeader : "task"
    let seeds = source.seedPhrase(TableProvenance.distinct(runs.map(\.seed)))
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: isByRow
        ? source.subtitle("\(module) of \(first.task)", seeds) : source.subtitle("\(module) of \(first.label)", seeds),
      panels: [
        FigurePanel(
          title: "importance as recorded; \(shades.phrase("more", shades.text))", kind: .heatMap, x: LayerMap.layerAxis(layers),
          y: FigureAxis(name: name), series: series)
      ],
      data: FigureData(
        columns: [isByRow ? "row" : "task", "label", "module", "layer", "importance", "share_of_greatest"]
          + (isByRow ? ["spearman_with_last_row"] : []), rows: data))
  }

  /// The rank correlation over the layers that both have; nil where it has no value.
  private static func correlation(_ last: [Double?], _ values: [Double?]) -> Double? {
    let pairs = zip(last, values).compactMap { pair in pair.0.flatMap { first in pair.1.map { (first, $0) } } }
    return spearman(gold: pairs.map { $0.0 }, predicted: pairs.map { $0.1 })
  }
}
