// One panel of a figure in a script for gnuplot: its settings, its values as one table, and the template that draws them.
import Foundation

struct GnuplotPanel {
  /// The height of its cell in pixels, with a title of one line.
  private(set) var height: Int
  /// The lines of its title.
  let titleLines: Int
  private(set) var script = ""
  private let panel: FigurePanel
  /// The width of its cell in pixels.
  private let width: Int
  /// The names of a heat map's rows; of other kinds none.
  private let rowNames: [String]

  /// The furthest from zero that an axis goes.
  private static let furthest = 9.9e299

  /// - Parameters:
  ///   - names: the figure's legend.
  ///   - width: of its cell, in pixels.
  ///   - rows: how many panels stand below each other.
  ///   - sharesY: whether the label of the vertical axis stands at the page's edge, for all panels.
  init(_ panel: FigurePanel, names: [String], width: Int, rows: Int, sharesY: Bool = false) {
    (self.panel, self.width) = (panel, width)
    rowNames = panel.kind == .heatMap ? panel.series.map { GnuplotText.shortened($0.name, to: min(40, width / 16)) } : []
    let room = width - 8 * GnuplotText.columns(rowNames)
    let beside = panel.kind != .lines && (panel.kind != .histograms || rows > 1) ? 60 : 100
    let lines = CoincidingLines(panel)
    let words = [panel.title, lines.phrase].compactMap { $0 }.joined(separator: "; ")
    let title = GnuplotText.wrapped(words, to: (room - beside) * 10 / 67)
    titleLines = title.count
    height =
      switch panel.kind {
      case .heatMap: max(150, 70 + 28 * panel.series.count)
      case .lines: rows == 1 ? 330 : rows == 2 ? 250 : 200
      case .points: rows == 1 ? 390 : 350
      case .bars, .dots, .shares: 64 + (panel.series.count > 8 ? 17 : 20) * max(3, panel.series.count)
      case .histograms: rows == 1 ? 220 : 150
      }
    let (x, y) = (GnuplotText.shortened(panel.x.label, to: room / 8), GnuplotText.shortened(panel.y.label, to: height / 7))
    let points = panel.series.flatMap(\.points).filter(isDrawn)
    let ends = points.flatMap { point in [-1, 0, 1].map { (point.y ?? 0) + (point.deviation ?? 0) * $0 } }
      .filter(GnuplotText.isDrawn)
    let tall = Double(height)
    let isThin = panel.series.count > names.count + 8
    let widths = (lines.widths(names) + [1.8]).map { "\(isThin ? 1 : $0)" }
    var settings = [
      "titlelines = \(title.count)", "title = \(GnuplotText.quoted(title))",
      "set xlabel sharedx eq '' ? \(GnuplotText.quoted([x])) : '' offset 0, 0",
      "set ylabel sharedy eq '' ? \(GnuplotText.quoted([y])) : ''",
      "series = \(panel.series.count)", "widths = '\(widths.joined(separator: " "))'",
      "counts = \(panel.kind == .histograms ? 1 : 0)", "isbars = \(panel.kind == .bars ? 1 : 0)",
      "isdots = \(panel.kind == .dots ? 1 : 0)", "isshares = \(panel.kind == .shares ? 1 : 0)",
      "longest = \(GnuplotText.columns(panel.series.flatMap(\.points).map { $0.text ?? "" }))",
    ]
    if panel.kind == .points {
      settings += PointsPlot(panel, width: width, height: height, sharesY: sharesY).settings
      script = (settings + [template]).joined(separator: "\n")
      return
    }
    if panel.kind.hasRows {
      settings += lengths(ends) + ["unset logscale y", rowRange, "array rowname[\(panel.series.count + 1)]"]
      settings += Self.rowNames(panel).enumerated().map { "rowname[\($0 + 1)] = \(GnuplotText.quoted([$1]))" }
    } else {
      settings += panel.x.places.isEmpty ? numbers("x", panel.x, points.map(\.x), parts: Double(width) / 80) : places()
      settings += panel.kind == .heatMap ? rowTics() : numbers("y", panel.y, ends, parts: tall / 50)
    }
    settings += ["$data << EOD", table(names), "EOD", template]
    script = settings.joined(separator: "\n")
  }

  /// The width in pixels that suits a panel which stands alone.
  static func width(_ panel: FigurePanel) -> Int {
    switch panel.kind {
    case .heatMap: max(560, 90 + 8 * min(40, GnuplotText.columns(panel.series.map(\.name))) + 72 * panel.x.places.count)
    case .bars, .dots, .shares, .lines, .histograms, .points: 720
    }
  }

