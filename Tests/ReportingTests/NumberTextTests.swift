// Numbers as titles of figures show them.
import Testing

@testable import Reporting

@Suite struct NumberTextTests {
  @Test(arguments: [(0.1234, "0.123"), (999.4, "999"), (999.6, "1000"), (1110.4, "1110"), (-277_000, "-277000"), (2e6, "2e+06")])
  func meansInTitlesReadAsNumbers(value: Double, text: String) {
    #expect(NumberText.significant(value) == text)
  }

  @Test(arguments: [(0.4867, "0.49"), (8.25, "8.2"), (46.63, "47"), (99.7, "100"), (162.6, "163")])
  func deviationsInTitlesAreShorter(value: Double, text: String) {
    #expect(NumberText.significant(value, digits: 2) == text)
  }

  @Test(arguments: [(2.5, "2.5 s"), (0.99999, "1 s"), (0.003125, "3.12 ms"), (4.2e-5, "42 µs"), (3e-8, "30 ns"), (0, "0 ns")])
  func timesHaveTheUnitThatSuitsThem(seconds: Double, text: String) { #expect(NumberText.duration(seconds) == text) }
}
