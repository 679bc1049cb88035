// Scripts for gnuplot, and its drawings where it is installed.
import Foundation
import Storage
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import Reporting

@Suite struct GnuplotTests {
  /// All that a shell, gnuplot's macros or an SVG file could take for more than text.
  private static let hostile = "a'b `touch x` \"$(touch x)\" @hostile @x \\ <b>&amp; # {/Bold c} ^2 %d é\u{1b}[31m\u{fffe}\\"

  private static func figure(title: String = "title", name: String = "line") -> Figure {
    let panels = [
      FigurePanel(
        title: title, x: FigureAxis(name, unit: "s"), y: FigureAxis("y", isLogarithmic: true),
        content: .lines([
          FigureLine(
            name, points: [FigurePoint(1, 1, deviation: 0.5), FigurePoint(2, .nan), FigurePoint(3, 1000)], hasMarks: true),
          FigureLine("empty", points: []),
        ])),
      FigurePanel(
        x: FigureAxis("places", categories: [title, "b\nc"]), y: FigureAxis("score", start: 40),
        content: .bars([BarSeries(name, bars: [BarSeries.Bar(50, deviation: 2), nil]), BarSeries("other", bars: [nil, nil])])),
      FigurePanel(
        x: FigureAxis("layer", categories: ["1", "2"]), y: FigureAxis("module", categories: [title]),
        content: .heatMap([[HeatMapCell(shade: 0.3, text: "7"), HeatMapCell(shade: nil, text: "–")]])),
      FigurePanel(
        x: FigureAxis("norm", start: 0, end: 2), y: FigureAxis("examples", start: 0),
        content: .histograms([
          FigureHistogram(name: name, lower: 0, width: 1, counts: [1, 3]),
          FigureHistogram(name: "second", lower: 0, width: 1, counts: [2, 0]),
        ])),
      FigurePanel(x: FigureAxis("x"), y: FigureAxis("y"), content: .lines([])),
    ]
    return Figure(
      id: "f", title: title, subtitle: title, panels: panels, data: FigureData(columns: ["a", "b"], rows: [["1", "x,\"y\""]]))
  }

  @Test func equalFiguresAreEqualScriptsAndData() {
    let script = GnuplotScript.render(Self.figure(), as: .svg)
    #expect(script == GnuplotScript.render(Self.figure(), as: .svg))
    #expect(script.hasPrefix("set encoding utf8\nset terminal svg noenhanced size "))
    #expect(script.contains("set label 1 'title' at screen "))
    #expect(Self.figure().data.csv == "a,b\n1,\"x,\"\"y\"\"\"\n")
  }

  @Test func aScriptSaysWhatIsDrawn() {
    let figure = Figure(
      id: "f", title: "t", subtitle: "s",
      panels: [
        FigurePanel(
          x: FigureAxis("step", start: 1, end: 2), y: FigureAxis("loss", start: 0),
          content: .lines([FigureLine("", points: [FigurePoint(1, 3), FigurePoint(2, 1.5)])]))
      ], data: FigureData(columns: [], rows: []))
    let lines = GnuplotScript.render(figure, as: .png).split(separator: "\n").map(String.init)
    #expect(lines.contains("set xrange [1.0:2.0]"))
    #expect(lines.contains("set yrange [0.0:*]"))
    #expect(lines.suffix(10).contains("$data1 << EOD"))
    #expect(lines.contains("plot $data1 using 1:2 with lines linecolor rgb '#222222' linewidth 1.8 dashtype 1"))
    #expect(lines.last == "unset multiplot")
  }

  @Test func textIsQuotedOnOneLine() {
    #expect(GnuplotText.quoted("it's") == "'it''s'")
    #expect(GnuplotText.quoted("a\nb\u{7}c\u{2028}d\u{fffe}e") == "'a b c d e'")
    #expect(GnuplotText.quoted(String(repeating: "x", count: 1000)).count == 302)
    for line in GnuplotScript.render(Self.figure(title: Self.hostile, name: Self.hostile), as: .svg).split(separator: "\n")
    where line.contains("touch") {
      #expect(line.hasPrefix("set label "))
      #expect(line.contains(" 'a''b `touch x` \"$(touch x)\" @hostile "))
    }
  }

  @Test func textIsWrapped() {
    #expect(FigureLayout.wrapped("one two three", width: 60, size: 10) == ["one two", "three"])
    #expect(FigureLayout.wrapped("a b c d e f", width: 1, size: 10) == ["a", "b", "c …"])
  }

