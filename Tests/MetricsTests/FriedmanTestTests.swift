import Testing

@testable import Metrics

@Suite struct FriedmanTestTests {
  private struct Case: Decodable {
    let blocks: [[Double]]
    let meanRanks: [Double]
    let statistic: Double?
    let p: Double
  }

  /// Expected: `scipy.stats.friedmanchisquare`, SciPy 1.17.1, and p over every permutation of every block.
  @Test func equalsSciPyAndEveryPermutation() throws {
    let cases = try fixture("ranks", as: Case.self)
    #expect(cases.count == 5)
    for item in cases {
      let found = try #require(friedmanTest(item.blocks))
      #expect(found.meanRanks == item.meanRanks)
      if let expected = item.statistic { #expect(near(found.statistic, expected)) }
      // four standard errors of 9,999 choices
      #expect(abs(found.pValue - item.p) < 4 * (item.p * (1 - item.p) / 9999).squareRoot() + 1e-4, "\(found.pValue), \(item.p)")
    }
  }

  @Test func whereNothingCanBeRankedThereIsNoTest() {
    #expect(friedmanTest([]) == nil && friedmanTest([[1, 2]]) == nil && friedmanTest([[1], [2]]) == nil)
    #expect(friedmanTest([[1, 2], [1]]) == nil && friedmanTest([[1, 2], [1, .nan]]) == nil)
    #expect(friedmanTest([[1, 1], [2, 2]]) == nil)
  }

  @Test func aTestIsTheSameHoweverOftenItIsMade() {
    let blocks = [[1.0, 2, 3], [2, 1, 3], [1, 3, 2]]
    #expect(friedmanTest(blocks) == friedmanTest(blocks))
  }
}
