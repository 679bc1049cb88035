// A figure as a script for gnuplot. Equal figures are equal scripts.
import Foundation

/// What a figure is drawn as.
public enum FigureFormat: String, Sendable, CaseIterable {
  /// Scalable vector graphics, at most 900 pixels wide.
  case svg
  /// Pixels, two for each of the SVG's in both directions.
  case png
}

/// Writes scripts for gnuplot 5.
public enum GnuplotScript {
  /// The script that draws a figure to the standard output.
  public static func render(_ figure: Figure, as format: FigureFormat) -> String {
    var drawing = GnuplotDrawing(FigureLayout(figure))
    drawing.begin(format)
    for (index, panel) in figure.panels.enumerated() { drawing.draw(panel, index) }
    drawing.end()
    return drawing.script.text
  }
}

/// One figure on its way to a script.
struct GnuplotDrawing {
  let layout: FigureLayout
  private(set) var script = GnuplotText()
  private var labels = 0
  private var blocks = 0
  private var hasDrawnLegend = false
  /// How much lighter a filled distribution is than the outline over it.
  private static let fillLightness = 0.5

  init(_ layout: FigureLayout) { self.layout = layout }

  // MARK: The whole

  mutating func begin(_ format: FigureFormat) {
    let (width, height) = (Int(layout.width), Int(layout.height))
    script.line("set encoding utf8")
    switch format {
    case .svg: script.line("set terminal svg noenhanced size \(width),\(height) font 'sans-serif,12' background '#ffffff'")
    case .png:
      script.line(
        "set terminal pngcairo noenhanced size \(2 * width),\(2 * height) font 'sans-serif,12' fontscale 1.5 linewidth 2 "
          + "pointscale 2 background '#ffffff'")
    }
    script.line("unset key")
    script.line("set clip one")
    script.line("set clip two")
    script.line("set multiplot")
    var y = FigureLayout.margin + 8
    for line in layout.titleLines {
      text(line, FigureLayout.margin, y, size: FigureLayout.titleSize, color: FigurePalette.ink)
      y += 20
    }
    for line in layout.subtitleLines {
      text(line, FigureLayout.margin, y - 1, color: FigurePalette.gray)
      y += 16
    }
  }

  mutating func end() { script.line("unset multiplot") }

  /// A swatch and a name for everything that the legend explains; drawn with the first panel that has such, and in its manner.
  private mutating func drawLegend(_ content: FigureContent) {
    hasDrawnLegend = true
    for entry in layout.legend {
      let (x, y) = (entry.x, entry.y)
      let style = style(entry.name)
      switch content {
      case .bars, .histograms:
        labels += 1
        script.line(
          "set object \(labels) rectangle from \(screen(x + 8, y + 5)) to \(screen(x + FigureLayout.swatch, y - 5)) "
            + "fillcolor rgb '\(swatch(entry.name, content).text)' fillstyle solid 1.0 noborder")
      case .lines(let lines):
        labels += 1
        script.line(
          "set arrow \(labels) from \(screen(x, y)) to \(screen(x + FigureLayout.swatch, y)) nohead linecolor rgb "
            + "'\(style.color.text)' linewidth 1.8 dashtype \(style.dash)")
        if lines.contains(where: \.hasMarks) {
          labels += 1
          script.line(
            "set label \(labels) '' at \(screen(x + FigureLayout.swatch / 2, y)) point pointtype \(style.point) pointsize 0.6 "
              + "linecolor rgb '\(style.color.text)'")
        }
      case .heatMap: break
      }
      text(entry.name, x + FigureLayout.swatch + 6, y, color: FigurePalette.ink)
    }
  }

  /// The colour of a filled place in the legend: lighter for the distribution that others are drawn over.
  private func swatch(_ name: String, _ content: FigureContent) -> FigureColor {
    let color = style(name).color
    guard case .histograms(let histograms) = content, histograms.count > 1, histograms.first?.name == name else { return color }
    return color.mixed(with: FigurePalette.white, Self.fillLightness)
  }

  // MARK: A panel

