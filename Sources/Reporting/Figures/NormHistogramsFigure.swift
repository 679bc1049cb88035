// The distribution of the squared norms of an adapter's outputs over examples, a panel for each layer (LoRA-drop's Figs. 2, 6 to 10).
import Manifests
import Metrics

/// Histograms by layer for one row, or for two over each other.
enum NormHistogramsFigure {
  private static let bins = 100
  /// The share of all values that the common horizontal axis holds.
  private static let shownShare = 0.995

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    guard let first = runs.first, let module = settings.modules?.first else { return nil }
    let tensor = settings.dataset == .importance ? "importance/example_squared_norm" : "final/example_squared_norm"
    var series: [(row: String, label: String, norms: [Int: [Double]])] = []
    for run in runs {
      let tensors = try run.tensors()
      let matrix = try tensors.matrix(tensor, axes: ["module", "example"], named: "module")
      var norms: [Int: [Double]] = [:]
      var known: [String] = []
      for (index, name) in matrix.names.enumerated() {
        guard let path = ModulePath(name) else { continue }
        if !known.contains(path.module) { known.append(path.module) }
        if path.module == module { norms[path.layer] = matrix.row(index).filter(\.isFinite) }
      }
      guard known.contains(module) else {
        throw ReportError.unknownModule(module, path: tensors.path, tensor: tensor, recorded: known)
      }
      series.append((run.row, source.label(ofRow: run.row), norms))
    }
    let layers = Set(series.flatMap(\.norms.keys)).sorted()
    let all = layers.flatMap { layer in series.flatMap { $0.norms[layer] ?? [] } }.sorted()
    guard let end = FigureSampling.quantile(all, shownShare), end > 0 else { return nil }
    let width = end / Double(bins)
    var data: [[String]] = []
    let panels = layers.map { layer -> FigurePanel in
      var texts: [String] = []
      var histograms: [FigureSeries] = []
      for (row, label, norms) in series {
        guard let values = norms[layer], let middle = mean(values) else { continue }
        let deviation = sampleStandardDeviation(values)
        let counts = counts(values, width: width)
        let points = counts.enumerated().map { bin, count in FigurePoint(Double(bin) * width, Double(count)) }
        histograms.append(FigureSeries(name: label, points: points + [FigurePoint(end, 0)]))
        texts.append(
          NumberText.significant(middle) + (deviation.map { "\u{a0}±\u{a0}" + NumberText.significant($0, digits: 2) } ?? ""))
        let common = [row, label, String(layer)]
        for (bin, count) in counts.enumerated() {
          data.append(
            common + [
              CSVText.number(Double(bin) * width), CSVText.number(Double(bin + 1) * width), String(count), CSVText.number(middle),
              CSVText.number(deviation),
            ])
        }
        let beyond = values.count - counts.reduce(0, +)
        data.append(common + [CSVText.number(end), "", String(beyond), CSVText.number(middle), CSVText.number(deviation)])
      }
      return FigurePanel(
        title: "layer \(layer): " + texts.joined(separator: "\u{a0}| "), kind: .histograms,
        x: FigureAxis(name: "squared norm, summed over tokens", start: 0, end: end),
        y: FigureAxis(name: "examples", start: 0, isWhole: true), series: histograms)
    }
    // the variants that verify importances measure the trained LoRA
    let isTrained = settings.dataset == .final || runs.allSatisfy { $0.options["variant"]?.text?.hasPrefix("only-") == true }
    let measured = isTrained ? "after training" : "before layers are chosen"
    let names = series.count == 1 ? [first.label] : []
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle(
        (names + [
          "\(module) of \(first.task)", first.seed.phrase, measured, "mean ± deviation in the titles",
          "the highest 0.5% not shown",
        ])
        .joined(separator: ", ")), panels: panels, columns: min(layers.count, layers.count > 6 && series.count == 1 ? 4 : 3),
      data: FigureData(columns: ["row", "label", "layer", "lower", "upper", "examples", "mean", "deviation"], rows: data))
  }

  /// How many values are in each bin; those beyond the last are in none.
  private static func counts(_ values: [Double], width: Double) -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    for value in values where value >= 0 {
      // The greatest value shown belongs to the last bin.
      let bin = value == width * Double(bins) ? bins - 1 : Int(min(value / width, Double(bins)))
      if bin < bins { counts[bin] += 1 }
    }
    return counts
  }
}
