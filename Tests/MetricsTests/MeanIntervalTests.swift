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

  @Test func theIntervalIsAroundTheMean() {
    let interval = MeanInterval(mean: 2, standardError: 1 / 3.0.squareRoot(), degreesOfFreedom: 2, confidence: 0.95)
    // ± t(2) / √3
    #expect(interval.mean == 2 && abs(interval.low - (2 - 2.4841377118)) < 1e-9 && abs(interval.high - (2 + 2.4841377118)) < 1e-9)
    let narrower = MeanInterval(mean: 2, standardError: 1 / 3.0.squareRoot(), degreesOfFreedom: 2, confidence: 0.5)
    #expect(narrower.low > interval.low && narrower.high < interval.high)
  }
}
