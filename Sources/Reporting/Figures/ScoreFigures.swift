// The table's scores as a picture: rows by task, and scores against an option of the rows.
import Manifests
import Metrics

/// Scores by task and their average (AFLoRA's Figs. 2 and 4): bars from zero, or, where those would all look alike, differences.
enum BarsFigure {
  private typealias Score = FigureScores.Score
  private typealias Place = (name: String, task: String?)

  static func make(_ settings: FigureSettings, _ source: FigureSource) -> Figure? {
    let scores = FigureScores(table: source.table, tasks: settings.tasks)
    let places: [Place] =
      settings.tasks.map { (scores.name($0), $0) } + (settings.tasks.count > 1 ? [("average", nil)] : [])
    func score(_ row: TableRow, _ place: Place) -> Score? { place.task.map { scores.score(row, $0) } ?? scores.average(row) }
    let rows = settings.rows.compactMap { id in source.table.rows.first { $0.id == id } }
      .filter { row in places.contains { score(row, $0) != nil } }
    guard !rows.isEmpty else { return nil }
    let differences = ScoreDifferences(scores, rows: rows)
    let areNarrow = differences.areNarrow
    let drawn = areNarrow ? rows.filter { $0.id != differences.baseline } : rows
    let values = places.map { place in drawn.map { areNarrow ? differences.difference($0, place.task) : score($0, place) } }
    let all = values.flatMap { $0 }.compactMap { $0 }
    let ends = values.map(Self.extent)
    let isOneScale = (ends.max() ?? 0) <= 3 * (ends.min() ?? 0) || !areNarrow
    let axis =
      areNarrow
      ? FigureAxis(
        name: "difference", unit: "percentage points", start: isOneScale ? bound(all, -1) : nil,
        end: isOneScale ? bound(all, 1) : nil)
      : FigureAxis(name: "score", unit: "percent", start: bound(all, -1), end: max(100, bound(all, 1)))
    let panels = zip(places, values).map { place, values in
      let reference = areNarrow ? differences.reference(place.task) : nil
      let series = zip(drawn, values).map { row, value in
        let text = value.map { value in
          let number = areNarrow ? NumberText.signedPercent(value.value / 100) : NumberText.twoDecimals(value.value)
          return [number, scores.mark([value], among: all)].compactMap { $0 }.joined(separator: " ")
        }
        return FigureSeries(
          name: row.label,
          points: [FigurePoint(0, value?.value, deviation: value?.deviation, seeds: value?.seeds, text: text ?? "–")])
      }
      return FigurePanel(
        title: place.name + (reference.map { "; \(differences.label): \(NumberText.twoDecimals($0.value))" } ?? ""),
        kind: areNarrow ? .dots : .bars, x: axis, y: FigureAxis(name: source.table.rowHeader), series: series)
    }
    let subtitle =
      areNarrow
      ? source.subtitle(
        scores.epoch, "difference to the \(differences.baseline == nil ? differences.label : "baseline “\(differences.label)”")",
        scores.phrase(all) + (isOneScale ? "" : "; scales differ"))
      : source.subtitle(scores.epoch, scores.phrase(all))
    let data = places.flatMap { place in
      let reference = differences.reference(place.task)
      return rows.map { row -> [String] in
        let (own, difference) = (score(row, place), differences.difference(row, place.task))
        return [place.name, row.label] + cells(own) + [differences.label, CSVText.number(reference?.value)] + cells(difference)
      }
    }
    return Figure(
      id: settings.id, title: settings.title, subtitle: subtitle, panels: panels, columns: min(3, panels.count),
      data: FigureData(
        columns: [
          "task", "row", "percent", "deviation", "seeds", "reference", "reference_percent", "difference", "difference_deviation",
          "pairs",
        ], rows: data))
  }

  /// The distance from zero to the furthest end of some values' error bars.
  private static func extent(_ values: [Score?]) -> Double {
    values.compactMap { $0 }.map { abs($0.value) + ($0.deviation ?? 0) }.max() ?? 0
  }

  /// How far the error bars of some values reach below zero (sign −1) or above it.
  private static func bound(_ values: [Score], _ sign: Double) -> Double {
    let furthest = values.map { sign * $0.value + ($0.deviation ?? 0) }.max() ?? 0
    return furthest > 0 ? sign * furthest : 0
  }

  private static func cells(_ score: Score?) -> [String] {
    [CSVText.number(score?.value), CSVText.number(score?.deviation), score.map { String($0.seeds) } ?? ""]
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
    var kinds: [(name: String, values: [FigureScores.Score?])] = settings.tasks.map { task in
      (scores.name(task), places.map { scores.score($0.row, task) })
    }
    if settings.tasks.count > 1 { kinds.append(("average", places.map { scores.average($0.row) })) }
    let all = kinds.flatMap(\.values).compactMap { $0 }
    // One text at each place, above the highest of its points.
    let marks = places.indices.map { place in scores.mark(kinds.compactMap { $0.values[place] }, among: all) }
    let tops = places.indices.map { place in
      kinds.indices.max { (kinds[$0].values[place]?.value ?? -.infinity) < (kinds[$1].values[place]?.value ?? -.infinity) }
    }
    let lines = kinds.enumerated().map { kind, line in
      let points = places.indices.compactMap { place in
        line.values[place].map {
          FigurePoint(
            places[place].x, $0.value, deviation: $0.deviation, seeds: $0.seeds, text: tops[place] == kind ? marks[place] : nil)
        }
      }
      return FigureSeries(name: line.name, points: points, hasMarks: true)
    }
    // Powers of two are evenly spaced on a logarithmic axis.
    let isLogarithmic = least > 0 && greatest / least >= 8
    let panels = [
      FigurePanel(
        kind: .lines,
        x: FigureAxis(name: option.replacing("_", with: " "), values: places.map(\.x), isLogarithmic: isLogarithmic),
        y: FigureAxis(name: "score", unit: "percent"), series: lines.filter { !$0.points.isEmpty })
    ]
    return Figure(
      id: settings.id, title: settings.title, subtitle: source.subtitle(scores.epoch, scores.phrase(all)), panels: panels,
      data: FigureData(linesOf: panels))
  }
}
