// Each method's score over the values that a search tried: who was sensitive, who was lucky, and whose best may lie beyond the grid.
import Manifests
import Metrics
import Settings

/// A panel for each method with a line for each task and one for their average; the winner is marked.
enum TuningFigure {
  /// A method as the figure names it, with its search.
  struct Searched {
    let label: String
    let search: TunedSettings
    let method: TunedSettings.Method
  }

  /// - Parameter searched: the methods; nil is returned where there is none.
  static func make(_ settings: FigureSettings, _ searched: [Searched], _ source: FigureSource) -> Figure? {
    guard let first = searched.first?.search else { return nil }
    let lines = searched.map(lines)
    // one scale for all methods, so that a panel can be held against its neighbours
    let ends = lines.flatMap { $0 }.flatMap(\.points).flatMap { point in
      [-1.0, 1].map { (point.y ?? 0) + $0 * (point.deviation ?? 0) }
    }
    let range = range(ends)
    let y = FigureAxis(name: "score", unit: "percent", start: range?.lowerBound, end: range?.upperBound)
    let panels = zip(searched, lines).map { panel($0, $1, y) }
    let searches = searched.map(\.search).reduce(into: [TunedSettings]()) { if !$0.contains($1) { $0.append($1) } }
    let columns = ["search", "digest"] + first.data.columns
    let rows = searches.flatMap { search in
      let methods = searched.filter { $0.search == search }.map(\.method.id)
      return search.data.rows.filter { methods.contains($0[0]) }.map { [search.search, search.digest] + $0 }
    }
    let hasBars = lines.contains { $0.contains { $0.points.contains { $0.deviation != nil } } }
    return Figure(
      id: settings.id, title: settings.title,
      subtitle: source.subtitle(
        (phrases(searches) + (hasBars ? ["error bars: sample standard deviation"] : [])).joined(separator: ", ")),
      panels: panels, columns: min(3, panels.count), data: FigureData(columns: columns, rows: rows))
  }

  /// The scale begins and ends at multiples of so many points.
  private static let step = 5.0

  /// From the multiple below all values to the one above, which are never the same; nil without values that an axis may have.
  private static func range(_ values: [Double]) -> ClosedRange<Double>? {
    guard let least = values.min(), let greatest = values.max() else { return nil }
    var (start, end) = ((least / step).rounded(.down) * step, (greatest / step).rounded(.up) * step)
    if start == end { (start, end) = (start - step, end + step) }
    return start < end && GnuplotText.isDrawn(start) && GnuplotText.isDrawn(end) ? start...end : nil
  }

  /// The searches with the seeds that their scores are of.
  private static func phrases(_ searches: [TunedSettings]) -> [String] {
    func seeds(_ search: TunedSettings) -> String {
      (search.seeds.count == 1 ? "seed " : "mean over seeds ") + search.seeds.list
    }
    let isAlike = searches.allSatisfy { $0.seeds == searches[0].seeds }
    let names = searches.map { $0.search + (isAlike ? "" : " (\(seeds($0)))") }.joined(separator: " and ")
    return ["search \(names)", isAlike ? "\(seeds(searches[0])) on rows that choose" : "on rows that choose"]
  }

  /// With several settings a line is the average at one choice of the others.
  private static func lines(_ searched: Searched) -> [FigureSeries] {
    let lines =
      searched.search.settings.count == 1
      ? byTask(searched.search, searched.method) : byOthers(searched.search, searched.method)
    return lines.filter { !$0.points.isEmpty }
  }

  private static func panel(_ searched: Searched, _ lines: [FigureSeries], _ y: FigureAxis) -> FigurePanel {
    let search = searched.search, method = searched.method
    let values = Set(method.candidates.compactMap { $0.values[0].number }).sorted()
    let isLogarithmic = values.first.map { $0 > 0 && (values.last ?? 0) / $0 >= 8 } ?? false
    let winner = method.winner.map { "best " + search.phrase($0.values) + (method.edges.isEmpty ? "" : ", at the edge") }
    let diverged = method.candidates.filter { $0.score == nil }.map { search.phrase($0.values) }
    let parts = [winner, diverged.isEmpty ? nil : "diverged " + diverged.joined(separator: ", ")].compactMap(\.self)
    return FigurePanel(
      title: "\(searched.label): \(parts.joined(separator: "; "))", kind: .lines,
      x: FigureAxis(name: search.settings[0].replacing("_", with: " "), values: values, isLogarithmic: isLogarithmic), y: y,
      series: lines)
  }

