import Testing

@testable import Metrics

@Suite struct MeanIntervalTests {
  /// Expected: `scipy.stats.t.ppf(0.5 + confidence / 2, df)`, SciPy 1.17.1.
  @Test(arguments: [
    (0.95, 1.0, 12.706204736174694), (0.95, 2, 4.302652729749462), (0.95, 4, 2.7764451051977934), (0.99, 9, 3.249835541592126),
    (0.95, 200, 1.9718962236339088),
  ]) func studentsQuantiles(confidence: Double, degreesOfFreedom: Double, expected: Double) {
    let t = twoSidedQuantile(probability: 1 - confidence, degreesOfFreedom: degreesOfFreedom)
    #expect(abs(t - expected) <= 1e-9 * expected)
  }

  @Test func theIntervalIsAroundTheMean() throws {
    let interval = try #require(meanInterval([1, 2, 3]))
    // ± t(2) / √3
    #expect(interval.mean == 2 && abs(interval.low - (2 - 2.4841377118)) < 1e-9 && abs(interval.high - (2 + 2.4841377118)) < 1e-9)
    let narrower = try #require(meanInterval([1, 2, 3], confidence: 0.5))
    #expect(narrower.low > interval.low && narrower.high < interval.high)
  }

  @Test func equalValuesHaveNoSpreadAndOneValueNoInterval() {
    #expect(meanInterval([0.1, 0.1, 0.1]) == MeanInterval(mean: 0.1, low: 0.1, high: 0.1))
    #expect(meanInterval([]) == nil && meanInterval([1]) == nil && meanInterval([1, .nan]) == nil)
  }
}
