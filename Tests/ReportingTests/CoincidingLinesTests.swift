// Which lines run over each other.
import Testing

@testable import Reporting

@Suite struct CoincidingLinesTests {
  private static let rising = (0..<20).map { FigurePoint(Double($0), Double($0)) }

  private func lines(_ lines: [(String, [FigurePoint])], isLogarithmic: Bool = false) -> CoincidingLines {
    CoincidingLines(
      FigurePanel(
        kind: .lines, x: FigureAxis(name: "x"), y: FigureAxis(name: "y", isLogarithmic: isLogarithmic),
        series: lines.map { FigureSeries(name: $0.0, points: $0.1) }))
  }

  private func moved(_ distance: Double, from first: Int = 0) -> [FigurePoint] {
    Self.rising.map { FigurePoint($0.x, $0.x < Double(first) ? $0.y : $0.y.map { $0 + distance }) }
  }

  @Test func equalLinesAreNamedTogether() {
    let found = lines([("a", Self.rising), ("b", moved(9)), ("c", moved(0.05)), ("d", Self.rising), ("e", moved(9))])
    #expect(found.groups.map(\.names) == [["a", "c", "d"], ["b", "e"]] && found.groups.map(\.isExact) == [false, true])
    #expect(found.phrase == "coinciding: a ≈ c ≈ d; b = e")
    #expect(found.widths(["a", "b", "c", "d", "e"]) == [5.4, 3.6, 3.6, 1.8, 1.8])
  }

  @Test func linesThatAnEyeCannotTellApartAreNamedTogether() {
    #expect(lines([("a", Self.rising), ("b", moved(0.15))]).phrase == "coinciding: a ≈ b")
    #expect(lines([("a", Self.rising), ("b", moved(0.5))]).phrase == nil)
  }

  @Test func linesThatPartAreWiderButNotEqual() {
    let found = lines([("a", Self.rising), ("b", moved(5, from: 10))])
    #expect(found.groups.isEmpty && found.phrase == nil)
    #expect(found.widths(["a", "b"]) == [3.6, 1.8])
    let crossing = lines([("a", Self.rising), ("b", Self.rising.map { FigurePoint($0.x, 19 - $0.x) })])
    #expect(crossing.covers.isEmpty && crossing.widths(["a", "b"]) == [1.8, 1.8])
  }

  @Test func aLineThatEndsEarlierIsNotTheSame() {
    let found = lines([("a", Self.rising), ("b", Array(Self.rising.prefix(12)))])
    #expect(found.groups.isEmpty && found.covers == ["a": 1])
  }

  @Test func manyEqualLinesAreNotAsWideAsTheyAreMany() {
    let found = lines((1...16).map { ("row \($0)", Self.rising) })
    #expect(found.phrase == "coinciding: row 1 = row 2 = row 3 = row 4 and 12 more")
    #expect((found.widths(["row 1"]).first ?? 99) < 9)
  }

  @Test func heightsOnALogarithmicAxisAreCompared() {
    func line(_ factor: Double) -> [FigurePoint] { (0..<9).map { FigurePoint(Double($0), factor * [1e-9, 1e-3, 1][$0 % 3]) } }
    #expect(lines([("a", line(1)), ("b", line(3))], isLogarithmic: true).groups.isEmpty)
    #expect(lines([("a", line(1)), ("b", line(1.01))], isLogarithmic: true).groups.map(\.names) == [["a", "b"]])
  }

  @Test func nothingToCompareIsNothingFound() {
    let gaps = [FigurePoint(1, .nan), FigurePoint(2, nil), FigurePoint(.nan, .infinity)]
    #expect(lines([]).phrase == nil && lines([("a", []), ("b", [])]).phrase == nil)
    #expect(lines([("a", gaps), ("b", gaps)]).phrase == nil)
    #expect(lines([("a", Self.rising), ("a", Self.rising)]).covers.isEmpty)
  }
}