  /// The names of a panel's rows as they stand at the left of the page.
  static func rowNames(_ panel: FigurePanel) -> [String] { panel.series.map { GnuplotText.shortened($0.name, to: 32) } }

  private var template: String {
    switch panel.kind {
    case .lines, .histograms: LinesTemplate.text
    case .bars, .dots, .shares: RowsTemplate.text
    case .heatMap: HeatMapTemplate.text
    case .points: PointsTemplate.text
    }
  }

  // MARK: Axes

  /// The names of places side by side: on several lines, or aslant where a word is too long for its place.
  private mutating func places() -> [String] {
    let names = panel.x.places
    let room = max(1, (width - 100 - 8 * GnuplotText.columns(rowNames)) / names.count)
    let longest = GnuplotText.columns(names)
    let wrapped = names.map { name in
      name.split(separator: "\n").flatMap { longest > 4 ? GnuplotText.wrapped(String($0), to: room / 7) : [String($0)] }
    }
    // Short names, as numbers, are left out here and there before they are aslant.
    let isAslant =
      longest > 4 && names.contains { $0.split(whereSeparator: \.isWhitespace).contains { GnuplotText.columns($0) > room / 7 } }
    let step = isAslant ? 18 / room + 1 : longest > 4 ? 1 : (7 * longest + 4) / room + 1
    let aslant = names.map { [GnuplotText.shortened($0.replacing("\n", with: ", "), to: 24)] }
    let below = isAslant ? 1 : wrapped.map(\.count).max() ?? 1
    height += isAslant ? 90 : 18 * (below - 1)
    let look = isAslant ? "rotate by 30 right" : "norotate autojustify"
    return [
      "unset logscale x", "set xrange [-0.5:\(names.count - 1).5]", "room = \(room)",
      "set xtics scale 0 \(look) \(GnuplotText.tics(isAslant ? aslant : wrapped, every: step))",
    ]
  }

  private func rowTics() -> [String] {
    ["unset logscale y", rowRange, "set ytics scale 0 norotate autojustify \(GnuplotText.tics(rowNames.map { [$0] }))"]
  }

  /// A vertical axis with a place for each series, from top to bottom.
  private var rowRange: String { "set yrange [\(max(1, panel.series.count) - 1).5:-0.5]" }

  /// A horizontal axis that holds zero and these values, with room beside dots, and at least two numbers on it.
  private func lengths(_ values: [Double]) -> [String] {
    let all = values + [0] + [panel.x.start, panel.x.end].compactMap { $0 }.filter(GnuplotText.isDrawn)
    var (least, greatest) = (all.min() ?? 0, all.max() ?? 0)
    if least == greatest { (least, greatest) = panel.kind == .dots ? (-1, 1) : (0, 1) }
    // From halves, whose differences are always finite.
    let margin = (greatest / 2 - least / 2) * 0.12
    if panel.kind == .dots || least < 0 { least -= margin }
    if panel.kind == .dots || panel.x.end == nil { greatest += margin }
    let texts = panel.series.flatMap(\.points).map { $0.text ?? "" }
    let room = Double(width - 22 - 7 * GnuplotText.columns(texts))
    let steps = [60.0, 90, 130, 200].lazy.compactMap { Self.step(greatest - least, parts: room / $0) }
    let step = steps.first { step in
      let numbers = [least, greatest].map { String(format: "%g", ($0 / step).rounded() * step).count }
      return Double(7 * (numbers.max() ?? 0) + 8) <= room * step / (greatest - least)
    }
    if let step, (greatest / step).rounded(.down) - (least / step).rounded(.up) < 1 {
      (least, greatest) = ((least / step).rounded(.down) * step, (greatest / step).rounded(.up) * step)
    }
    (least, greatest) = (max(least, -Self.furthest), min(greatest, Self.furthest))
    return [
      "least = \(GnuplotText.number(least))", "greatest = \(GnuplotText.number(greatest))", "unset logscale x",
      "set xrange [least:greatest]",
      "set xtics scale 0.5 norotate autojustify \(step.map { "\($0)" } ?? GnuplotText.number(greatest))",
    ]
  }

