// Ranges and numbers of a plot of named points, and what of error bars it shows.
import Testing

@testable import Reporting

@Suite struct PointsPlotTests {
  private func settings(
    _ points: [FigurePoint], x: FigureAxis = FigureAxis(name: "x"), y: FigureAxis = FigureAxis(name: "y"), front: [FigurePoint] = []
  ) -> [String] {
    let series = points.enumerated().map { FigureSeries(name: "row \($0)", points: [$1], hasMarks: front.contains($1)) }
    let panel = FigurePanel(kind: .points, x: x, y: y, series: series + [FigureSeries(name: "", points: front)])
    return PointsPlot(panel, width: 300, height: 390, sharesY: true).settings.flatMap {
      $0.split(separator: "\n").map(String.init)
    }
  }

  @Test func anAxisHoldsItsValuesWithRoom() {
    let lines = settings([FigurePoint(10, 80), FigurePoint(20, 90)])
    #expect(lines.contains("set xrange [9.2:20.8]") && lines.contains("set yrange [79.2:90.8]"))
    #expect(lines.contains("unset logscale x") && lines.contains("unset logscale y"))
    #expect(settings([FigurePoint(10, 80)]).contains("set xrange [9.0:11.0]"))
    #expect(settings([FigurePoint(0, 80)]).contains("set xrange [-1.0:1.0]"))
    #expect(
      settings([FigurePoint(10, 80)], y: FigureAxis(name: "y", start: 60, end: 100)).contains("set yrange [60.0:100.0]"))
  }

  @Test func equalRatiosHaveRoundNumbers() throws {
    func tics(_ values: [Double]) throws -> String {
      let lines = settings(values.map { FigurePoint($0, 1) }, x: FigureAxis(name: "x", isLogarithmic: true))
      #expect(lines.contains("set logscale x 10"))
      return try #require(lines.first { $0.hasPrefix("set xtics") }).replacing(
        "set xtics scale 0.5 norotate autojustify ", with: "")
    }
    #expect(
      try tics([3_000, 1_200_000])
        == "('3K' 3000.0, '10K' 10000.0, '30K' 30000.0, '100K' 100000.0, '300K' 300000.0, '1M' 1000000.0)")
    #expect(try tics([8_000, 60_000]) == "('10K' 10000.0, '20K' 20000.0, '50K' 50000.0)")
    #expect(try tics([2e3, 9e9]) == "('1K' 1000.0, '100K' 100000.0, '10M' 10000000.0, '1B' 1000000000.0)")
    #expect(try tics([0.002, 0.3]).hasPrefix("('0.003' 0.003, '0.01' 0.01, '0.03' 0.03, '0.1' 0.1, '0.3' 0.3"))
    // within less than a decade at equal distances, and of one value the next round ones
    #expect(try tics([30_000, 90_000]) == "('40K' 40000.0, '60K' 60000.0, '80K' 80000.0)")
    #expect(try tics([1000]) == "('800' 800.0, '1K' 1000.0, '1.2K' 1200.0, '1.4K' 1400.0)")
  }

  @Test func errorBarsEndWithinThePlot() throws {
    let points = [FigurePoint(1, 80, deviation: 50), FigurePoint(2, 82, deviation: 1), FigurePoint(3, 84)]
    let lines = settings(points, y: FigureAxis(name: "y", start: 70, end: 90), front: [points[1], points[2]])
    let data = try #require(lines.firstIndex(of: "$data << EOD"))
    #expect(lines[(data + 1)...(data + 3)] == ["1.0,80.0,70.0,90.0,0", "2.0,82.0,81.0,83.0,1", "3.0,84.0,NaN,NaN,1"])
    let front = try #require(lines.firstIndex(of: "$front << EOD"))
    #expect(lines[(front + 1)...(front + 3)] == ["2.0,82.0", "3.0,84.0", "EOD"])
    #expect(lines.contains("hasfront = 1"))
  }

  @Test func namesAreLabelsOfThePlot() {
    let lines = settings(
      [FigurePoint(1, 80, text: "it's"), FigurePoint(2, 90), FigurePoint(-1, 90)], x: FigureAxis(name: "x", isLogarithmic: true))
    let labels = lines.filter { $0.hasPrefix("set label") }
    #expect(labels.count == 2, "what an axis of ratios cannot hold has no name either")
    #expect(labels[0].hasPrefix("set label 2 'it'.quote.'s' at graph 0.") && labels[1].hasPrefix("set label 3 'row 1' at graph 0."))
  }
}
