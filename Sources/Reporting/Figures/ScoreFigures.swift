// The table's scores as a picture: bars by task, and scores against an option of the rows.
import Manifests
import Metrics

/// What a table's cells say of some rows and tasks, in percent.
struct FigureScores {
  typealias Score = (value: Double, deviation: Double?)

  let table: TableModel
  let tasks: [String]

  /// The mean, or the median, of a row on a task; nil where no run counts.
  func score(_ row: TableRow, _ task: String) -> Score? {
    guard let cell = cell(row, task), let value = cell.score else { return nil }
    return (value * 100, deviation(cell.runs.compactMap(\.score)))
  }

  /// The average over the tasks, with the deviation of the seeds' averages; nil where a task has no score.
  func average(_ row: TableRow) -> Score? {
    let scores = tasks.compactMap { cell(row, $0)?.score }
    guard scores.count == tasks.count, let value = mean(scores) else { return nil }
    let seeds = table.seeds.compactMap { seed -> Double? in
      let scores = tasks.compactMap { task in cell(row, task)?.runs.first { $0.seed == seed }?.score }
      return scores.count == tasks.count ? mean(scores) : nil
    }
    return (value * 100, deviation(seeds))
  }

  /// The name of a task with its metric, on two lines.
  func category(_ task: String) -> String {
    let metric = table.tasks.first { $0.task == task }?.metric
    return task + (metric.map { "\n" + MetricText.short($0) } ?? "")
  }

  /// How the values are made, for people.
  var phrase: String {
    let epoch = table.evaluation.epoch == .best ? "best epoch" : "last epoch"
    switch (table.evaluation.aggregate, table.seeds.count) {
    case (_, 1): return "\(epoch), seed \(table.seeds[0])"
    case (.mean, let count): return "\(epoch), mean over \(count) seeds, error bars: sample standard deviation"
    case (.median, let count): return "\(epoch), median over \(count) seeds"
    }
  }

  private func cell(_ row: TableRow, _ task: String) -> TableCell? {
    table.tasks.firstIndex { $0.task == task }.map { row.cells[$0] }
  }

  private func deviation(_ scores: [Double]) -> Double? {
    table.evaluation.aggregate == .mean ? sampleStandardDeviation(scores).map { $0 * 100 } : nil
  }
}

/// Bars by task and their average (AFLoRA's Figs. 2 and 4).
enum BarsFigure {
  static func make(_ settings: FigureSettings, _ source: FigureSource) -> Figure? {
    let scores = FigureScores(table: source.table, tasks: settings.tasks)
    let withAverage = settings.tasks.count > 1
    let categories = settings.tasks.map(scores.category) + (withAverage ? ["average"] : [])
    let rows = settings.rows.compactMap { id in source.table.rows.first { $0.id == id } }
    let series = rows.map { row in
      let values = settings.tasks.map { scores.score(row, $0) } + (withAverage ? [scores.average(row)] : [])
      let bars = values.enumerated().map { FigurePoint(Double($0), $1?.value, deviation: $1?.deviation) }
      return FigureSeries(name: source.label(ofRow: row.id), points: bars)
    }.filter { $0.points.contains { $0.y != nil } }
    let ends = series.flatMap(\.points).flatMap { bar in
      bar.y.map { [$0 - (bar.deviation ?? 0), $0 + (bar.deviation ?? 0)] } ?? []
    }
    guard let least = ends.min(), let greatest = ends.max() else { return nil }
    let start = FigureSampling.barStart(least: least, greatest: greatest)
    let mark = start.map { $0 > 0 ? ", axis starts at \(NumberText.count($0))" : "" } ?? ""
    let data = series.flatMap { series in
      zip(categories, series.points).map { category, bar in
        [category.replacing("\n", with: " "), series.name, CSVText.number(bar.y), CSVText.number(bar.deviation)]
      }
    }
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(scores.phrase),
      panels: [
        FigurePanel(
          kind: .bars, x: FigureAxis(name: "task", places: categories),
          y: FigureAxis(name: "score" + mark, unit: "percent", start: start), series: series)
      ], data: FigureData(columns: ["task", "row", "percent", "deviation"], rows: data))
  }
}

/// Scores against a numeric option of the rows: a line for each task and one for their average.
enum RankSweepFigure {
  static func make(_ settings: FigureSettings, _ runs: [FigureRun], _ source: FigureSource) -> Figure? {
    guard let option = settings.option else { return nil }
    let scores = FigureScores(table: source.table, tasks: settings.tasks)
    let places = settings.rows.compactMap { id -> (x: Double, row: TableRow)? in
      guard let x = runs.first(where: { $0.row == id })?.options[option]?.number,
        let row = source.table.rows.first(where: { $0.id == id })
      else { return nil }
      return (x, row)
    }.sorted { $0.x < $1.x }
    guard let least = places.first?.x, let greatest = places.last?.x else { return nil }
    func line(_ name: String, _ score: (TableRow) -> FigureScores.Score?) -> FigureSeries {
      let points = places.compactMap { place in
        score(place.row).map { FigurePoint(place.x, $0.value, deviation: $0.deviation) }
      }
      return FigureSeries(name: name, points: points, hasMarks: true)
    }
    var lines = settings.tasks.map { task in
      line(scores.category(task).replacing("\n", with: ", ")) { scores.score($0, task) }
    }
    if settings.tasks.count > 1 { lines.append(line("average") { scores.average($0) }) }
    // Powers of two are evenly spaced on a logarithmic axis.
    let isLogarithmic = least > 0 && greatest / least >= 16
    let panels = [
      FigurePanel(
        kind: .lines, x: FigureAxis(name: option.replacing("_", with: " "), isLogarithmic: isLogarithmic),
        y: FigureAxis(name: "score", unit: "percent"), series: lines.filter { !$0.points.isEmpty })
    ]
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(scores.phrase), panels: panels,
      data: FigureData(linesOf: panels))
  }
}
