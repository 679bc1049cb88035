// Figures of every kind and size, of values that no run made.
@testable import Reporting

enum MadeUpFigure {
  /// A figure of panels that are alike.
  /// - Parameter label: what becomes of every text in it.
  static func of(
    _ kind: FigurePanel.Kind, panels: Int = 1, series: Int = 2, label: (String) -> String = { $0 }
  ) -> Figure {
    let panels = (1...panels).map { panel in
      FigurePanel(
        title: label("panel \(panel)"), kind: kind, x: across(kind, label),
        y: FigureAxis(name: label("score"), unit: "percent", start: kind == .heatMap ? nil : 0),
        series: (1...series).map { number in
          FigureSeries(name: label("row \(number)"), points: points(kind, number), hasMarks: panel == 1 && kind == .lines)
        })
    }
    return Figure(
      id: "f", title: label("a title"), subtitle: label("a subtitle, seed 0"), panels: panels,
      columns: panels.count > 3 && kind != .heatMap ? 3 : 1,
      parts: kind == .shares ? [label("one part"), label("another part")] : [],
      data: FigureData(columns: [], rows: []))
  }

  private static func across(_ kind: FigurePanel.Kind, _ label: (String) -> String) -> FigureAxis {
    switch kind {
    case .lines, .histograms: FigureAxis(name: label("step"), start: 0, end: 40)
    case .points: FigureAxis(name: label("step"))
    case .bars, .dots: FigureAxis(name: label("step"))
    case .shares: FigureAxis(name: label("step"), start: 0, end: 100)
    case .heatMap: FigureAxis(name: label("layer"), places: ["1", "2", "3"])
    }
  }

  private static func points(_ kind: FigurePanel.Kind, _ number: Int) -> [FigurePoint] {
    switch kind {
    case .lines: (0...40).map { FigurePoint(Double($0), Double(number * 40 + $0), deviation: $0 % 10 == 0 ? 3 : nil) }
    case .bars: [FigurePoint(0, Double(number) / 19, deviation: 0.02, text: "0.5\(number)")]
    case .dots: [FigurePoint(0, Double(number - 2) / 19, deviation: 0.02, text: "−0.5\(number)")]
    case .shares:
      [
        FigurePoint(0, 35, text: "35"), FigurePoint(35, Double(60 - number), text: "\(60 - number)"),
        FigurePoint(100, 0, text: "0.5\(number)"),
      ]
    case .histograms: (0...40).map { FigurePoint(Double($0), Double($0 * (40 - $0) / number)) }
    case .heatMap: (0..<3).map { FigurePoint(Double($0), Double($0) / 2, text: "\($0)") }
    case .points: [FigurePoint(Double(number * 37 % 17 + 1), Double(number * 23 % 19), deviation: number % 3 == 0 ? nil : 2)]
    }
  }
}
