// Scores over costs: a point for each row of the table, the interval of its score, and the Pareto front.
import Manifests
import Metrics

/// Each row's average score over what it costs, a panel for each cost.
enum ParetoFigure {
  /// A row that has a score.
  private struct Row {
    let id: String
    let label: String
    /// In percent.
    let score: FigureScores.Score
    /// The 95% interval of the score over the seeds, by Student's t; nil for one seed, equal ones, medians, and where a task lacks a seed
    /// that another has.
    let interval: MeanInterval?
    /// Whether a task lacks a seed that another has, so that the score is not the mean of the seeds' own averages.
    let isUneven: Bool
    let costs: RowCosts

    /// Half the interval.
    var reach: Double? { interval.map { $0.high / 2 - $0.low / 2 } }
  }

  /// A cost in the unit that suits its panel.
  private struct Axis {
    let axis: FigureAxis
    let factor: Double
    let title: String
  }

  /// How far beyond the scores, in shares of their range, error bars may widen a panel before they are cut off.
  private static let room = 0.5
  /// The most tasks that are named.
  private static let mostTasks = 4

  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) -> Figure? {
    let scores = FigureScores(table: source.table, tasks: settings.tasks)
    let isMean = source.table.evaluation.aggregate == .mean
    let rows = settings.rows.compactMap { id -> Row? in
      guard let row = source.table.rows.first(where: { $0.id == id }), let score = scores.average(row) else { return nil }
      let seeds = scores.seedScores(row, nil), isUneven = settings.tasks.contains { scores.seedScores(row, $0).count > seeds.count }
      let mean = isMean && !isUneven ? SeedMean(seeds.map { SeededValue($0.seed, $0.score * 100) }) : nil
      return Row(
        id: id, label: row.label, score: score, interval: mean?.interval(), isUneven: isUneven,
        costs: RowCosts(runs.filter { $0.row == id }, tasks: settings.tasks))
    }
    guard !rows.isEmpty else { return nil }
    let all = rows.map { FigureScores.Score(value: $0.score.value, deviation: nil, seeds: $0.score.seeds) }
    let (range, isCut) = range(rows)
    let conditions = CostConditions(runs)
    var data: [[String]] = []
    let panels = settings.costs.map { quantity in
      let values = rows.map { $0.costs.value(quantity) }
      let axis = axis(quantity, values.compactMap { $0 }, conditions)
      // what differs by its rounding alone is equal
      let isOnFront = paretoFront(
        costs: zip(rows, values).map { row, value in isDrawn(row, value, on: axis.axis) ? value : nil },
        values: rows.map { ($0.score.value * 1e9).rounded() / 1e9 })
      for (row, (value, isOnFront)) in zip(rows, zip(values, isOnFront)) {
        data.append([
          row.id, row.label, CSVText.number(row.score.value), CSVText.number(row.interval?.low), CSVText.number(row.interval?.high),
          String(row.score.seeds), name(quantity), CSVText.number(value), isOnFront ? "1" : "0",
        ])
      }
      let series = zip(rows, zip(values, isOnFront)).map { row, found in
        let text = [row.label, scores.mark([row.score], among: all)].compactMap { $0 }.joined(separator: " ")
        let point = found.0.map {
          FigurePoint($0 / axis.factor, row.score.value, deviation: row.reach, seeds: row.score.seeds, text: text)
        }
        return FigureSeries(name: row.label, points: point.map { [$0] } ?? [], hasMarks: found.1)
      }
      let front = series.filter(\.hasMarks).flatMap(\.points).map { FigurePoint($0.x, $0.y) }
        .sorted { ($0.x, $0.y ?? 0) < ($1.x, $1.y ?? 0) }
      return FigurePanel(
        title: axis.title, kind: .points, x: axis.axis,
        y: FigureAxis(name: "score", unit: "percent", start: range?.lowerBound, end: range?.upperBound),
        series: series + [FigureSeries(name: "", points: front)])
    }
    let tasks = settings.tasks
    let what =
      tasks.count == 1
      ? scores.name(tasks[0])
      : "average of " + (tasks.count > mostTasks ? "\(tasks.count) tasks" : tasks.joined(separator: ", "))
    let exception = isMean && rows.contains(where: \.isUneven) ? ", none of rows whose tasks have unlike seeds" : ""
    let bars =
      rows.contains { $0.interval != nil }
      ? ["bars: 95% interval over seeds" + exception + (isCut ? ", cut off at the edge" : "")] : []
    let machine =
      conditions.isTimed && settings.costs.contains { $0 == .time } ? conditions.processors.prefix(2).joined(separator: "; ") : ""
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle(
        ([scores.epoch, what, scores.phrase(all)] + bars + ["blue: the Pareto front"]).joined(separator: ", "))
        + (machine.isEmpty ? "" : " · " + machine),
      panels: panels, columns: panels.count % 3 == 0 || panels.count > 4 ? 3 : min(2, panels.count),
      data: FigureData(
        columns: [
          "row", "label", "percent", "interval_low", "interval_high", "seeds", "cost", "value", "on_front",
        ], rows: data))
  }

  private static func isDrawn(_ row: Row, _ value: Double?, on axis: FigureAxis) -> Bool {
    value.map { GnuplotText.isDrawn($0) && (!axis.isLogarithmic || $0 > 0) } == true && GnuplotText.isDrawn(row.score.value)
  }

  /// Where the scores' axis starts and ends, and whether error bars reach beyond; nil where it may be where the points are.
  private static func range(_ rows: [Row]) -> (range: ClosedRange<Double>?, isCut: Bool) {
    let values = rows.map(\.score.value), low = values.min() ?? 0, high = values.max() ?? 0
    let lowest = rows.map { $0.score.value - ($0.reach ?? 0) }.min() ?? low
    let highest = rows.map { $0.score.value + ($0.reach ?? 0) }.max() ?? high
    let most = max((high - low) * room, 1), air = max((high - low) * 0.1, 0.2)
    let start = min(max(lowest, low - most), low - air), end = max(min(highest, high + most), high + air)
    guard start.isFinite, end.isFinite, start < end else { return (nil, false) }
    return (start...end, lowest < start || highest > end)
  }

  /// A quantity in files.
  private static func name(_ quantity: CostQuantity) -> String {
    switch quantity {
    case .parameters: "trainable_parameters"
    case .kept: "kept_parameters"
    case .operations: "operations"
    case .time: "training_seconds"
    case .memory: "peak_memory_bytes"
    }
  }

  private static func axis(_ quantity: CostQuantity, _ values: [Double], _ conditions: CostConditions) -> Axis {
    let largest = values.max() ?? 0, least = values.min() ?? 0
    // costs of one order stand at equal distances, such of several at equal ratios
    let isWide = least > 0 && largest / least >= 16
    func axis(_ name: String, _ unit: String?, _ factor: Double, _ title: String, isLogarithmic: Bool = isWide) -> Axis {
      Axis(axis: FigureAxis(name: name, unit: unit, isLogarithmic: isLogarithmic), factor: factor, title: title)
    }
    switch quantity {
    case .parameters: return axis("trainable parameters", nil, 1, "without the head, mean over steps", isLogarithmic: true)
    case .kept: return axis("parameters kept", nil, 1, "without the head, at the end", isLogarithmic: true)
    case .operations:
      let scale = FigureSampling.scale(largest)
      return axis("operations of a run", scale.name, scale.factor, "of training, as counted")
    case .time:
      let (name, factor) = largest >= 7200 ? ("h", 3600.0) : largest >= 300 ? ("min", 60) : ("s", 1)
      return axis("training time of a run", name, factor, conditions.phrase)
    case .memory:
      let isLarge = largest >= Double(1 << 30)
      return axis("peak memory", isLarge ? "GiB" : "MiB", Double(isLarge ? 1 << 30 : 1 << 20), "of tensors, the most of any run")
    }
  }
}
