// One panel of a figure in a script for gnuplot: its settings, its values as one table, and the template that draws them.
import Foundation

struct GnuplotPanel {
  /// The height of its cell in pixels.
  private(set) var height: Int
  private(set) var script = ""
  private let panel: FigurePanel
  /// The width of its cell in pixels.
  private let width: Int
  /// The names of a heat map's rows; of other kinds none.
  private let rowNames: [String]

  /// - Parameters:
  ///   - names: the figure's legend.
  ///   - rows: how many panels stand below each other.
  init(_ panel: FigurePanel, names: [String], width: Int, rows: Int) {
    (self.panel, self.width) = (panel, width)
    rowNames = panel.kind == .heatMap ? panel.series.map { GnuplotText.shortened($0.name, to: min(40, width / 16)) } : []
    let room = width - 8 * GnuplotText.columns(rowNames)
    let beside = panel.kind == .heatMap || panel.kind == .histograms && rows > 1 ? 60 : 100
    let title = GnuplotText.wrapped(panel.title ?? "", to: (room - beside) * 10 / 67)
    height =
      switch panel.kind {
      case .heatMap: max(150, 70 + 28 * panel.series.count)
      case .lines: rows == 1 ? 330 : rows == 2 ? 250 : 200
      case .bars: 330
      case .histograms: 150
      }
    let (x, y) = (GnuplotText.shortened(panel.x.label, to: room / 8), GnuplotText.shortened(panel.y.label, to: height / 7))
    let points = panel.series.flatMap(\.points).filter(isDrawn)
    let ends = points.flatMap { point in [-1, 0, 1].map { (point.y ?? 0) + (point.deviation ?? 0) * $0 } }
    let tall = Double(height)
    height += 18 * max(0, title.count - 1)
    var lines = [
      "titlelines = \(title.count)", "title = \(GnuplotText.quoted(title))",
      "set xlabel sharedx eq '' ? \(GnuplotText.quoted([x])) : '' offset 0, 0",
      "set ylabel sharedy eq '' ? \(GnuplotText.quoted([y])) : ''",
    ]
    lines += [
      "series = \(panel.series.count)", "thin = \(panel.series.count > names.count + 8 ? 1 : 0)",
      "style = '\(panel.kind == .histograms ? "fillsteps fillstyle transparent solid 0.55 noborder" : "lines")'",
      "longest = \(GnuplotText.columns(panel.series.flatMap(\.points).map { $0.text ?? "" }))",
    ]
    lines += panel.x.places.isEmpty ? numbers("x", panel.x, points.map(\.x), parts: Double(width) / 80) : places()
    lines += panel.kind == .heatMap ? rowTics() : numbers("y", panel.y, ends.filter(GnuplotText.isDrawn), parts: tall / 50)
    lines += ["$data << EOD", table(names), "EOD", template]
    script = lines.joined(separator: "\n")
  }

  /// The width in pixels that suits a panel which stands alone.
  static func width(_ panel: FigurePanel) -> Int {
    switch panel.kind {
    case .heatMap: max(560, 90 + 8 * min(40, GnuplotText.columns(panel.series.map(\.name))) + 72 * panel.x.places.count)
    case .bars: max(720, 110 + 18 * (panel.series.count + 1) * panel.x.places.count)
    case .lines, .histograms: 720
    }
  }

  private var template: String {
    switch panel.kind {
    case .lines, .histograms: LinesTemplate.text
    case .bars: BarsTemplate.text
    case .heatMap: HeatMapTemplate.text
    }
  }

  // MARK: Axes

  /// The names of places side by side: on several lines, or aslant where a word is too long for its place.
  private mutating func places() -> [String] {
    let names = panel.x.places
    let room = max(1, (width - 100 - 8 * GnuplotText.columns(rowNames)) / names.count)
    let wrapped = names.map { name in name.split(separator: "\n").flatMap { GnuplotText.wrapped(String($0), to: room / 7) } }
    let isAslant = names.contains { $0.split(whereSeparator: \.isWhitespace).contains { GnuplotText.columns($0) > room / 7 } }
    let aslant = names.map { [GnuplotText.shortened($0.replacing("\n", with: ", "), to: 24)] }
    let below = isAslant ? 1 : wrapped.map(\.count).max() ?? 1
    height += isAslant ? 90 : 18 * (below - 1)
    let look = isAslant ? "rotate by 30 right" : "norotate autojustify"
    return [
      "unset logscale x", "set xrange [-0.5:\(names.count - 1).5]", "below = \(below)", "room = \(room)",
      "set xtics scale 0 \(look) \(GnuplotText.tics(isAslant ? aslant : wrapped, every: isAslant ? 18 / room + 1 : 1))",
    ]
  }

