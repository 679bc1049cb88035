import Testing

@testable import Metrics

@Suite struct ComparisonTests {
  @Test func equalsSciPy() throws {
    let cases = try fixture("comparisons", as: ComparisonCase.self)
    #expect(cases.count == 5)
    for item in cases {
      #expect(near(mean(item.a), item.meanA))
      #expect(near(sampleStandardDeviation(item.a), item.sdA))
      let paired = try #require(pairedTTest(item.a, item.b))
      #expect(near(paired.statistic, item.pairedT))
      #expect(near(paired.pValue, item.pairedTP))
      #expect(near(welchTTest(item.a, item.b)?.pValue, item.welchTP))
      let wilcoxon = try #require(wilcoxonSignedRankTest(item.a, item.b))
      #expect(wilcoxon.statistic == item.wilcoxonW)
      #expect(near(wilcoxon.pValue, item.wilcoxonP))
    }
  }

  /// Expected: `2 * scipy.stats.t.sf(t, df)`, SciPy 1.17.1.
  @Test(arguments: [
    (2.0, 4.0, 0.11611652351681556), (0.01, 9, 0.9922394455363253), (30, 3, 8.135280427163958e-05),
    (1.5, 2.37, 0.2533585855947327), (5, 200, 1.2501981277715407e-06), (1e-9, 5, 0.9999999992407866),
    (12, 1e5, 3.744505811956419e-33), (1e3, 1.5, 2.3848945646787014e-05),
  ]) func studentsTails(t: Double, degreesOfFreedom: Double, expected: Double) {
    let value = twoSidedProbability(t: t, degreesOfFreedom: degreesOfFreedom)
    #expect(abs(value - expected) <= 1e-9 * expected)
    #expect(twoSidedProbability(t: -t, degreesOfFreedom: degreesOfFreedom) == value)
  }

  @Test func welchTakesOneConstantSide() throws {
    let result = try #require(welchTTest([1, 2, 3, 4], [2, 2, 2]))
    #expect(near(result.statistic, 0.7745966692414834))
    #expect(near(result.pValue, 0.4950253460597111))
  }

  @Test func differencesThatAreEqualUpToRoundingHaveNoT() {
    // 88.1 - 87.1 and 90.3 - 89.3 differ in their last bit only.
    #expect(pairedTTest([88.1, 90.3, 85.7], [87.1, 89.3, 84.7]) == nil)
    #expect(pairedTTest([1, 2, 3], [1, 2, 3]) == nil)
    #expect(pairedTTest([1], [2]) == nil)
    #expect(pairedTTest([], []) == nil)
    #expect(pairedTTest([1, .nan], [2, 3]) == nil)
    #expect(welchTTest([1, 1], [2, 2]) == nil)
    #expect(welchTTest([1], [2, 3]) == nil)
  }

  /// Expected: `scipy.stats.wilcoxon(a, b)`, SciPy 1.17.1: the exact test with ties, with zeros, the normal one.
  @Test func wilcoxonWithTiesZerosAndManyPairs() throws {
    let ties = try #require(wilcoxonSignedRankTest([1, 2, 3, 4, 5, 6], [0, 1, 2, 5, 3, 8]))
    #expect(ties == Significance(statistic: 8, pValue: 0.78125))
    let zeros = try #require(wilcoxonSignedRankTest([1, 2, 3, 4, 5, 6], [1, 1, 1, 5, 5, 4]))
    #expect(zeros == Significance(statistic: 1.5, pValue: 0.375))
    let twenty = try #require(
      wilcoxonSignedRankTest((0..<20).map { Double($0 % 7) }, (0..<20).map { Double($0 * 3 % 5) }))
    #expect(twenty.statistic == 42)
    #expect(near(twenty.pValue, 0.09930372128434721))
    let base = (0..<60).map { Double($0) }
    let even = base.prefix(50).map { $0.truncatingRemainder(dividingBy: 2) == 0 ? 1.5 * $0 + 0.5 : 0.5 * $0 - 0.5 }
    let fifty = try #require(wilcoxonSignedRankTest(Array(base.prefix(50)), even))
    #expect(fifty.statistic == 625)
    #expect(near(fifty.pValue, 0.9085978224870299))
    let third = base.map { $0.truncatingRemainder(dividingBy: 3) == 0 ? -1 : 2 * $0 + 1 }
    let sixty = try #require(wilcoxonSignedRankTest(base, third))
    #expect(sixty.statistic == 590)
    #expect(near(sixty.pValue, 0.016733071607703435))
  }

  @Test func wilcoxonWithoutADifferenceHasNoValue() {
    #expect(wilcoxonSignedRankTest([1, 2], [1, 2]) == nil)
    #expect(wilcoxonSignedRankTest([], []) == nil)
    #expect(wilcoxonSignedRankTest([1, .nan], [1, 2]) == nil)
  }

  @Test func summaries() {
    #expect(mean([]) == nil)
    #expect(mean([0.1, 0.1, 0.1]) == 0.1)
    #expect(mean([1e308, 1.5e308]) == 1.25e308)
    #expect(mean([1, .nan]) == nil)
    #expect(median([]) == nil)
    #expect(median([3, 1, 2]) == 2)
    #expect(median([4, 1, 3, 2]) == 2.5)
    #expect(median([1, .infinity]) == nil)
    #expect(sampleStandardDeviation([5]) == nil)
    #expect(sampleStandardDeviation([0.1, 0.1, 0.1]) == 0)
    #expect(sampleStandardDeviation([1e8 + 1, 1e8 + 2, 1e8 + 3]) == 1)
    #expect(near(sampleStandardDeviation([1e300, 2e300, 3e300]), 1e300))
  }
}
