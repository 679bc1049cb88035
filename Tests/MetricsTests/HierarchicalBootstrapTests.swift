// The hierarchical bootstrap: NumPy's draws of the same data, coverage by simulation, and data that have no interval.
import Testing

@testable import Metrics

@Suite struct HierarchicalBootstrapTests {
  /// Expected: the same procedure with NumPy's random numbers and 400,000 resamples, so that ends differ by the draws alone.
  @Test func endsAreThoseOfAnotherDraw() throws {
    let cases = try wholeFixture("differences", as: DifferenceFixture.self).bootstrap
    #expect(cases.count == 5)
    for item in cases {
      let bootstrap = try #require(HierarchicalBootstrap(item.tasks))
      #expect(near(bootstrap.mean, item.mean))
      for (confidence, low, high) in [(0.95, item.low, item.high), (0.9, item.equivalenceLow, item.equivalenceHigh)] {
        let interval = bootstrap.interval(confidence: confidence)
        #expect(near(interval.high - interval.low, high - low, relative: 1e-9))
        #expect(abs(interval.low - low) < 0.02 * (high - low), "\(interval) for \(low)")
      }
    }
  }

  /// A design, and the bounds that the share of its intervals that hold the true mean lies in.
  struct Design {
    let clusters: Int, values: Int
    /// The deviation between clusters; within them it is 1, or one of 0.3, 1 and 3 where they are unlike.
    let between: Double
    var isUnlike = false
    var covered = 0.93...0.97
    /// Of the plain percentile interval.
    let percentile: ClosedRange<Double>
  }

  @Test(
    "intervals have their coverage where percentiles have not",
    arguments: [
      Design(clusters: 2, values: 5, between: 2, percentile: 0.55...0.75),
      Design(clusters: 3, values: 2, between: 0.5, percentile: 0.8...0.92),
      Design(clusters: 4, values: 5, between: 2, percentile: 0.75...0.88),
      Design(clusters: 8, values: 2, between: 2, percentile: 0.86...0.93),
      Design(clusters: 8, values: 10, between: 0, percentile: 0.97...1),
      Design(clusters: 8, values: 3, between: 0.5, isUnlike: true, covered: 0.93...0.985, percentile: 0.92...0.99),
    ])
  func coverage(_ design: Design) throws {
    var random = SplitMix(state: 5)
    var held = 0, percentiles = 0
    for _ in 0..<1000 {
      let data = (0..<design.clusters).map { _ in
        let centre = design.between * random.normal(), deviation = design.isUnlike ? [0.3, 1, 3][random.below(3)] : 1
        return (0..<design.values).map { _ in centre + deviation * random.normal() }
      }
      let bootstrap = try #require(HierarchicalBootstrap(data, resamples: 399))
      let interval = bootstrap.interval(confidence: 0.95), plain = bootstrap.percentiles(confidence: 0.95)
      if (interval.low...interval.high).contains(0) { held += 1 }
      if (plain.low...plain.high).contains(-bootstrap.mean) { percentiles += 1 }
    }
    #expect(design.covered.contains(Double(held) / 1000), "\(held) of 1000")
    #expect(design.percentile.contains(Double(percentiles) / 1000), "percentiles: \(percentiles) of 1000")
  }

  @Test func theOtherWayRoundItIsTheMirrorImage() throws {
    let data = [[1.0, 2, 4], [0.5, -1], [3, 3.5, 2, 8]]
    let one = try #require(HierarchicalBootstrap(data)).interval(confidence: 0.95)
    let other = try #require(HierarchicalBootstrap(data.map { $0.map(-) })).interval(confidence: 0.95)
    #expect(near(one.low, -other.high) && near(one.high, -other.low) && one.mean == -other.mean)
    #expect(HierarchicalBootstrap(data) == HierarchicalBootstrap(data))
  }

  @Test func aClusterCountsOnceHoweverManyValuesItHas() throws {
    let bootstrap = try #require(HierarchicalBootstrap([[1], [2, 4], [0, 0, 0, 0]]))
    #expect(near(bootstrap.mean, 4.0 / 3) && bootstrap.degreesOfFreedom == 2)
    #expect(near(bootstrap.standardError, sampleStandardDeviation([1, 3, 0]).map { $0 / 3.0.squareRoot() }))
  }

  @Test func clustersThatAreEqualHaveNoWidth() throws {
    let bootstrap = try #require(HierarchicalBootstrap([[1, 1], [1, 1, 1]]))
    #expect(bootstrap.interval(confidence: 0.95) == MeanInterval(mean: 1, low: 1, high: 1))
  }

  @Test func whatHasNoIntervalHasNone() {
    #expect(HierarchicalBootstrap([]) == nil && HierarchicalBootstrap([[1, 2]]) == nil && HierarchicalBootstrap([[1], []]) == nil)
    #expect(HierarchicalBootstrap([[1], [.nan]]) == nil && HierarchicalBootstrap([[1, .infinity], [1]]) == nil)
    #expect(HierarchicalBootstrap([[1.7e308], [-1.7e308]]) == nil)
  }
}
