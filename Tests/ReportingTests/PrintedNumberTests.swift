// Numbers as papers print them.
import Testing

@testable import Reporting

@Suite struct PrintedNumberTests {
  @Test func partsUnitsAndRoundings() throws {
    func parts(_ text: String) -> [[Double]]? { PrintedNumber(text)?.parts.map { [$0.value, $0.halfUnit] } }
    #expect(parts("64") == [[64, 0]])
    #expect(parts("1,043") == [[1043, 0]])
    #expect(parts("4E-2") == [[0.04, 0]])
    #expect(parts("67k") == [[67_000, 500]])
    #expect(parts("8.5k") == [[8500, 50]])
    #expect(parts("9.8k/9.8k") == [[9800, 50], [9800, 50]])
    #expect(parts("0.25M").map { $0[0][1].rounded() } == 5000)
    for text in ["", "Acc", "Acc/F1", "k", "1.2.3k", "12/"] { #expect(PrintedNumber(text) == nil, "\(text)") }
  }

  @Test func whatARoundingCanStandFor() throws {
    func fits(_ text: String, _ bounds: ClosedRange<Double>...) throws -> Bool { try #require(PrintedNumber(text)).fits(bounds) }
    #expect(try fits("0.12M", 116_889...116_889) && !fits("0.11M", 116_889...116_889))
    #expect(try fits("0.18M", 146_000...177_971) && !fits("0.18M", 132_245...146_615))
    #expect(try fits("8.5k", 8549...8549) && !fits("8.5k", 8551...8551), "cut off, not rounded")
    #expect(try fits("1E-2", 0.01...0.01) && !fits("1E-2", 0.011...0.011))
    #expect(try fits("9.8k/9.8k", 9815...9815, 9832...9832) && !fits("9.8k/9.8k", 9815...9815))
    #expect(try !fits("9.8k/9.8k", 9815...9815, 9951...9951))
  }
}
