import Testing

@testable import Metrics

@Suite struct FDistributionTests {
  /// Expected: `scipy.stats.f.sf(f, above, below)`, SciPy 1.17.1.
  @Test(arguments: [
    (1.0, 4.0, 16.0, 0.4362076159999997),
    (3.2, 4.0, 16.0, 0.041339127523531694),
    (0.01, 2.0, 6.0, 0.9900662981395444),
    (250.0, 9.0, 81.0, 3.1476290680492086e-55),
    (7.5, 1.0, 1.0, 0.22288426054669525),
    (2.0, 3.0, 5.0, 0.2326239180000786),
  ]) func tails(f: Double, above: Double, below: Double, expected: Double) {
    let value = upperProbability(f: f, degreesOfFreedom: (above, below))
    #expect(abs(value - expected) <= 1e-9 * expected)
  }

  @Test func whatIsNotAboveZeroIsCertainAndWhatHasNoEndImpossible() {
    #expect(upperProbability(f: 0, degreesOfFreedom: (4, 16)) == 1 && upperProbability(f: -1, degreesOfFreedom: (4, 16)) == 1)
    #expect(upperProbability(f: .infinity, degreesOfFreedom: (4, 16)) == 0)
  }
}
