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
    script.line("set errorbars small")
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

  /// A swatch and a name for everything that the legend explains; drawn with the first panel, whose kind of swatch it takes.
  private mutating func drawLegend(_ content: FigureContent) {
    for entry in layout.legend {
      let (x, y) = (entry.x, entry.y)
      let style = style(entry.index)
      switch content {
      case .bars, .histograms:
        labels += 1
        script.line(
          "set object \(labels) rectangle from \(screen(x + 8, y + 5)) to \(screen(x + FigureLayout.swatch, y - 5)) "
            + "fillcolor rgb '\(style.color.text)' fillstyle solid 1.0 noborder")
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

  // MARK: A panel

  mutating func draw(_ panel: FigurePanel, _ index: Int) {
    let frame = layout.frames[index]
    if index == 0 || !hasDrawnLegend, panel.content.needsLegend { drawLegendOnce(panel.content) }
    script.line("set lmargin at screen \(GnuplotText.place(frame.left / layout.width))")
    script.line("set rmargin at screen \(GnuplotText.place(frame.right / layout.width))")
    script.line("set tmargin at screen \(GnuplotText.place(1 - frame.top / layout.height))")
    script.line("set bmargin at screen \(GnuplotText.place(1 - frame.bottom / layout.height))")
    drawNames(panel, frame)
    script.line("unset logscale")
    script.line("unset xtics")
    script.line("unset ytics")
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

  private var hasDrawnLegend = false

  private mutating func drawLegendOnce(_ content: FigureContent) {
    hasDrawnLegend = true
    drawLegend(content)
  }

  private mutating func drawNames(_ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    for (line, title) in frame.titleLines.enumerated() {
      text(title, frame.left, frame.top - 12 - Double(frame.titleLines.count - 1 - line) * 15, color: FigurePalette.gray)
    }
    let middle = frame.left + frame.width / 2
    if frame.showsX {
      text(panel.x.label, middle, frame.bottom + Double(frame.tickLines) * 15 + 16, alignment: "center", color: FigurePalette.ink)
    }
    if frame.showsY {
      let left = frame.left - (panel.y.categories.isEmpty ? (panel.y.isLogarithmic ? 56 : 50) : categoryWidth(panel.y)) - 12
      text(panel.y.label, left, frame.top + frame.height / 2, alignment: "center rotate by 90", color: FigurePalette.ink)
    }
  }

  private func categoryWidth(_ axis: FigureAxis) -> Double {
    (axis.categories.map { FigureLayout.textWidth($0, FigureLayout.tickSize) }.max() ?? 0) + 10
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
          frame.top + (Double(row) + 0.5) * frame.height / Double(rows), alignment: "center", size: FigureLayout.tickSize,
          color: ink)
      }
    }
    let block = block(boxes)
    plot(boxes.isEmpty ? [] : ["\(block) using 1:2:3:4:5:6:7 with boxxyerror linecolor rgb variable fillstyle solid 1.0 noborder"])
  }

  private mutating func draw(_ lines: [FigureLine], _ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    axes(panel, points: points)
    let isCrowded = lines.count > layout.names.count + 8
    var parts: [String] = []
    for line in lines {
      let style = style(layout.names.firstIndex(of: line.name) ?? 0)
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
        let errors = block(deviations.map { [$0.x, $0.y, $0.deviation ?? 0].map(GnuplotText.number) })
        parts.append("\(errors) using 1:2:3 with yerrorbars linecolor rgb '\(style.color.text)' linewidth 1 pointtype 0")
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
    var errors: [[String]] = []
    for (index, series) in series.enumerated() {
      var boxes: [[String]] = []
      for (place, bar) in series.bars.enumerated() {
        guard let bar, bar.value.isFinite else { continue }
        let x = Double(place) + (Double(index) - Double(seriesCount(panel) - 1) / 2) * width
        boxes.append([x, bar.value, width * 0.94].map(GnuplotText.number))
        if let deviation = bar.deviation, deviation.isFinite { errors.append([x, bar.value, deviation].map(GnuplotText.number)) }
      }
      guard !boxes.isEmpty else { continue }
      let color = style(layout.names.firstIndex(of: series.name) ?? 0).color.text
      let border = isNarrow ? "noborder" : "border linecolor rgb '\(FigurePalette.gray.text)'"
      parts.append("\(block(boxes)) using 1:2:3 with boxes fillcolor rgb '\(color)' fillstyle solid 1.0 \(border)")
    }
    if !errors.isEmpty {
      parts.append(
        "\(block(errors)) using 1:2:3 with yerrorbars linecolor rgb '\(FigurePalette.ink.text)' linewidth 1 pointtype 0")
    }
    plot(parts)
  }

  private func seriesCount(_ panel: FigurePanel) -> Int { if case .bars(let series) = panel.content { series.count } else { 1 } }

  private mutating func draw(_ histograms: [FigureHistogram], _ panel: FigurePanel, _ frame: FigureLayout.Frame) {
    axes(panel, points: [FigurePoint(panel.x.start ?? 0, 0), FigurePoint(panel.x.end ?? 1, 0)], tickCount: 3)
    var parts: [String] = []
    for (index, histogram) in histograms.enumerated() {
      let color = style(layout.names.firstIndex(of: histogram.name) ?? 0).color
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

  private mutating func axes(_ panel: FigurePanel, points: [FigurePoint], tickCount: Int = 6) {
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
    script.line("set format x '%g'")
    script.line("set format y '\(panel.y.isLogarithmic ? "%.0e" : "%g")'")
    if tickCount < 6 { script.line("set xtics maxtics \(tickCount + 2); set ytics maxtics \(tickCount)") }
    script.line("set grid ytics back linecolor rgb '\(FigurePalette.faint.text)' linewidth 1 dashtype 1")
  }

  private mutating func plot(_ parts: [String]) {
    script.line("plot " + (parts.isEmpty ? "NaN" : parts.joined(separator: ", \\\n  ")))
  }

  private mutating func block(_ rows: [[String]]) -> String {
    blocks += 1
    script.data("data\(blocks)", rows)
    return "$data\(blocks)"
  }

  private func style(_ index: Int) -> (color: FigureColor, dash: Int, point: Int) {
    let points = [7, 5, 9, 11, 13, 6, 4, 8]
    return (FigurePalette.series(index, of: layout.names.count), index % 5 + 1, points[index % points.count])
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
    labels += 1
    script.line(
      "set label \(labels) \(GnuplotText.quoted(text)) at \(screen(x, y)) \(alignment) font ',\(size)' textcolor rgb "
        + "'\(color.text)' noenhanced front")
  }

  private func screen(_ x: Double, _ y: Double) -> String {
    "screen \(GnuplotText.place(x / layout.width)),\(GnuplotText.place(1 - y / layout.height))"
  }
}
