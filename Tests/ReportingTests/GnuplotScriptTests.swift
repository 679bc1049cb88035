// What scripts draw: every kind of panel, of any number of panels and series, with any text and any values.
import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite(.requires(.gnuplot))
struct GnuplotScriptTests {
  private static let kinds: [FigurePanel.Kind] = [.lines, .bars, .histograms, .heatMap]

  private func draw(_ figure: Figure) throws -> String {
    String(decoding: try Gnuplot().draw(figure, as: .svg), as: UTF8.self)
  }

  private func drawn(_ figure: Figure) throws -> DrawnFigure { try DrawnFigure(Data(draw(figure).utf8)) }

  /// One panel of lines.
  private func lines(_ x: FigureAxis, _ y: FigureAxis, _ series: [FigureSeries]) -> Figure {
    Figure(
      id: "f", title: "t", subtitle: "s", panels: [FigurePanel(kind: .lines, x: x, y: y, series: series)],
      data: FigureData(columns: [], rows: []))
  }

  @Test(arguments: kinds, [1, 2, 12])
  func everyTextStandsOnceAndAlone(kind: FigurePanel.Kind, panels: Int) throws {
    for series in [1, 3, 16] {
      let figure = try drawn(MadeUpFigure.of(kind, panels: panels, series: series))
      #expect(figure.faults.isEmpty, "\(series) series")
      for text in ["a title", "a subtitle, seed 0"] + (1...panels).map({ "panel \($0)" }) { #expect(figure.count(text) == 1) }
      // Labels that all panels share stand once too.
      for text in ["score (percent)", figure.count("step") > 0 ? "step" : kind == .bars ? "task" : "layer"] {
        #expect(figure.count(text) == 1)
      }
      for number in 1...series { #expect(figure.count("row \(number)") == (kind == .heatMap ? panels : 1)) }
    }
  }

  @Test(arguments: kinds)
  func longTextsAreShortened(kind: FigurePanel.Kind) throws {
    for word in ["rank8alpha16", "行ラベル", "WIDE LETTERS"] {
      let long = { (text: String) in text + String(repeating: " " + word, count: 30) }
      for panels in [1, 4] {
        let figure = try drawn(MadeUpFigure.of(kind, panels: panels, series: 3, label: long))
        #expect(figure.faults.isEmpty)
        #expect(
          figure.texts.filter { $0.text.hasPrefix("row ") && $0.text.contains("…") }.count == (kind == .heatMap ? 3 * panels : 3))
      }
    }
  }

  @Test(arguments: kinds, FigureFormat.allCases)
  func equalFiguresAreEqualBytes(kind: FigurePanel.Kind, format: FigureFormat) throws {
    let gnuplot = try Gnuplot()
    let figure = MadeUpFigure.of(kind, panels: 2)
    let data = try gnuplot.draw(figure, as: format)
    #expect(data.count > 1000)
    #expect(try gnuplot.draw(figure, as: format) == data)
  }

  @Test(arguments: kinds)
  func hostileTextIsOnlyText(kind: FigurePanel.Kind) throws {
    let mark = FileManager.default.temporaryDirectory.appending(path: "lowrank-\(UUID().uuidString.prefix(6))")
    let touch = "touch \(mark.path)"
    let hostile = [
      "`\(touch)`", "'.system('\(touch)').'", "'", "''", "\".system(\"\(touch)\").\"", "@title @quote", "$(\(touch))",
      "50% %d %s %",
      "\\", "a\\", "{/Bold c}_2^3", "<b>&amp;", "# c", "\u{1b}[31m\u{fffe}", "a\nEOD\n!\(touch)\n", "-", "\\n",
    ]
    func words(_ text: String) -> [Substring] { text.split(separator: " ") }
    for text in hostile {
      let figure = try drawn(MadeUpFigure.of(kind) { text + $0 })
      let isPlain = { (scalar: Unicode.Scalar) in scalar.value >= 32 && scalar != "\u{fffe}" }
      let plain = String(String.UnicodeScalarView(text.unicodeScalars.map { isPlain($0) ? $0 : " " }))
      #expect(figure.texts.contains { words($0.text) == words(plain + "a title") }, "\(text)")
      #expect(figure.texts.contains { $0.text.hasPrefix(plain.prefix(10)) && $0.text.hasSuffix("row 1") }, "\(text)")
    }
    let all = MadeUpFigure.of(kind) { hostile.joined(separator: " ") + $0 }
    #expect(try Gnuplot().draw(all, as: .png).count > 1000)
    #expect(!FileManager.default.fileExists(atPath: mark.path))
  }

  @Test func aNameHasOneColour() throws {
    let colors = [
      "0,114,178", "213, 94,  0", "0,158,115", "204,121,167", "230,159,  0", "86,180,233", "153,153,153", "240,228, 66",
    ]
    let svg = try draw(MadeUpFigure.of(.lines, panels: 2, series: 8)).replacing(" ", with: "")
    for color in colors.map({ "stroke='rgb(\($0.replacing(" ", with: "")))'" }) { #expect(svg.contains(color)) }
    // More than eight are told apart by shades.
    let many = try draw(MadeUpFigure.of(.bars, series: 16)).replacing(" ", with: "")
    let fills = Set(many.matches(of: #/fill='rgb\([\d,]+\)'/#).map(\.0))
    #expect(fills.count >= 16)
  }

  @Test func moreIsDarkerAndNothingIsGray() throws {
    let cells = [FigurePoint(0, 0, text: "least"), FigurePoint(1, 1, text: "most"), FigurePoint(2, nil, text: "never")]
    let figure = Figure(
      id: "f", title: "t", subtitle: "s",
      panels: [
        FigurePanel(
          kind: .heatMap, x: FigureAxis(name: "layer", places: ["1", "2", "3"]), y: FigureAxis(name: "matrix"),
          series: [FigureSeries(name: "query", points: cells)])
      ], data: FigureData(columns: [], rows: []))
    let svg = try draw(figure).replacing(" ", with: "")
    for color in ["255,234,70", "0,32,77", "238,238,238"] {
      #expect(svg.contains("fill='rgb(\(color))'") || svg.contains("fill=\"rgb(\(color))\""))
    }
    let drawn = try drawn(figure)
    for text in ["least", "most", "never", "query", "matrix"] { #expect(drawn.count(text) == 1) }
  }

  @Test func textsWithoutRoomAreLeftOut() throws {
    let cells = (0..<200).map { FigurePoint(Double($0), 0.5, text: "12345") }
    let axis = FigureAxis(name: "layer", places: (1...200).map(String.init))
    let figure = Figure(
      id: "f", title: "t", subtitle: "s",
      panels: [
        FigurePanel(kind: .heatMap, x: axis, y: FigureAxis(name: "m"), series: [FigureSeries(name: "query", points: cells)])
      ], data: FigureData(columns: [], rows: []))
    let drawn = try drawn(figure)
    #expect(drawn.count("12345") == 0)
    #expect(drawn.count("1") == 1)
    #expect(drawn.texts.count < 60)
  }

  @Test func aSinglePointIsSeen() throws {
    let series = [FigureSeries(name: "", points: [FigurePoint(1, 5), FigurePoint(2, .nan), FigurePoint(3, 5), FigurePoint(4, 6)])]
    let marks = { (svg: String) in svg.matches(of: #/<use xlink:href='#gpPt/#).count }
    let axes = (FigureAxis(name: "x"), FigureAxis(name: "y"))
    let plain = try draw(lines(axes.0, axes.1, [FigureSeries(name: "", points: [FigurePoint(1, 5), FigurePoint(2, 5)])]))
    #expect(marks(try draw(lines(axes.0, axes.1, series))) == marks(plain) + 1)
  }

  @Test(arguments: [
    [], [(1, 2)], [(1, 0), (2, 0)], [(1, 3e-7), (2, 3e-7)], [(4, 3), (4, 3.5)], [(1, .nan)], [(1, .infinity), (2, 1)],
    [(1, 1e308), (2, -1e308)], [(.leastNonzeroMagnitude, .leastNonzeroMagnitude)], [(1, -5), (2, -3)], [(1e6, 9.3e18), (2e6, 1)],
  ])
  func anyValuesAreDrawn(points: [(x: Double, y: Double)]) throws {
    let series = [FigureSeries(name: "row", points: points.map { FigurePoint($0.x, $0.y, deviation: $0.y) }, hasMarks: true)]
    for (isLogarithmic, start) in [(false, nil), (false, 0), (true, nil)] as [(Bool, Double?)] {
      let axis = FigureAxis(name: "x", isLogarithmic: isLogarithmic, isWhole: !isLogarithmic)
      let figure = try drawn(lines(axis, FigureAxis(name: "y", isLogarithmic: isLogarithmic, start: start), series))
      #expect(figure.faults.isEmpty)
      #expect(figure.count("row") == 1)
    }
    let bars = FigurePanel(
      kind: .bars, x: FigureAxis(name: "x", places: ["a", "b"]), y: FigureAxis(name: "y"),
      series: [FigureSeries(name: "row", points: points.enumerated().map { FigurePoint(Double($0), $1.y, deviation: $1.y) })])
    let figure = Figure(id: "f", title: "t", subtitle: "s", panels: [bars], data: FigureData(columns: [], rows: []))
    #expect(try drawn(figure).faults.isEmpty)
  }
}
