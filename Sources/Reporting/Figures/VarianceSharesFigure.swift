// Where the variance of crossed seeds comes from as a picture: for each row a bar of initialisation, order and what is neither.
import Manifests
import Metrics

/// The shares of initialisation, order and their interaction, a panel for each task and one for all of them.
enum VarianceSharesFigure {
  private static let parts = ["init", "order", "init × order"]

  /// - Returns: nil where seeds are not crossed, or no row has every combination.
  static func make(_ settings: FigureSettings, _ source: FigureSource) -> Figure? {
    let table = source.table
    let places = settings.tasks.compactMap { task in table.tasks.firstIndex { $0.task == task && $0.isFirst } }
    let rows = settings.rows.compactMap { id in table.rows.first { $0.id == id } }.map { row in
      var own = row
      own.cells = places.map { row.cells[$0] }
      return own
    }
    guard let variance = VarianceTable(rows: rows, columns: places.map { table.tasks[$0] }, seeds: table.seeds), variance.isShown
    else { return nil }
    let scores = FigureScores(table: table, tasks: settings.tasks)
    let tasks: [String?] = settings.tasks + (settings.tasks.count > 1 ? [nil] : [])
    let panels = tasks.map { task in
      FigurePanel(
        title: task.map(scores.name) ?? "all tasks", kind: .shares,
        x: FigureAxis(name: "share of the variance", unit: "percent", start: 0, end: 100), y: FigureAxis(name: table.rowHeader),
        series: rows.map { row in
          FigureSeries(name: row.label, points: points(variance.lines.first { $0.row == row.id && $0.task == task }))
        })
    }
    let data = variance.lines.filter { $0.row != nil }.flatMap { line -> [[String]] in
      guard let split = line.split else { return [] }
      return zip(parts, [split.initialization, split.order, split.interaction]).map { part, share in
        [
          line.task ?? "all", line.label ?? "", part, CSVText.number(share.value * 100), CSVText.number(share.low.map { $0 * 100 }),
          CSVText.number(share.high.map { $0 * 100 }), CSVText.number(split.deviation * 100), String(line.layouts),
        ]
      }
    }
    let combinations = "init \(list(variance.initializations)) × order \(list(variance.orders))"
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle(scores.epoch, combinations, "behind a bar: the deviation of one run, in points"), panels: panels,
      columns: min(3, panels.count), parts: parts,
      data: FigureData(columns: ["task", "row", "part", "percent", "low", "high", "deviation", "tasks"], rows: data))
  }

  private static func list(_ seeds: [Int]) -> String { seeds.map(String.init).joined(separator: ", ") }

  /// The parts of a bar, and behind it what they are parts of.
  private static func points(_ line: VarianceTable.Line?) -> [FigurePoint] {
    guard let line, let split = line.split else { return [FigurePoint(0, 0, text: "–")] }
    // a bar over tasks of which some are not whole says of how many it is
    let part = line.layouts < line.planned ? " (\(line.layouts) of \(line.planned))" : ""
    var start = 0.0
    let parts = [split.initialization, split.order, split.interaction].map { share -> FigurePoint in
      defer { start += share.value * 100 }
      // a part of nothing is left out, and nothing is said of it
      let length = share.value > 0 ? share.value * 100 : nil
      return FigurePoint(start, length, text: length.map(NumberText.whole))
    }
    return parts + [FigurePoint(0, 0, text: NumberText.twoDecimals(split.deviation * 100) + part)]
  }
}
