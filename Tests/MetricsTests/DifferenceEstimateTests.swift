// Estimates over tasks, over the seeds of one, and of nothing.
import Testing

@testable import Metrics

@Suite struct DifferenceEstimateTests {
  private func estimate(_ tasks: [[Double]]) -> DifferenceEstimate? { DifferenceEstimate(tasks.map(seeded)) }

  @Test func severalTasksAreTheUnit() throws {
    let found = try #require(estimate([[0.01, 0.03], [], [0.02], [-0.01, 0, 0.01]]))
    let bootstrap = try #require(HierarchicalBootstrap([[0.01, 0.03], [0.02], [-0.01, 0, 0.01]]))
    #expect(found.unit == .tasks && found.units == 3 && found.mean == bootstrap.mean && found.seedDesign == nil)
    #expect(found.interval == bootstrap.interval(confidence: 0.95) && found.standardError == bootstrap.standardError)
    #expect(found.equivalenceInterval == bootstrap.interval(confidence: 0.9) && found.degreesOfFreedom == 2 && found.lack == nil)
  }

  @Test func ofOneTaskSeedsAreTheUnit() throws {
    let seeds = [0.01, 0.02, 0.06], found = try #require(estimate([seeds, []])), mean = try #require(SeedMean(seeded(seeds)))
    #expect(found.unit == .seeds && found.units == 3 && near(found.mean, 0.03) && found.degreesOfFreedom == 2)
    #expect(found.interval == mean.interval() && found.equivalenceInterval == mean.interval(confidence: 0.9))
    let one = try #require(estimate([[0.5]]))
    #expect(one.mean == 0.5 && one.interval == nil && one.equivalenceInterval == nil && one.standardError == nil && one.units == 1)
    #expect(one.isLevel(within: 1) == nil && one.lack == .single)
  }

  @Test func crossedSeedsOfOneTaskCountByTheirAxes() throws {
    let seeds = [(0, 0, 0.0), (0, 1, 0.02), (1, 0, 0.04), (1, 1, 0.06)].map {
      SeededValue(initialization: $0, order: $1, value: $2)
    }
    let found = try #require(DifferenceEstimate([seeds]))
    #expect(found.units == 4 && found.degreesOfFreedom == 1 && found.seedDesign?.kind == .crossed)
    // means 0.01 and 0.05 of initialisations, 0.02 and 0.04 of orders
    #expect(near(found.standardError, 0.0005.squareRoot()))
    #expect(DifferenceEstimate([Array(seeds.dropLast())])?.lack == .irregular)
    #expect(DifferenceEstimate([seeds, seeded([0.01])])?.unit == .tasks, "over tasks each counts by its mean")
  }

  @Test("equal differences say nothing of how far chance moves them")
  func ties() throws {
    for tasks in [[[0.01, 0.01]], [[0.01], [0.01], [0.01]], [[0, 0.02], [0.01, 0.01]], [[0, 0], [0, 0]]] {
      let found = try #require(estimate(tasks))
      #expect(found.lack == .equal && found.interval == nil && found.equivalenceInterval == nil, "\(tasks)")
      #expect(found.standardError == nil && found.degreesOfFreedom == nil && found.isLevel(within: 1) == nil)
    }
    // 0.1 + 0.2 − 0.3 is not 0
    #expect(estimate([[0.1, 0.2, -0.3], [0, 0]])?.lack == .equal)
  }

  @Test func levelIsWhatLiesWithinTheBound() throws {
    let found = try #require(estimate([[0.001], [0.002], [-0.001], [0]]))
    let interval = try #require(found.equivalenceInterval)
    #expect(interval.low < 0 && interval.high > 0)
    #expect(found.isLevel(within: max(-interval.low, interval.high)) == true)
    #expect(found.isLevel(within: max(-interval.low, interval.high) * 0.999) == false)
    #expect(try #require(found.interval).high > interval.high)
  }

  @Test func whatHasNoMeanHasNoEstimate() {
    #expect(estimate([]) == nil && estimate([[], []]) == nil)
    #expect(estimate([[.nan]]) == nil && estimate([[1], [.infinity]]) == nil)
  }
}
