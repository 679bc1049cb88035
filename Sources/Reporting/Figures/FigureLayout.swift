// Where everything in a figure stands, in pixels from the top left. Widths of text are estimates: nothing here measures a font.

/// The places of a figure's parts.
struct FigureLayout {
  /// A panel's own rectangle and what is written around it.
  struct Frame: Equatable {
    var left = 0.0
    var top = 0.0
    var width = 0.0
    var height = 0.0
    /// The middle of the vertical axis' name.
    var nameX = 0.0
    /// Where the lines of its title begin.
    var titleX = 0.0
    var titleLines: [String] = []
    var showsX = true
    var showsY = true
    /// The lines of the longest name on the horizontal axis.
    var tickLines = 1

    var right: Double { left + width }
    var bottom: Double { top + height }
  }

  /// A place in the legend.
  struct LegendEntry: Equatable {
    let name: String
    let x: Double
    let y: Double
  }

  static let widest = 900.0
  static let margin = 14.0
  static let titleSize = 15
  static let textSize = 12
  static let tickSize = 11
  /// For cells that are too narrow for more.
  static let smallSize = 8
  static let swatch = 26.0
  private static let narrowest = 480.0
  private static let gap = 16.0
  private static let nameWidth = 20.0
  private static let lineHeight = 15.0
  private static let cellHeight = 28.0

  private(set) var width = 0.0
  private(set) var height = 0.0
  private(set) var titleLines: [String] = []
  private(set) var subtitleLines: [String] = []
  private(set) var legend: [LegendEntry] = []
  private(set) var frames: [Frame] = []

  /// The names of all lines, bars and distributions in the order of their first appearance; a line alone in its panel has none.
  let legendNames: [String]

  init(_ figure: Figure) {
    legendNames = figure.panels.reduce(into: []) { names, panel in
      for name in panel.content.names where !name.isEmpty && !names.contains(name) { names.append(name) }
    }
    let columns = max(1, figure.columns)
    frames = figure.panels.indices.map { index in
      let panel = figure.panels[index]
      var frame = Frame()
      let below = index + columns
      frame.showsX = below >= figure.panels.count || figure.panels[below].x.label != panel.x.label
      frame.showsY = index % columns == 0 || figure.panels[index - 1].y.label != panel.y.label
      frame.tickLines = panel.x.categories.map { $0.split(separator: "\n").count }.max() ?? 1
      frame.height = Self.plotHeight(panel, rows: (figure.panels.count + columns - 1) / columns)
      return frame
    }
    placeColumns(figure, columns)
    titleLines = Self.wrapped(figure.title, width: width - 2 * Self.margin, size: Self.titleSize)
    subtitleLines = Self.wrapped(figure.subtitle, width: width - 2 * Self.margin, size: Self.textSize)
    var y = Self.margin + Double(titleLines.count) * 20 + Double(subtitleLines.count) * 16 + 4
    if figure.panels.contains(where: \.content.needsLegend) { placeLegend(&y) }
    placeRows(figure, columns, from: y)
  }

  // MARK: Placing

  private mutating func placeColumns(_ figure: Figure, _ columns: Int) {
    var lefts: [Double] = []
    for column in 0..<min(columns, max(1, frames.count)) {
      let indices = stride(from: column, to: frames.count, by: columns)
      lefts.append(
        indices.map { index in
          Self.tickWidth(figure.panels[index].y) + (frames[index].showsY ? Self.nameWidth : 0)
        }.max() ?? 0)
    }
    let spaces = 2 * Self.margin + Self.gap * Double(lefts.count - 1) + lefts.reduce(0, +)
    let available = (Self.widest - spaces) / Double(lefts.count)
    let natural = figure.panels.map { Self.plotWidth($0, isAlone: figure.panels.count == 1) }.max() ?? 0
    let plotWidth = columns > 1 ? available : min(available, natural)
    width = max(Self.narrowest, spaces + plotWidth * Double(lefts.count)).rounded(.up)
    var x = Self.margin
    for (column, left) in lefts.enumerated() {
      for index in stride(from: column, to: frames.count, by: columns) {
        frames[index].left = x + left
        frames[index].nameX = x + 8
        frames[index].width = plotWidth
      }
      x += left + plotWidth + Self.gap
    }
  }

