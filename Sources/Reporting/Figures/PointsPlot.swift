// What a panel of named points needs to know beside its values: ranges, numbers on the axes, and where each name stands.

struct PointsPlot {
  /// A point that is drawn.
  private struct Mark {
    let x: Double
    let y: Double
    /// The ends of its error bar within the plot; nil without one.
    let bar: ClosedRange<Double>?
    let name: String
    let isUpper: Bool
  }

  /// The ends of an axis and the numbers on it.
  private struct Scale {
    let start: Double
    let end: Double
    let isLogarithmic: Bool

    /// How far along the axis a value stands, from 0 to 1.
    func share(_ value: Double) -> Double {
      guard isLogarithmic else { return (value / 2 - start / 2) / (end / 2 - start / 2) }
      let doublings = FigureSampling.doublings
      return (doublings(value) - doublings(start)) / (doublings(end) - doublings(start))
    }
  }

  /// Lines of a script: settings, the values of points and of the line through the front, names with lines to their points.
  private(set) var settings: [String] = []

  /// Pixels beside a plot: at its left for numbers, and for a label where it has one of its own; at its right; below it.
  private static let (numbers, label, right, below) = (44.0, 18.0, 12.0, 50.0)
  /// The height of a cell that is no part of the plot, with a title of one line.
  private static let aboveAndBelow = 26 + below
  /// The most names.
  private static let mostNames = 60
  /// The most columns of a name.
  private static let mostColumns = 24
  /// The furthest from zero that an axis goes, and the nearest that one of ratios does.
  private static let (furthest, nearest) = (9.9e299, 1.1e-299)

  /// - Parameters:
  ///   - width: of the panel's cell, in pixels.
  ///   - height: of the panel's cell with a title of one line.
  ///   - sharesY: whether the vertical axis' label stands at the page's edge.
  init(_ panel: FigurePanel, width: Int, height: Int, sharesY: Bool) {
    // the page's edge takes up to 26 pixels of all cells together
    let size = (
      width: max(80, Double(width) - 13 - Self.numbers - (sharesY ? 0 : Self.label) - Self.right),
      height: max(80, Double(height) - Self.aboveAndBelow)
    )
    let named = panel.series.filter { !$0.name.isEmpty }, front = panel.series.first { $0.name.isEmpty }?.points ?? []
    func isDrawn(_ point: FigurePoint) -> Bool {
      [(point.x, panel.x), (point.y ?? .nan, panel.y)].allSatisfy { value, axis in
        GnuplotText.isDrawn(value) && (!axis.isLogarithmic || value > 0)
      }
    }
    let points = named.flatMap { series in series.points.filter(isDrawn).map { (series, $0) } }
    let ends = points.flatMap { _, point in [-1, 0, 1].map { (point.y ?? 0) + (point.deviation ?? 0) * $0 } }
    let x = Self.scale(panel.x, points.map(\.1.x))
    let y = Self.scale(panel.y, ends.filter { GnuplotText.isDrawn($0) && (!panel.y.isLogarithmic || $0 > 0) })
    let marks = points.map { series, point in
      let value = point.y ?? 0, reach = point.deviation.flatMap { GnuplotText.isDrawn($0) && $0 > 0 ? $0 : nil }
      let bar = reach.map { reach in
        let low = min(max(value - reach, y.start), y.end)
        return low...max(low, min(value + reach, y.end))
      }
      return Mark(
        x: point.x, y: value, bar: bar, name: GnuplotText.shortened(point.text ?? series.name, to: Self.mostColumns),
        isUpper: series.hasMarks)
    }
    let line = front.filter(isDrawn)
    settings = [
      Self.axis("x", x, numbers: Self.tics(x, room: size.width, isNarrow: false)),
      Self.axis("y", y, numbers: Self.tics(y, room: size.height, isNarrow: true)),
      "numbersroom = \(Int(Self.numbers)) + (sharedy eq '' ? \(Int(Self.label)) : 0)", "rightroom = \(Int(Self.right))",
      "belowroom = \(Int(Self.below))", "hasfront = \(line.count > 1 ? 1 : 0)", "$data << EOD",
    ]
    settings += marks.isEmpty ? ["NaN,NaN,NaN,NaN,0"] : marks.map(Self.row)
    settings += ["EOD", "$front << EOD"]
    settings += line.isEmpty ? ["NaN,NaN"] : line.map { "\(GnuplotText.number($0.x)),\(GnuplotText.number($0.y))" }
    settings.append("EOD")
    settings += Self.names(marks, line: line.map { ($0.x, $0.y ?? 0) }, x, y, size)
  }

  private static func row(_ mark: Mark) -> String {
    [mark.x, mark.y, mark.bar?.lowerBound, mark.bar?.upperBound].map(GnuplotText.number).joined(separator: ",")
      + (mark.isUpper ? ",1" : ",0")
  }

  // MARK: Axes

  /// An axis that holds these values with some room at its ends.
  private static func scale(_ axis: FigureAxis, _ values: [Double]) -> Scale {
    var (least, greatest) = (values.min() ?? 1, values.max() ?? 2)
    if axis.isLogarithmic {
      // a sixteenth of the whole at either end
      let ratio = (0..<4).reduce(greatest / least) { ratio, _ in ratio.squareRoot() }
      let room = ratio.isFinite && greatest / least >= 2 ? ratio : 1.5
      (least, greatest) = (max(nearest, axis.start ?? least / room), min(furthest, axis.end ?? greatest * room))
    } else {
      let length = greatest / 2 - least / 2
      let room = length > 0 ? length * 0.16 : max(abs(least) * 0.1, 1)
      (least, greatest) = (max(-furthest, axis.start ?? least - room), min(furthest, axis.end ?? greatest + room))
    }
    return Scale(start: least, end: least < greatest ? greatest : least + 1, isLogarithmic: axis.isLogarithmic)
  }