  /// A line for each task, and one for the score that decides.
  private static func byTask(_ search: TunedSettings, _ method: TunedSettings.Method) -> [FigureSeries] {
    let tasks = search.tasks.enumerated().map { place, task in
      FigureSeries(
        name: "\(task.id), \(MetricText.short(task.metric))",
        points: ordered(
          method.candidates.compactMap { candidate in point(candidate, candidate.scores[place].map { $0.map { [$0] } ?? [] }, nil) }
        ),
        hasMarks: true)
    }
    return search.tasks.count == 1
      ? tasks.map { FigureSeries(name: $0.name, points: average(method), hasMarks: true) }
      : tasks + [
        FigureSeries(name: "average", points: average(method), hasMarks: true)
      ]
  }

  /// A line of averages for each choice of the settings but the first.
  private static func byOthers(_ search: TunedSettings, _ method: TunedSettings.Method) -> [FigureSeries] {
    let choices = method.candidates.map { Array($0.values.dropFirst()) }.reduce(into: [[OptionValue]]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    return choices.map { choice in
      let names = zip(search.settings.dropFirst(), choice).map { "\($0.replacing("_", with: " ")) \($1.readable)" }
      return FigureSeries(
        name: names.joined(separator: ", "), points: average(method) { Array($0.values.dropFirst()) == choice }, hasMarks: true)
    }
  }

  /// The candidates' own scores, the winner named.
  private static func average(
    _ method: TunedSettings.Method, _ isMeant: (TunedSettings.Candidate) -> Bool = { _ in true }
  ) -> [FigurePoint] {
    ordered(
      method.candidates.filter(isMeant).compactMap { candidate in
        let seeds = (candidate.scores.first?.indices ?? 0..<0).map { seed in candidate.scores.compactMap { $0[seed] } }
        return point(candidate, seeds, candidate == method.winner ? "best" : nil)
      })
  }

  /// A candidate's point: the mean over seeds of the mean of each seed's scores, in percent; nil of one that diverged.
  private static func point(_ candidate: TunedSettings.Candidate, _ seeds: [[Double]], _ text: String?) -> FigurePoint? {
    let scores = seeds.compactMap(mean)
    guard candidate.score != nil, scores.count == seeds.count, let x = candidate.values[0].number, let value = mean(scores) else {
      return nil
    }
    return FigurePoint(
      x, value * 100, deviation: sampleStandardDeviation(scores).map { $0 * 100 }, seeds: scores.count, text: text)
  }

  private static func ordered(_ points: [FigurePoint]) -> [FigurePoint] { points.sorted { $0.x < $1.x } }
}

extension FigureSource {
  /// The methods of some rows with the searches that their settings are from, each once; of a search itself what it found, where it is
  /// done.
  func searched(_ rows: [String]) -> (methods: [TuningFigure.Searched], lacks: [String]) {
    let own = experiment.search.map { _ in TunedSettings.found(by: experiment, findings) }
    let sources = experiment.tuningSources(among: experiment.runs)
    var methods: [TuningFigure.Searched] = []
    for row in experiment.rows where rows.contains(row.id) && !methods.contains(where: { $0.method.id == row.method }) {
      var settings = own?.outcome
      if case .search(let index)? = sources.first(where: { $0.row.id == row.id })?.source {
        settings = experiment.tuned[index].settings
      }
      guard let settings, let method = settings.method(row.method) else { continue }
      let label = experiment.search?.methods.first { $0.id == row.method }?.label ?? row.label
      methods.append(.init(label: label, search: settings, method: method))
    }
    let lacks = own?.lacks ?? experiment.tuned.filter { $0.settings == nil }.map { "the search \($0.search) was not run" }
    return (methods, lacks)
  }
}