  private mutating func placeRows(_ figure: Figure, _ columns: Int, from start: Double) {
    var y = start
    for first in stride(from: 0, to: frames.count, by: columns) {
      let row = first..<min(first + columns, frames.count)
      for index in row {
        // Where nothing stands beside a panel, its title has the figure's whole width.
        frames[index].titleX = columns > 1 ? frames[index].left : Self.margin
        frames[index].titleLines =
          figure.panels[index].title.map { title in
            // A title may reach over the edge of its own panel where nothing stands beside it.
            Self.wrapped(
              title, width: columns > 1 ? frames[index].width : width - frames[index].left - Self.margin, size: Self.textSize)
          } ?? []
      }
      let top = row.map { Double(frames[$0].titleLines.count) * Self.lineHeight + 8 }.max() ?? 0
      let bottom = row.map { Double(frames[$0].tickLines) * Self.lineHeight + 12 + (frames[$0].showsX ? 18 : 0) }.max() ?? 0
      for index in row { frames[index].top = y + top }
      y += top + (row.map { frames[$0].height }.max() ?? 0) + bottom
    }
    height = (y + 8).rounded(.up)
  }

  private mutating func placeLegend(_ y: inout Double) {
    var x = Self.margin
    y += 10
    for name in legendNames {
      let needed = Self.swatch + 6 + Self.textWidth(name, Self.textSize) + 14
      if x > Self.margin, x + needed > width - Self.margin + 14 {
        x = Self.margin
        y += 18
      }
      legend.append(LegendEntry(name: name, x: x, y: y))
      x += needed
    }
    y += 12
  }

  // MARK: Sizes

  private static func plotHeight(_ panel: FigurePanel, rows: Int) -> Double {
    switch panel.content {
    case .heatMap(let cells): Double(max(1, cells.count)) * cellHeight
    case .lines: rows == 1 ? 260 : rows == 2 ? 190 : 150
    case .bars: 280
    case .histograms: 84
    }
  }

  private static func plotWidth(_ panel: FigurePanel, isAlone: Bool) -> Double {
    switch panel.content {
    case .heatMap(let cells):
      let text = cells.flatMap { $0 }.map { textWidth($0.text, tickSize) }.max() ?? 0
      let width = Double(cells.map(\.count).max() ?? 1) * min(max(text + 14, 42), 90)
      return isAlone ? width : max(width, 480)
    case .lines: return 640
    case .bars(let series):
      return max(540, Double(panel.x.categories.count * (series.count + 1)) * 18)
    case .histograms: return widest
    }
  }

  /// The room of the numbers or names beside a vertical axis.
  private static func tickWidth(_ axis: FigureAxis) -> Double {
    (axis.categories.map { textWidth($0, tickSize) }.max() ?? (axis.isLogarithmic ? 42 : 36)) + 14
  }

  /// About how wide a text is.
  static func textWidth(_ text: String, _ size: Int) -> Double {
    text.reduce(0) { width, character in
      let share =
        "iIjl.,:;'|! ()[]ftr-".contains(character)
        ? 0.35 : "mwMW".contains(character) ? 0.9 : character.isUppercase || character.isNumber ? 0.66 : 0.57
      return width + share * Double(size)
    }
  }

  /// A text on as many lines as it needs, at most three.
  static func wrapped(_ text: String, width: Double, size: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
      let longer = line.isEmpty ? word : line + " " + word
      if !line.isEmpty, textWidth(longer, size) > width {
        lines.append(line)
        line = word
      } else {
        line = longer
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines.count > 3 ? lines.prefix(2) + [lines[2] + " …"] : lines
  }
}

extension FigureContent {
  /// The names that the legend explains.
  var names: [String] {
    switch self {
    case .heatMap: []
    case .lines(let lines): lines.map(\.name)
    case .bars(let series): series.map(\.name)
    case .histograms(let histograms): histograms.map(\.name)
    }
  }

  /// Whether the names tell something: a single distribution's stands in the subtitle.
  var needsLegend: Bool {
    switch self {
    case .heatMap: false
    case .lines(let lines): lines.contains { !$0.name.isEmpty }
    case .bars: true
    case .histograms(let histograms): histograms.count > 1
    }
  }
}
