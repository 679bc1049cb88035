// What scripts draw: every kind of panel, of any number of panels and series, with any text and any values.
import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite(.requires(.gnuplot))
struct GnuplotScriptTests {
  private static let kinds: [FigurePanel.Kind] = [.lines, .bars, .dots, .shares, .histograms, .heatMap, .points]

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
      for text in ["score (percent)", kind == .heatMap ? "layer" : "step"] { #expect(figure.count(text) == 1) }
      // A name stands in the legend, beside each heat map or point, or at the left of the page.
      let times = kind == .heatMap || kind == .points ? panels : kind.hasRows && panels == 12 ? 4 : kind.hasRows ? panels : 1
      for number in 1...series { #expect(figure.count("row \(number)") == times) }
    }
  }

  @Test(arguments: kinds)
  func longTextsAreShortened(kind: FigurePanel.Kind) throws {
    for word in ["rank8alpha16", "行ラベル", "WIDE LETTERS"] {
      let long = { (text: String) in text + String(repeating: " " + word, count: 30) }
      for panels in [1, 4] {
        let figure = try drawn(MadeUpFigure.of(kind, panels: panels, series: 3, label: long))
        #expect(figure.faults.isEmpty)
        let times = kind == .heatMap || kind == .points ? panels : kind.hasRows && panels == 4 ? 2 : 1
        #expect(figure.texts.filter { $0.text.hasPrefix("row ") && $0.text.contains("…") }.count == 3 * times)
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

  @Test func aNameHasOneLook() throws {
    let colors = [
      "0,114,178", "213,94,0", "0,158,115", "204,121,167", "230,159,0", "86,180,233", "153,153,153", "51,34,136",
    ]
    let svg = try draw(MadeUpFigure.of(.lines, panels: 2, series: 8)).replacing(" ", with: "")
    for color in colors { #expect(svg.contains("stroke='rgb(\(color))'")) }
    // More than eight are told apart by their dashes too.
    let lines = lines(
      FigureAxis(name: "x"), FigureAxis(name: "y"),
      (1...16).map { FigureSeries(name: "row \($0)", points: [FigurePoint(1, Double($0)), FigurePoint(2, 0)]) })
    let many = try draw(lines).replacing(" ", with: "")
    let looks = Set(many.matches(of: #/<pathstroke='rgb\((\d+,\d+,\d+)\)'(?:stroke-dasharray='([\d.,]+)')?/#).map(\.0))
    #expect(colors.allSatisfy { color in looks.count { $0.contains("(\(color))") } == 2 }, "\(looks.sorted())")
  }

  /// How far the names of horizontal axes stand below the numbers on them, in pixels.
  private func gap(_ figure: DrawnFigure, name: String) throws -> Double {
    let frame = try #require(figure.texts.first { $0.text == name }?.frame)
    let numbers = figure.texts.filter { Double($0.text) != nil }.compactMap(\.frame).filter { $0.y.upperBound < frame.y.upperBound }
    return frame.y.lowerBound - (try #require(numbers.map(\.y.upperBound).max()))
  }

  @Test(arguments: [.lines, .bars, .dots, .histograms, .points] as [FigurePanel.Kind], [1, 2, 12])
  func theNameOfAnAxisIsClearOfItsNumbers(kind: FigurePanel.Kind, panels: Int) throws {
    let gap = try gap(try drawn(MadeUpFigure.of(kind, panels: panels)), name: "step")
    #expect(gap > 5 && gap < 40)
  }

  @Test func namesInAnOrderHaveAScaleOfColours() throws {
    for count in [2, 6, 24] {
      let names = (1...count).map { "layer \($0)" }
      let lines = names.enumerated().map { index, name in
        FigureSeries(name: name, points: [FigurePoint(1, Double(index)), FigurePoint(2, Double(index + 1))])
      }
      let figure = Figure(
        id: "f", title: "t", subtitle: "s",
        panels: [FigurePanel(kind: .lines, x: FigureAxis(name: "x"), y: FigureAxis(name: "y"), series: lines)], scale: names,
        data: FigureData(columns: [], rows: []))
      let drawn = try drawn(figure)
      #expect(drawn.faults.isEmpty && drawn.count("layer 1") == 1 && drawn.count("layer \(count)") == 1)
      #expect(drawn.texts.count { $0.text.hasPrefix("layer") } <= 12)
      let svg = try draw(figure).replacing(" ", with: "")
      // from dark to light, each layer's as dark as its part of the scale
      let strokes = svg.matches(of: #/<pathstroke='rgb\((\d+,\d+,\d+)\)'d='M/#).map { String($0.1) }
      let looks = strokes.filter { Set($0.split(separator: ",")).count > 1 }
      let light = looks.map { look -> Double in
        let parts = look.split(separator: ",").compactMap { Double($0) }
        return zip(parts, [0.299, 0.587, 0.114]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(light.count == count && Set(light).count == count && light == light.sorted())
      #expect(light.allSatisfy { $0 < 190 })
      for look in looks { #expect(svg.contains("fill='rgb(\(look))'") || svg.contains("fill=\"rgb(\(look))\"")) }
    }
  }

  @Test func lowerLinesAreWiderWhereLinesCoincide() throws {
    let points = (1...9).map { FigurePoint(Double($0), Double($0)) }
    let apart = points.map { FigurePoint($0.x, 20 - $0.x) }
    let series = [("a", points), ("b", apart), ("c", points)].map { FigureSeries(name: $0.0, points: $0.1, hasMarks: true) }
    let script = GnuplotScript.render(lines(FigureAxis(name: "x"), FigureAxis(name: "y"), series), as: .svg)
    #expect(script.contains("widths = '3.6 1.8 1.8 1.8'"))
    #expect(try drawn(lines(FigureAxis(name: "x"), FigureAxis(name: "y"), series)).count("coinciding: a = c") == 1)
  }

  @Test func numbersAreNamedWhereTheyStand() throws {
    func tics(_ values: [Double], isLogarithmic: Bool) throws -> [String] {
      let series = [FigureSeries(name: "row", points: values.map { FigurePoint($0, 5) }, hasMarks: true)]
      let figure = lines(FigureAxis(name: "x", values: values, isLogarithmic: isLogarithmic), FigureAxis(name: "y"), series)
      #expect(GnuplotScript.render(figure, as: .svg).contains("\nset logscale x 2\n") == isLogarithmic)
      let drawn = try drawn(figure)
      #expect(drawn.faults.isEmpty)
      let height = try #require(drawn.texts.first { $0.text == "x" }?.frame).y.lowerBound - 40
      return drawn.texts.filter { ($0.frame?.y.lowerBound ?? 0) > height && Double($0.text) != nil }.map(\.text)
    }
    #expect(try tics([1, 2, 4, 8, 64], isLogarithmic: true) == ["1", "2", "4", "8", "64"])
    #expect(try tics([0.7, 0.8, 0.9, 0.95, 1], isLogarithmic: false) == ["0.7", "0.8", "0.9", "0.95", "1"])
    let many = try tics((1...64).map(Double.init), isLogarithmic: true)
    #expect(many.first == "1" && many.last == "64" && many.count < 40)
  }

  @Test func powersOfTenAreWrittenAsPowers() throws {
    let points = [FigurePoint(1, 3e-7), FigurePoint(2, 2e-2)]
    let figure = lines(FigureAxis(name: "x"), FigureAxis(name: "y", isLogarithmic: true), [FigureSeries(name: "", points: points)])
    let drawn = try drawn(figure)
    for text in ["10⁻⁷", "10⁻¹"] { #expect(drawn.count(text) == 1) }
    #expect(!drawn.texts.contains { $0.text.contains("e-") })
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

  @Test func barsBeginAtZero() throws {
    let rows = FigurePanel(
      kind: .bars, x: FigureAxis(name: "x"), y: FigureAxis(name: "y"),
      series: [90, 92].map { FigureSeries(name: "row \($0)", points: [FigurePoint(0, $0)]) })
    let script = GnuplotScript.render(
      Figure(id: "f", title: "t", subtitle: "s", panels: [rows], data: FigureData(columns: [], rows: [])), as: .svg)
    #expect(script.contains("\nleast = 0.0\n"))
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
    for kind in [FigurePanel.Kind.bars, .dots, .shares] {
      for axis in [FigureAxis(name: "x"), FigureAxis(name: "x", start: 0, end: points.first?.y)] {
        let rows = FigurePanel(
          kind: kind, x: axis, y: FigureAxis(name: "y"),
          series: points.enumerated().map { FigureSeries(name: "row \($0)", points: [FigurePoint(0, $1.y, deviation: $1.y)]) })
        let figure = Figure(id: "f", title: "t", subtitle: "s", panels: [rows], data: FigureData(columns: [], rows: []))
        let faults = try drawn(figure).faults
        #expect(faults.isEmpty, "\(faults)")
      }
    }
    for isLogarithmic in [false, true] {
      let series = points.enumerated().map {
        FigureSeries(name: "row \($0)", points: [FigurePoint($1.x, $1.y, deviation: $1.y)], hasMarks: $0 == 0)
      }
      let panel = FigurePanel(
        kind: .points, x: FigureAxis(name: "x", isLogarithmic: isLogarithmic),
        y: FigureAxis(name: "y", isLogarithmic: isLogarithmic),
        series: series)
      let figure = Figure(id: "f", title: "t", subtitle: "s", panels: [panel], data: FigureData(columns: [], rows: []))
      let faults = try drawn(figure).faults
      #expect(faults.isEmpty, "\(faults)")
    }
  }

  @Test func thePointsThatStandOutAreDarkAndHaveALineAlongThem() throws {
    func svg(hasFront: Bool) throws -> String {
      let points = [FigurePoint(1, 1), FigurePoint(2, 3), FigurePoint(3, 2)]
      let series = points.enumerated().map { FigureSeries(name: "row \($0)", points: [$1], hasMarks: hasFront && $0 < 2) }
      let front = FigureSeries(name: "", points: hasFront ? Array(points.prefix(2)) : [])
      return try draw(
        Figure(
          id: "f", title: "t", subtitle: "s",
          panels: [FigurePanel(kind: .points, x: FigureAxis(name: "x"), y: FigureAxis(name: "y"), series: series + [front])],
          data: FigureData(columns: [], rows: []))
      ).replacing(" ", with: "")
    }
    let (plain, marked) = (try svg(hasFront: false), try svg(hasFront: true))
    func dark(_ svg: String) -> Int { svg.matches(of: #/scale\([\d.]+\)'color='rgb\(0,114,178\)'/#).count }
    #expect(dark(plain) == 0 && dark(marked) == 2)
    let line = #/<pathstroke='rgb\(0,114,178\)'stroke-dasharray/#
    #expect(!plain.contains(line) && marked.contains(line))
  }
}