  mutating func draw(_ panel: FigurePanel, _ index: Int) {
    let frame = layout.frames[index]
    if !hasDrawnLegend, panel.content.needsLegend { drawLegend(panel.content) }
    script.line("set lmargin at screen \(GnuplotText.place(frame.left / layout.width))")
    script.line("set rmargin at screen \(GnuplotText.place(frame.right / layout.width))")
    script.line("set tmargin at screen \(GnuplotText.place(1 - frame.top / layout.height))")
    script.line("set bmargin at screen \(GnuplotText.place(1 - frame.bottom / layout.height))")
    drawNames(panel, frame)
    script.line("unset logscale")
    script.line("unset xtics")
    script.line("unset ytics")
    script.line("unset mytics")
    script.line("unset grid")
    switch panel.content {
    case .heatMap(let cells): draw(cells, panel, frame)
    case .lines(let lines): draw(lines, panel, frame)
    case .bars(let series): draw(series, panel, frame)
    case .histograms(let histograms): draw(histograms, panel, frame)
    }
    script.line("unset label")
    script.line("unset object")
    script.line("unset arrow")
    labels = 0
  }

  private mutating func drawNames(_ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    for (line, title) in frame.titleLines.enumerated() {
      text(title, frame.titleX, frame.top - 12 - Double(frame.titleLines.count - 1 - line) * 15, color: FigurePalette.gray)
    }
    let middle = frame.left + frame.width / 2
    if frame.showsX {
      text(panel.x.label, middle, frame.bottom + Double(frame.tickLines) * 15 + 16, alignment: "center", color: FigurePalette.ink)
    }
    if frame.showsY {
      text(panel.y.label, frame.nameX, frame.top + frame.height / 2, alignment: "center rotate by 90", color: FigurePalette.ink)
    }
  }

  // MARK: Contents

  private mutating func draw(_ cells: [[HeatMapCell]], _ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    let columns = max(1, panel.x.categories.count)
    let rows = max(1, panel.y.categories.count)
    script.line("unset border")
    script.line("set xrange [-0.5:\(columns - 1).5]")
    script.line("set yrange [\(rows - 1).5:-0.5]")
    for (column, name) in panel.x.categories.enumerated() {
      category(name, frame.left + (Double(column) + 0.5) * frame.width / Double(columns), frame.bottom + 12)
    }
    for (row, name) in panel.y.categories.enumerated() {
      text(
        name, frame.left - 8, frame.top + (Double(row) + 0.5) * frame.height / Double(rows), alignment: "right",
        size: FigureLayout.tickSize, color: FigurePalette.gray)
    }
    let longest = cells.flatMap { $0 }.map { FigureLayout.textWidth($0.text, FigureLayout.tickSize) }.max() ?? 0
    let size = longest + 4 > frame.width / Double(columns) ? FigureLayout.smallSize : FigureLayout.tickSize
    var boxes: [[String]] = []
    for (row, cells) in cells.enumerated() {
      for (column, cell) in cells.enumerated() {
        let color = cell.shade.map(FigurePalette.shade) ?? FigurePalette.absent
        boxes.append(
          [Double(column), Double(row), Double(column) - 0.485, Double(column) + 0.485, Double(row) - 0.47, Double(row) + 0.47].map(
            GnuplotText.number) + [String(color.value)])
        let ink = cell.shade.map(FigurePalette.text(onShade:)) ?? FigurePalette.gray
        text(
          cell.text, frame.left + (Double(column) + 0.5) * frame.width / Double(columns),
          frame.top + (Double(row) + 0.5) * frame.height / Double(rows), alignment: "center", size: size,
          color: ink)
      }
    }
    let block = block(boxes)
    plot(boxes.isEmpty ? [] : ["\(block) using 1:2:3:4:5:6:7 with boxxyerror linecolor rgb variable fillstyle solid 1.0 noborder"])
  }

  private mutating func draw(_ lines: [FigureLine], _ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    axes(panel, points: points)
    let isCrowded = lines.count > layout.legendNames.count + 8
    var parts: [String] = []
    for line in lines {
      let style = style(line.name)
      let finite = line.points.filter { $0.x.isFinite && $0.y.isFinite }
      guard !finite.isEmpty else { continue }
      let values = block(
        line.points.map { $0.x.isFinite && $0.y.isFinite ? [GnuplotText.number($0.x), GnuplotText.number($0.y)] : [] })
      let width = isCrowded ? "1" : "1.8"
      let look = "linecolor rgb '\(style.color.text)' linewidth \(width) dashtype \(style.dash)"
      parts.append(
        "\(values) using 1:2 with "
          + (line.hasMarks ? "linespoints \(look) pointtype \(style.point) pointsize 0.6" : "lines \(look)"))
      let deviations = finite.filter { $0.deviation?.isFinite ?? false }
      if !deviations.isEmpty {
        parts.append(errorBars(deviations.map { ($0.x, $0.y, $0.deviation ?? 0) }, style.color))
      }
    }
    plot(parts)
  }

