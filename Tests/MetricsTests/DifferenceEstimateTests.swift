// Estimates over tasks, over the seeds of one, and of nothing.
import Testing

@testable import Metrics

@Suite struct DifferenceEstimateTests {
  @Test func severalTasksAreTheUnit() throws {
    let tasks = [[0.01, 0.03], [], [0.02], [-0.01, 0, 0.01]], estimate = try #require(DifferenceEstimate(tasks))
    let bootstrap = try #require(HierarchicalBootstrap([[0.01, 0.03], [0.02], [-0.01, 0, 0.01]]))
    #expect(estimate.unit == .tasks && estimate.units == 3 && estimate.mean == bootstrap.mean)
    #expect(estimate.interval == bootstrap.interval(confidence: 0.95) && estimate.standardError == bootstrap.standardError)
    #expect(estimate.equivalenceInterval == bootstrap.interval(confidence: 0.9))
  }

  @Test func ofOneTaskSeedsAreTheUnit() throws {
    let seeds = [0.01, 0.02, 0.06], estimate = try #require(DifferenceEstimate([seeds, []]))
    #expect(estimate.unit == .seeds && estimate.units == 3 && near(estimate.mean, 0.03))
    #expect(estimate.interval == meanInterval(seeds) && estimate.equivalenceInterval == meanInterval(seeds, confidence: 0.9))
    let one = try #require(DifferenceEstimate([[0.5]]))
    #expect(one.mean == 0.5 && one.interval == nil && one.equivalenceInterval == nil && one.standardError == nil && one.units == 1)
    #expect(one.isLevel(within: 1) == nil)
  }

  @Test func levelIsWhatLiesWithinTheBound() throws {
    let estimate = try #require(DifferenceEstimate([[0.001], [0.002], [-0.001], [0]]))
    let interval = try #require(estimate.equivalenceInterval)
    #expect(interval.low < 0 && interval.high > 0)
    #expect(estimate.isLevel(within: max(-interval.low, interval.high)) == true)
    #expect(estimate.isLevel(within: max(-interval.low, interval.high) * 0.999) == false)
    #expect(try #require(estimate.interval).high > interval.high)
  }

  @Test func whatHasNoMeanHasNoEstimate() {
    #expect(DifferenceEstimate([]) == nil && DifferenceEstimate([[], []]) == nil)
    #expect(DifferenceEstimate([[.nan]]) == nil && DifferenceEstimate([[1], [.infinity]]) == nil)
  }
}
