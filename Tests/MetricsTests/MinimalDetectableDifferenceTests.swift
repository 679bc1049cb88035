// The difference that a design finds, against SciPy and by simulation.
import Testing

@testable import Metrics

@Suite struct MinimalDetectableDifferenceTests {
  @Test func equalsSciPy() throws {
    let cases = try wholeFixture("differences", as: DifferenceFixture.self).detectable
    #expect(cases.count == 7)
    for item in cases {
      let value = minimalDetectableDifference(degreesOfFreedom: item.degreesOfFreedom, level: item.level, power: item.power)
      #expect(near(value, item.difference, relative: 1e-9), "\(item)")
    }
  }

  @Test func fourInFiveIntervalsExcludeZeroThere() throws {
    let difference = minimalDetectableDifference(degreesOfFreedom: 4) / 5.0.squareRoot()
    var random = SplitMix(state: 3)
    var found = 0
    for _ in 0..<4000 {
      let interval = try #require(SeedMean(seeded((0..<5).map { _ in difference + random.normal() }))?.interval())
      if interval.low > 0 || interval.high < 0 { found += 1 }
    }
    #expect((0.78...0.82).contains(Double(found) / 4000), "\(found) of 4000")
  }
}