  private mutating func draw(_ series: [BarSeries], _ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    let categories = max(1, panel.x.categories.count)
    axes(panel, points: [FigurePoint(-0.5, panel.y.start ?? 0), FigurePoint(Double(categories) - 0.5, panel.y.start ?? 0)])
    script.line("unset xtics")
    for (place, name) in panel.x.categories.enumerated() {
      category(name, frame.left + (Double(place) + 0.5) * frame.width / Double(categories), frame.bottom + 12)
    }
    let width = 0.82 / Double(max(1, series.count))
    let isNarrow = width * frame.width / Double(categories) < 7
    var parts: [String] = []
    var errors: [(x: Double, y: Double, deviation: Double)] = []
    for (index, series) in series.enumerated() {
      var boxes: [[String]] = []
      for (place, bar) in series.bars.enumerated() {
        guard let bar, bar.value.isFinite else { continue }
        let x = Double(place) + (Double(index) - Double(seriesCount(panel) - 1) / 2) * width
        boxes.append([x, bar.value, width * 0.94].map(GnuplotText.number))
        if let above = bar.text {
          label(
            above, at: "first \(GnuplotText.place(x)),\(GnuplotText.place(bar.value)) offset character 0,0.6 center",
            FigurePalette.ink)
        }
        if let deviation = bar.deviation, deviation.isFinite { errors.append((x, bar.value, deviation)) }
      }
      guard !boxes.isEmpty else { continue }
      let color = style(series.name).color.text
      let border = isNarrow ? "noborder" : "border linecolor rgb '\(FigurePalette.gray.text)'"
      parts.append("\(block(boxes)) using 1:2:3 with boxes fillcolor rgb '\(color)' fillstyle solid 1.0 \(border)")
    }
    if !errors.isEmpty { parts.append(errorBars(errors, FigurePalette.ink)) }
    plot(parts)
  }

  private func seriesCount(_ panel: FigurePanel) -> Int { if case .bars(let series) = panel.content { series.count } else { 1 } }

  private mutating func draw(_ histograms: [FigureHistogram], _ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    let greatest = histograms.flatMap(\.counts).max() ?? 1
    axes(panel, points: [FigurePoint(panel.x.start ?? 0, 0), FigurePoint(panel.x.end ?? 1, 0)])
    // The panels are small: few numbers have room.
    script.line("set xtics \(GnuplotText.number(Self.step((panel.x.end ?? 1) - (panel.x.start ?? 0), parts: 4)))")
    script.line("set ytics \(GnuplotText.number(Self.step(Double(greatest), parts: 2)))")
    var parts: [String] = []
    for (index, histogram) in histograms.enumerated() {
      let plain = style(histogram.name).color
      let color = index == 0 && histograms.count > 1 ? plain.mixed(with: FigurePalette.white, Self.fillLightness) : plain
      let bins = block(
        histogram.counts.enumerated().map { bin, count in
          [GnuplotText.number(histogram.lower + (Double(bin) + 0.5) * histogram.width), String(count)]
        })
      // The first is filled, the others are outlines over it.
      parts.append(
        index == 0
          ? "\(bins) using 1:2:(\(GnuplotText.number(histogram.width))) with boxes fillcolor rgb '\(color.text)' "
            + "fillstyle solid 1.0 noborder"
          : "\(bins) using 1:2 with histeps linecolor rgb '\(color.text)' linewidth 1.2")
    }
    plot(parts)
  }

  // MARK: Parts

