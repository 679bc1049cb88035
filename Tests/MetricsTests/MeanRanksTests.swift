// Mean ranks against SciPy's `rankdata`.
import Testing

@testable import Metrics

@Suite struct MeanRanksTests {
  @Test func equalsSciPy() throws {
    let cases = try wholeFixture("differences", as: DifferenceFixture.self).ranks
    #expect(cases.count == 2)
    for item in cases {
      for (rank, expected) in zip(meanRanks(item.rows), item.ranks) { #expect(near(rank, expected)) }
      #expect(meanRanks(item.rows).count == item.ranks.count)
    }
    #expect(meanRanks([]) == [] && meanRanks([[], []]) == [] && meanRanks([[0.5, 0.7]]) == [1])
  }
}