  private static func axis(_ name: String, _ scale: Scale, numbers: String) -> String {
    (scale.isLogarithmic ? "set logscale \(name) 10" : "unset logscale \(name)")
      + "\nset \(name)range [\(GnuplotText.number(scale.start)):\(GnuplotText.number(scale.end))]"
      + "\nset \(name)tics scale 0.5 norotate autojustify \(numbers)"
  }

  /// The numbers on an axis, as many as have room.
  /// - Parameter isNarrow: whether they stand over one another, and take their height alone.
  private static func tics(_ scale: Scale, room: Double, isNarrow: Bool) -> String {
    let step = GnuplotPanel.step(scale.end - scale.start, parts: room / (isNarrow ? 45 : 62))
    guard scale.isLogarithmic, let decades = FigureSampling.decades([scale.start, scale.end]) else {
      return step.map { "\($0)" } ?? "autofreq"
    }
    func values(_ factors: [Double]) -> [Double] {
      decades.flatMap { exponent in factors.map { $0 * FigureSampling.power(exponent) } }
        .filter { $0 >= scale.start && $0 <= scale.end }
    }
    func fits(_ values: [Double]) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { first, second in
        let needed = isNarrow ? 22 : 3.5 * Double(compact(first).count + compact(second).count) + 8
        return room * (scale.share(second) - scale.share(first)) >= needed
      }
    }
    let whole = values([1])
    // within less than a decade round numbers may be at equal distances
    let even = step.map { step in
      stride(from: (scale.start / step).rounded(.up), through: (scale.end / step).rounded(.down), by: 1).map { $0 * step }
    }
    let choices =
      [values([1, 2, 5]), values([1, 3]), whole]
      + (2...12).map { every in
        stride(from: 0, to: whole.count, by: every).map { whole[$0] }
      }
    let chosen = choices.first { $0.count > 1 && fits($0) } ?? even.flatMap { $0.count < 20 && fits($0) ? $0 : nil }
    return chosen.map { "(" + $0.map { "'\(compact($0))' \($0)" }.joined(separator: ", ") + ")" } ?? "autofreq"
  }

  /// `500`, `20K`, `1M`; what is larger or below one as a power of ten with its factor.
  private static func compact(_ value: Double) -> String {
    for (unit, letter) in [(1e9, "B"), (1e6, "M"), (1e3, "K"), (1, "")] where value >= unit && value < unit * 1000 {
      return NumberText.significant(value / unit, digits: 3) + letter
    }
    return NumberText.significant(value, digits: 2)
  }

  // MARK: Names

  /// The names where they have room, the front's first, as labels in shares of the plot.
  private static func names(
    _ marks: [Mark], line: [(x: Double, y: Double)], _ x: Scale, _ y: Scale, _ size: (width: Double, height: Double)
  ) -> [String] {
    func across(_ value: Double) -> Double { x.share(value) * size.width }
    func down(_ value: Double) -> Double { (1 - y.share(value)) * size.height }
    let order = marks.indices.filter { marks[$0].isUpper } + marks.indices.filter { !marks[$0].isUpper }
    let named = Set(order.prefix(mostNames))
    let ordered = order.map { index in
      let mark = marks[index], middle = down(mark.y)
      return PointLabels.Point(
        x: across(mark.x), y: middle, top: mark.bar.map { down($0.upperBound) } ?? middle,
        bottom: mark.bar.map { down($0.lowerBound) } ?? middle,
        width: named.contains(index) ? 6 * Double(GnuplotText.columns(mark.name)) + 2 : 0)
    }
    // the line goes on at one height until the next one's cost
    let corners =
      zip(line, line.dropFirst()).flatMap { [(across($0.x), down($0.y)), (across($1.x), down($0.y))] }
      + (line.last.map { [(across($0.x), down($0.y))] } ?? [])
    let places = PointLabels.places(ordered, width: size.width, height: size.height, front: corners)
    func share(_ value: Double, of length: Double) -> String { "\((value / length * 1e5).rounded() / 1e5)" }
    var lines: [String] = []
    for (number, (index, place)) in zip(order, places).enumerated() {
      guard let place else { continue }
      let (mark, point) = (marks[index], ordered[number])
      let at = "graph \(share(place.x, of: size.width)), graph \(share(size.height - place.y, of: size.height))"
      let side = place.side == .left ? "left" : place.side == .right ? "right" : "center"
      // white behind it, so that bars and lines end before its letters
      lines.append(
        "set object \(number + 2) rectangle center graph \(share(place.middle(of: point), of: size.width)), "
          + "graph \(share(size.height - place.y, of: size.height)) "
          + "size graph \(share(point.width, of: size.width)), graph \(share(PointLabels.height - 2, of: size.height)) "
          + "front fillcolor rgb '#ffffff' fillstyle solid noborder")
      lines.append(
        "set label \(number + 2) \(GnuplotText.quoted([mark.name])) at \(at) \(side) front font ',10' textcolor rgb "
          + (mark.isUpper ? "'#222222'" : "'#666666'"))
      guard let lead = place.lead else { continue }
      lines.append(
        "set arrow \(number + 2) from graph \(share(point.x, of: size.width)), graph \(share(size.height - point.y, of: size.height)) "
          + "to graph \(share(lead.x, of: size.width)), graph \(share(size.height - lead.y, of: size.height)) nohead back "
          + "linecolor rgb '#aaaaaa' linewidth 0.8 dashtype 1")
    }
    return lines
  }
}