  private mutating func axes(_ panel: FigurePanel, points: [FigurePoint]) {
    script.line("set border 3 linecolor rgb '\(FigurePalette.gray.text)' linewidth 1")
    if panel.x.isLogarithmic { script.line("set logscale x") }
    if panel.y.isLogarithmic { script.line("set logscale y") }
    var least = panel.x.start ?? points.map(\.x).min() ?? 0
    var greatest = panel.x.end ?? points.map(\.x).max() ?? 1
    if panel.x.start == nil, case .lines(let lines) = panel.content, lines.contains(where: \.hasMarks), greatest > least {
      // Marks on the axes would be cut.
      let room = panel.x.isLogarithmic ? pow(greatest / least, 0.03) : (greatest - least) * 0.03
      (least, greatest) = panel.x.isLogarithmic ? (least / room, greatest * room) : (least - room, greatest + room)
    }
    if !(greatest > least) { (least, greatest) = panel.x.isLogarithmic ? (least / 2, least * 2) : (least - 0.5, least + 0.5) }
    script.line("set xrange [\(GnuplotText.number(least)):\(GnuplotText.number(greatest))]")
    let (bottom, top) = (panel.y.start.map(GnuplotText.number) ?? "*", panel.y.end.map(GnuplotText.number) ?? "*")
    script.line("set yrange [\(points.isEmpty ? "0" : bottom):\(points.isEmpty ? "1" : top)]")
    let look = "nomirror out scale 0.5 font ',\(FigureLayout.tickSize)' textcolor rgb '\(FigurePalette.gray.text)'"
    let places = Set(points.map(\.x)).sorted()
    if panel.x.isLogarithmic, places.count <= 16 {
      script.line("set xtics \(look) (\(places.map(GnuplotText.number).joined(separator: ",")))")
    } else if panel.x.isWhole {
      script.line("set xtics \(look) \(max(1, Int(((greatest - least) / 8).rounded(.up))))")
    } else {
      script.line("set xtics \(look) autofreq")
    }
    script.line("set ytics \(look) autofreq")
    if panel.y.isLogarithmic { script.line("set mytics 1") }
    script.line("set format x '%g'")
    script.line("set format y '\(panel.y.isLogarithmic ? "%.0e" : "%g")'")
    script.line("set grid ytics back linecolor rgb '\(FigurePalette.faint.text)' linewidth 1 dashtype 1")
  }

  /// A round number that divides a length into about as many parts.
  static func step(_ length: Double, parts: Double) -> Double {
    guard length > 0, length.isFinite else { return 1 }
    let power = pow(10, (log10(length / parts)).rounded(.down))
    let factor = [1.0, 2, 5, 10].first { length / (power * $0) <= parts * 1.25 } ?? 10
    return power * factor
  }

  private mutating func plot(_ parts: [String]) {
    script.line("plot " + (parts.isEmpty ? "NaN" : parts.joined(separator: ", \\\n  ")))
  }

  private mutating func block(_ rows: [[String]]) -> String {
    blocks += 1
    script.data("data\(blocks)", rows)
    return "$data\(blocks)"
  }

  /// Vertical lines with caps from a deviation below to one above. (gnuplot's own error bars punch holes into what is below them.)
  private mutating func errorBars(_ bars: [(x: Double, y: Double, deviation: Double)], _ color: FigureColor) -> String {
    let rows = bars.map { [$0.x, $0.y - $0.deviation, 0, 2 * $0.deviation].map(GnuplotText.number) }
    return "\(block(rows)) using 1:2:3:4 with vectors heads size screen 0.003,90 nofilled linecolor rgb '\(color.text)' linewidth 1"
  }

  /// How the lines, bars or marks of a name look. What has no name is alone in its panel.
  private func style(_ name: String) -> (color: FigureColor, dash: String, point: Int) {
    let named = layout.legendNames
    guard let index = named.firstIndex(of: name) else { return (FigurePalette.ink, "1", 7) }
    let dashes = ["1", "(9,4)", "(2.5,3)", "(12,4,2.5,4)", "(5,2.5)"]
    let points = [7, 5, 9, 11, 13, 6, 4, 8]
    return (
      FigurePalette.series(index, of: named.count), dashes[index % dashes.count], points[index % points.count]
    )
  }

  /// The name of a place on a horizontal axis, line by line.
  private mutating func category(_ name: String, _ x: Double, _ y: Double) {
    for (line, part) in name.split(separator: "\n").enumerated() {
      text(String(part), x, y + Double(line) * 14, alignment: "center", size: FigureLayout.tickSize, color: FigurePalette.gray)
    }
  }

  private mutating func text(
    _ text: String, _ x: Double, _ y: Double, alignment: String = "left", size: Int = FigureLayout.textSize, color: FigureColor
  ) {
    label(text, at: "\(screen(x, y)) \(alignment)", size: size, color)
  }

  private mutating func label(_ text: String, at place: String, size: Int = FigureLayout.tickSize, _ color: FigureColor) {
    labels += 1
    script.line(
      "set label \(labels) \(GnuplotText.quoted(text)) at \(place) font ',\(size)' textcolor rgb '\(color.text)' noenhanced front")
  }

  private func screen(_ x: Double, _ y: Double) -> String {
    "screen \(GnuplotText.place(x / layout.width)),\(GnuplotText.place(1 - y / layout.height))"
  }
}
