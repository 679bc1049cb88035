// A figure as a script for gnuplot: the page, then each panel, each with what its template needs to know before it.

/// What a figure is drawn as.
enum FigureFormat: String, CaseIterable {
  /// Scalable vector graphics, at most 900 pixels wide.
  case svg
  /// Pixels, two for each of the SVG's in both directions.
  case png
}

/// Writes scripts for gnuplot 5. Equal figures are equal scripts.
enum GnuplotScript {
  /// The script that draws a figure to the standard output.
  static func render(_ figure: Figure, as format: FigureFormat) -> String {
    let columns = max(1, figure.columns)
    let rows = (figure.panels.count + columns - 1) / columns
    let width = columns > 1 ? 900 : min(900, figure.panels.map(GnuplotPanel.width).max() ?? 560)
    let names = names(figure)
    let hasRows = !figure.panels.isEmpty && figure.panels.allSatisfy(\.kind.hasRows)
    let labelled = GnuplotText.columns(hasRows ? figure.panels.flatMap(GnuplotPanel.rowNames) : [])
    let beside = hasRows ? 8 * labelled + 4 : 0
    let sharesY = figure.panels.count > 1 && Set(figure.panels.map(\.y.label)).count == 1
    let panels = figure.panels.map { panel in
      GnuplotPanel(panel, names: names, width: (width - beside) / columns, rows: rows, sharesY: sharesY)
    }
    // titles of several lengths leave the panels of a row in line
    let topLines = panels.map(\.titleLines).max() ?? 0
    let cell = (panels.map(\.height).max() ?? 0) + 18 * max(0, topLines - 1)
    let (title, subtitle) = (
      GnuplotText.wrapped(figure.title, to: (width - 28) * 10 / 87), GnuplotText.wrapped(figure.subtitle, to: width * 2 / 15)
    )
    let legend = names.map { GnuplotText.shortened($0, to: figure.scale.isEmpty ? 60 : 12) }
    var lines = [
      GnuplotText.quote, "png = \(format == .png ? 1 : 0)", "width = \(width)", "columns = \(columns)", "rows = \(rows)",
      "cell = \(cell)", "toplines = \(topLines)", "title = \(GnuplotText.quoted(title))", "titlelines = \(title.count)",
      "subtitle = \(GnuplotText.quoted(subtitle))", "subtitlelines = \(subtitle.count)",
      "sharedx = \(shared(figure.panels.map(\.x.label), to: 60))",
      "sharedy = \(shared(figure.panels.map(\.y.label), to: min(60, cell * rows / 7), isAlone: hasRows))",
      "beside = \(beside)", "sample = '\(sample(figure))'", "levels = \(figure.scale.count)", "names = \(names.count)",
      "widest = \(GnuplotText.columns(legend))",
      "array name[\(names.count + 1)]",
    ]
    lines += legend.enumerated().map { "name[\($0 + 1)] = \(GnuplotText.quoted([$1]))" }
    lines.append(PageTemplate.text)
    for (index, panel) in panels.enumerated() {
      lines += ["column = \(index % columns)", "row = \(index / columns)"]
      lines.append("set origin across(left + place * \(index % columns)), down(head + cell * \(index / columns + 1))")
      lines.append(panel.script)
    }
    return lines.joined(separator: "\n") + "\nunset multiplot\n"
  }

  /// What the legend explains: the names on the figure's scale, those of bars' parts, or those of series in the order of their first appearance.
  private static func names(_ figure: Figure) -> [String] {
    if !figure.scale.isEmpty { return figure.scale }
    if !figure.parts.isEmpty { return figure.parts }
    let all = figure.panels.filter { $0.kind == .lines || $0.kind == .histograms }.flatMap(\.series).map(\.name)
    return all.reduce(into: []) { names, name in if !name.isEmpty, !names.contains(name) { names.append(name) } }
  }

  /// The label that all of several panels have, or else the only one where that is asked for; it stands once, at the page's edge.
  /// - Parameters:
  ///   - most: the columns that it may take.
  ///   - isAlone: whether it stands there for a single panel too.
  private static func shared(_ labels: [String], to most: Int, isAlone: Bool = false) -> String {
    GnuplotText.quoted(
      labels.count > (isAlone ? 0 : 1) && Set(labels).count == 1 ? [GnuplotText.shortened(labels[0], to: most)] : [])
  }

  /// How the legend shows what it names.
  private static func sample(_ figure: Figure) -> String {
    if !figure.parts.isEmpty { return "parts" }
    if figure.panels.contains(where: { $0.kind == .histograms }) { return "boxes" }
    return figure.panels.flatMap(\.series).contains(where: \.hasMarks) ? "linespoints" : "lines"
  }
}