  @Test(arguments: [(1.0, 4.0, 0.2), (100, 4, 20), (3.4, 4, 1), (37, 2, 20), (0, 2, 1)])
  func ticksAreRound(length: Double, parts: Double, step: Double) {
    #expect(GnuplotDrawing.step(length, parts: parts) == step)
  }

  @Test func moreIsDarker() {
    #expect(FigurePalette.shade(0).text == "#ffea46")
    #expect(FigurePalette.shade(1).text == "#00204d")
    #expect(FigurePalette.shade(0.5).text == "#7d7c76")
    #expect(Set((0..<8).map { FigurePalette.series($0, of: 8).text }).count == 8)
    #expect(Set((0..<20).map { FigurePalette.series($0, of: 20).text }).count == 20)
  }

  @Test func withoutGnuplotThereIsOneLine() throws {
    let error = try #require(throws: ReportError.self) { try Gnuplot(path: "/nowhere:") }
    #expect("\(error)" == "figures are drawn by gnuplot, which is not here: install it (Debian: apt-get install gnuplot-nox).")
  }

  @Test(.requires(.gnuplot))
  func everyContentIsDrawn() throws {
    let gnuplot = try Gnuplot()
    let svg = try gnuplot.draw(Self.figure(), as: .svg)
    #expect(XMLParser(data: svg).parse())
    #expect(String(decoding: svg, as: UTF8.self).contains("<text>title</text>"))
    let png = try gnuplot.draw(Self.figure(), as: .png)
    #expect(png.prefix(8).elementsEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    #expect(try gnuplot.draw(Self.figure(), as: .svg) == svg)
    #expect(try gnuplot.draw(Self.figure(), as: .png) == png)
  }

  @Test(.requires(.gnuplot))
  func hostileTextIsOnlyText() throws {
    let gnuplot = try Gnuplot()
    let svg = try gnuplot.draw(Self.figure(title: Self.hostile, name: Self.hostile), as: .svg)
    #expect(XMLParser(data: svg).parse())
    let text = String(decoding: svg, as: UTF8.self)
    #expect(text.contains("a'b `touch x` \"$(touch x)\" @hostile @x \\ &lt;b>&amp;amp; # {/Bold c} ^2 %d é"))
    #expect(try gnuplot.draw(Self.figure(title: Self.hostile, name: Self.hostile), as: .png).count > 1000)
  }

  @Test(.requires(.gnuplot))
  func gnuplotsMessageIsPassedOn() throws {
    let gnuplot = try Gnuplot()
    let error = try #require(throws: ReportError.self) { try gnuplot.run("plot 'nowhere'\n", figure: "f") }
    #expect("\(error)".hasPrefix("gnuplot did not draw the figure 'f': "))
    #expect("\(error)".contains("nowhere"))
  }

  @Test(.requires(.gnuplot))
  func figuresAreWrittenBesideTheRuns() throws {
    let gnuplot = try Gnuplot()
    let runs = try MadeUpRuns(figure: "freezing-map: {id: map, row: aflora, task: rte}")
    let figures = { try ExperimentFigures(manifest: runs.experiment.manifest, profile: .pocket, results: runs.results) }
    #expect(
      try figures().draw(with: gnuplot) == [
        FigureOutcome(id: "map", state: .withoutRuns, missing: ["aflora, rte, seed 0: missing"])
      ])
    try runs.store("aflora", tensors: ["freezing/iteration": .map([[10], [20]], ["output A"])])
    let folder = runs.results.url.appending(path: "figures")
    #expect(
      try figures().draw(with: gnuplot) == [
        FigureOutcome(
          id: "map", state: .drawn(["svg", "png", "csv"].map { folder.appending(path: "t1-map.\($0)") }), missing: [])
      ])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["t1-map.csv", "t1-map.png", "t1-map.svg"])
    try runs.store("aflora", tensors: ["training/loss": .steps([2, 1])])
    #expect(try figures().draw(with: gnuplot).map(\.isFailure) == [true])
    let one = runs.results.url.appending(path: "one")
    #expect(
      try RunFigure.write(runIn: try runs.folder("aflora", "rte", 0), to: one, with: gnuplot).map(\.lastPathComponent)
        == ["learning-curves.svg", "learning-curves.png", "learning-curves.csv"])
  }
}
