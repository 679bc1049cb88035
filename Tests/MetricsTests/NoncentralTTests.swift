// The noncentral t distribution against SciPy.
import Testing

@testable import Metrics

@Suite struct NoncentralTTests {
  @Test func equalsSciPy() throws {
    let cases = try wholeFixture("differences", as: DifferenceFixture.self).noncentralT
    #expect(cases.count == 36)
    for item in cases {
      let value = noncentralTProbability(
        below: item.t, degreesOfFreedom: item.degreesOfFreedom, noncentrality: item.noncentrality)
      #expect(abs(value - item.probability) < 1e-11, "\(item)")
    }
  }

  @Test func withoutNoncentralityItIsStudents() {
    for (t, freedom) in [(0.5, 1.0), (2, 3), (4, 12), (1.96, 5000)] {
      let tail = 1 - noncentralTProbability(below: t, degreesOfFreedom: freedom, noncentrality: 0)
      #expect(abs(2 * tail - twoSidedProbability(t: t, degreesOfFreedom: freedom)) < 1e-11)
    }
    #expect(abs(noncentralTProbability(below: 0, degreesOfFreedom: 2, noncentrality: 0) - 0.5) < 1e-12)
  }
}