  private func rowTics() -> [String] {
    [
      "unset logscale y", "set yrange [\(rowNames.count - 1).5:-0.5]",
      "set ytics scale 0 norotate autojustify \(GnuplotText.tics(rowNames.map { [$0] }))",
    ]
  }

  private func numbers(_ name: String, _ axis: FigureAxis, _ values: [Double], parts: Double) -> [String] {
    let step = Self.step((axis.end ?? values.max() ?? 2) - (axis.start ?? values.min() ?? 1), parts: parts)
    var tics = axis.isWhole ? "\(max(1, step ?? 1))" : step.map { "\($0)" } ?? "autofreq"
    if axis.isLogarithmic {
      let places = Set(values).sorted().map(GnuplotText.number)
      tics = name == "y" || places.count > 16 ? "autofreq" : "(" + places.joined(separator: ", ") + ")"
    }
    func bound(_ value: Double?) -> String { value.map(GnuplotText.isDrawn) == true ? GnuplotText.number(value) : "*" }
    let range = values.isEmpty ? "1:2" : "\(bound(axis.start)):\(bound(axis.end))"
    return [
      "\(axis.isLogarithmic ? "set" : "unset") logscale \(name)", "set \(name)range [\(range)]",
      "set \(name)tics scale 0.5 norotate autojustify \(tics)",
    ] + (name == "x" && axis.start == nil && !values.isEmpty ? ["set autoscale xfix"] : [])
  }

  /// A round number that divides a length into about as many parts; nil for a length of nothing.
  private static func step(_ length: Double, parts: Double) -> Double? {
    guard length > 0, GnuplotText.isDrawn(length) else { return nil }
    let power = pow(10, log10(length / parts).rounded(.down))
    return power * ([1.0, 2, 5].first { length / (power * $0) <= parts * 1.25 } ?? 10)
  }

  // MARK: Values

  private func isDrawn(_ point: FigurePoint) -> Bool {
    [(point.x, panel.x), (point.y ?? .nan, panel.y)].allSatisfy { value, axis in
      GnuplotText.isDrawn(value) && (!axis.isLogarithmic || value > 0)
    }
  }

  /// A data set for each name of the legend and one for what has no name, with empty lines between series of one name. A row is
  /// the number of the name, that of the series, x, y, the deviation, whether the point is marked, and its text.
  private func table(_ names: [String]) -> String {
    let all = Array(panel.series.enumerated())
    let groups = panel.kind == .heatMap ? [all] : (names + [""]).map { name in all.filter { $0.element.name == name } }
    let sets = groups.enumerated().map { number, group in
      let series = group.filter { !$0.element.points.isEmpty }.map { index, series in
        series.points.indices.map { "\(number + 1),\(index)," + row(series, $0) }.joined(separator: "\n")
      }
      return series.isEmpty ? "\(number + 1),0,NaN,NaN,NaN,0," : series.joined(separator: "\n\n")
    }
    return sets.joined(separator: "\n\n\n")
  }

  private func row(_ series: FigureSeries, _ index: Int) -> String {
    let point = series.points[index]
    let neighbours = [index - 1, index + 1].filter(series.points.indices.contains)
    // A line through a single point would not be seen.
    let isMarked = series.hasMarks || !neighbours.contains { isDrawn(series.points[$0]) }
    let values = isDrawn(point) || panel.kind == .heatMap ? [point.x, point.y, point.deviation] : [nil, nil, nil]
    return values.map(GnuplotText.number).joined(separator: ",") + ",\(isMarked ? 1 : 0)," + GnuplotText.field(point.text ?? "")
  }
}
