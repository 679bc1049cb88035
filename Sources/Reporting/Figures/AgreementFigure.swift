// How far the importances of layers agree between runs: those of one task, those of one seed, and those that have neither in common.
import Manifests
import Metrics

/// A matrix of tasks for each row and module, and below it in words what it says.
enum AgreementFigure {
  private static let tensor = "importance/value"

  /// The agreement of one row's importances of one module.
  private struct Part {
    let row: String
    let label: String
    let module: String
    let agreement: Agreement
  }

  /// - Throws: `ReportError`.
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws -> Figure? {
    let parts = try parts(settings, runs, source)
    let cells = parts.flatMap { $0.agreement.matrix.joined() }
    guard !parts.isEmpty, cells.contains(where: { $0 != nil }) else { return nil }
    let shades = HeatMapShade(cells)
    let hasRows = settings.rows.count > 1
    let axis = FigureAxis(name: "task", places: settings.tasks)
    let panels = parts.map { part in
      let series = zip(settings.tasks, part.agreement.matrix).map { task, values in
        FigureSeries(
          name: task,
          points: values.enumerated().map { place, value in
            FigurePoint(Double(place), value.map { shades[$0] }, text: value.map(NumberText.twoDecimals) ?? "–")
          })
      }
      return FigurePanel(
        title: (hasRows ? "\(part.label): " : "") + part.module, kind: .heatMap, x: axis, y: FigureAxis(name: "task"),
        series: series)
    }
    let kind = settings.correlation == .spearman ? "Spearman" : "Pearson"
    let seeds = TableProvenance.distinct(runs.map(\.seed)).count
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle(
        "\(kind) correlation of importances, mean over pairs of \(seeds) seeds",
        shades.phrase("more", NumberText.twoDecimals)),
      panels: panels, columns: panels.count > 1 ? 2 : 1, data: data(parts, settings.tasks), summary: summary(parts, kind, hasRows))
  }

  private static func parts(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) throws(ReportError) -> [Part] {
    var modules = settings.modules ?? []
    var layers: Int?
    /// By row, module, task and seed.
    var profiles: [[[[[Double]?]]]] = []
    for row in settings.rows {
      var found: [[[[Double]?]]] = []
      for run in runs where run.row == row {
        let tensors = try run.tensors()
        let map = try LayerMap(tensor, in: tensors, modules: modules.isEmpty ? nil : modules)
        if modules.isEmpty { modules = map.modules }
        guard map.layers == layers ?? map.layers else {
          throw .unexpectedTensor(
            path: tensors.path, tensor: tensor, found: "of \(map.layers) layers", expected: "\(layers ?? 0), as other runs have")
        }
        layers = map.layers
        if found.isEmpty {
          found = modules.map { _ in settings.tasks.map { _ in settings.seeds.map { _ in nil } } }
        }
        guard let task = settings.tasks.firstIndex(of: run.task), let seed = settings.seeds.firstIndex(of: run.seed) else {
          continue
        }
        for module in modules.indices {
          let profile = map.values.compactMap { $0[module] }
          if profile.count == map.layers { found[module][task][seed] = profile }
        }
      }
      profiles.append(found)
    }
    return zip(settings.rows, profiles).flatMap { row, found in
      zip(modules, found).map { module, profiles in
        Part(
          row: row, label: source.label(ofRow: row), module: module, agreement: Agreement(profiles, by: settings.correlation))
      }
    }
  }

  /// A line for each row and module, and what its columns are.
  private static func summary(_ parts: [Part], _ kind: String, _ hasRows: Bool) -> FigureSummary {
    let rows = parts.map { part in
      let agreement = part.agreement
      return [DisplayCell((hasRows ? "\(part.label), " : "") + part.module)]
        + [agreement.sameTask, agreement.sameSeed, agreement.neither].map { DisplayCell(text($0)) }
        + [agreement.taskExcess, agreement.seedExcess].flatMap { excess in
          [DisplayCell(text(excess?.estimate)), DisplayCell(excess.map { NumberText.probability($0.pValue) } ?? "—")]
        }
    }
    return FigureSummary(
      table: DisplayTable(
        header: [
          hasRows ? "row, module" : "module", "same task", "same seed", "neither", "task: excess", "task: p", "seed: excess",
          "seed: p",
        ], rows: rows),
      notes: [
        "\(kind) correlation of two runs’ importances over the layers: the mean over pairs of runs of the same task and different seeds, "
          + "of the same seed and different tasks, and of neither; in brackets 95 % intervals, for other tasks and other seeds than these.",
        "Excess: over the pairs that have neither in common. p is one-sided, of \(Agreement.permutations) permutations: of the tasks among "
          + "the runs of each seed, and of the seeds among those of each task.",
      ])
  }

  private static func text(_ estimate: Agreement.Estimate?) -> String {
    guard let estimate else { return "—" }
    let ends = estimate.interval.map { " [\(NumberText.twoDecimals($0.low)), \(NumberText.twoDecimals($0.high))]" } ?? ""
    return NumberText.twoDecimals(estimate.value) + ends
  }

  private static func data(_ parts: [Part], _ tasks: [String]) -> FigureData {
    let rows = parts.flatMap { part -> [[String]] in
      func line(_ quantity: String, _ numbers: [Double?], of first: String = "", and second: String = "") -> [String] {
        [part.row, part.label, part.module, quantity, first, second] + numbers.map(CSVText.number)
      }
      func ends(_ estimate: Agreement.Estimate?, p: Double? = nil) -> [Double?] {
        [estimate?.value, estimate?.interval?.low, estimate?.interval?.high, p]
      }
      let agreement = part.agreement
      let cells = zip(tasks, agreement.matrix).flatMap { first, values in
        zip(tasks, values).map { second, value in line("cell", [value, nil, nil, nil], of: first, and: second) }
      }
      return cells + [
        line("same task", ends(agreement.sameTask)), line("same seed", ends(agreement.sameSeed)),
        line("neither", ends(agreement.neither)),
        line("excess of task", ends(agreement.taskExcess?.estimate, p: agreement.taskExcess?.pValue)),
        line("excess of seed", ends(agreement.seedExcess?.estimate, p: agreement.seedExcess?.pValue)),
      ]
    }
    return FigureData(
      columns: ["row", "label", "module", "quantity", "task", "other_task", "correlation", "low", "high", "p"], rows: rows)
  }
}

extension Agreement {
  // here groups are tasks, and blocks seeds
  fileprivate var sameTask: Estimate? { sameGroup }
  fileprivate var sameSeed: Estimate? { sameBlock }
  fileprivate var taskExcess: Excess? { groupExcess }
  fileprivate var seedExcess: Excess? { blockExcess }
}