  private func numbers(_ name: String, _ axis: FigureAxis, _ values: [Double], parts: Double) -> [String] {
    let step = Self.step((axis.end ?? values.max() ?? 2) - (axis.start ?? values.min() ?? 1), parts: parts)
    var decades: ClosedRange<Int>?
    var tics = axis.isWhole ? "\(max(1, step ?? 1))" : step.map { "\($0)" } ?? "autofreq"
    if !axis.values.isEmpty {
      tics = "(" + apart(axis).map(GnuplotText.number).joined(separator: ", ") + ")"
    } else if axis.isLogarithmic {
      // two decades or more: within fewer it is hard to tell where one is
      decades = FigureSampling.decades(values + [axis.start, axis.end].compactMap { $0 }).flatMap { $0.count > 2 ? $0 : nil }
      tics = decades.map { Self.tics($0, parts: 2 * parts) } ?? "autofreq"
    }
    func bound(_ value: Double?, _ power: Int?) -> String {
      value.map(GnuplotText.isDrawn) == true ? GnuplotText.number(value) : power.map { "1e\($0)" } ?? "*"
    }
    let range = values.isEmpty ? "1:2" : "\(bound(axis.start, decades?.lowerBound)):\(bound(axis.end, decades?.upperBound))"
    let scale = axis.isLogarithmic ? "set logscale \(name) \(name == "x" ? 2 : 10)" : "unset logscale \(name)"
    return [scale, "set \(name)range [\(range)]", "set \(name)tics scale 0.5 norotate autojustify \(tics)"]
      + (name == "x" && axis.start == nil && !values.isEmpty ? ["set autoscale xfix"] : [])
  }

  /// Those of an axis' named numbers that have room for their texts, the first and the last among them where they have.
  private func apart(_ axis: FigureAxis) -> [Double] {
    let values = Set(axis.values.filter { GnuplotText.isDrawn($0) && (!axis.isLogarithmic || $0 > 0) }).sorted()
    guard let first = values.first, let last = values.last, last > first else { return values }
    let doublings = FigureSampling.doublings
    func place(_ value: Double) -> Double {
      let share =
        axis.isLogarithmic
        ? (doublings(value) - doublings(first)) / (doublings(last) - doublings(first))
        : (value / 2 - first / 2) / (last / 2 - first / 2)
      return share * Double(width - 110)
    }
    func half(_ value: Double) -> Double { 3.5 * Double(String(format: "%g", value).count) + 4 }
    var chosen = [last]
    var end = 0.0
    for value in values.dropLast() where value == first || place(value) - half(value) >= end {
      guard place(value) + half(value) <= place(last) - half(last) else { break }
      chosen.append(value)
      end = place(value) + half(value)
    }
    return chosen.sorted()
  }

  /// A round number that divides a length into about as many parts; nil for a length of nothing.
  static func step(_ length: Double, parts: Double) -> Double? {
    guard length > 0, GnuplotText.isDrawn(length) else { return nil }
    let power = pow(10, log10(length / parts).rounded(.down))
    return power * ([1.0, 2, 5].first { length / (power * $0) <= parts * 1.25 } ?? 10)
  }

  /// Powers of ten, so many at most.
  private static func tics(_ decades: ClosedRange<Int>, parts: Double) -> String {
    let every = max(1, Int((Double(decades.count - 1) / parts).rounded(.up)))
    let tics = stride(from: decades.lowerBound, through: decades.upperBound, by: every).map { "'\(GnuplotText.power($0))' 1e\($0)" }
    return "(" + tics.joined(separator: ", ") + ")"
  }

  // MARK: Values

  private func isDrawn(_ point: FigurePoint) -> Bool {
    [(point.x, panel.x), (point.y ?? .nan, panel.y)].allSatisfy { value, axis in
      GnuplotText.isDrawn(value) && (!axis.isLogarithmic || value > 0)
    }
  }

  /// A data set for each name of the legend and one for what has no name, with empty lines between series of one name. A row is
  /// the number of the name (in a bar of parts that of the part), that of the series, x, y, the deviation, whether the point is marked, and its text.
  private func table(_ names: [String]) -> String {
    let all = Array(panel.series.enumerated())
    let isWhole = panel.kind == .heatMap || panel.kind.hasRows
    let groups = isWhole ? [all] : (names + [""]).map { name in all.filter { $0.element.name == name } }
    let sets = groups.enumerated().map { number, group in
      let series = group.filter { !$0.element.points.isEmpty }.map { index, series in
        series.points.indices.map { "\(panel.kind == .shares ? $0 + 1 : number + 1),\(index)," + row(series, $0) }
          .joined(separator: "\n")
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
