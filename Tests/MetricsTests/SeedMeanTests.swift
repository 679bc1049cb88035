// Means over seeds of their own and over crossed ones, and such as have no interval.
import Testing

@testable import Metrics

/// Values of the seeds 0, 1, 2, …
func seeded(_ values: [Double]) -> [SeededValue] {
  values.enumerated().map { SeededValue(initialization: $0, order: $0, value: $1) }
}

/// Values of crossed seeds, a list of orders for each initialisation.
private func crossed(_ values: [[Double]]) -> [SeededValue] {
  values.enumerated().flatMap { row, orders in
    orders.enumerated().map { SeededValue(initialization: row, order: $0, value: $1) }
  }
}

@Suite struct SeedMeanTests {
  @Test func seedsOfTheirOwnAreStudents() throws {
    let found = try #require(SeedMean(seeded([1, 2, 3])))
    #expect(found.mean == 2 && near(found.standardError, 1 / 3.0.squareRoot()) && found.degreesOfFreedom == 2)
    #expect(found.lack == nil && found.design.kind == .independent && found.design.seeds == 3)
    let interval = try #require(found.interval())
    #expect(abs(interval.low - (2 - 2.4841377118)) < 1e-9 && abs(interval.high - (2 + 2.4841377118)) < 1e-9)
    #expect(try #require(found.interval(confidence: 0.5)).low > interval.low)
    // either axis in any order, or one of them fixed
    for seeds in [[(0, 2), (1, 0), (2, 1)], [(0, 7), (1, 7), (2, 7)], [(7, 0), (7, 1), (7, 2)]] {
      let own = zip(seeds, [1.0, 2, 3]).map { SeededValue(initialization: $0.0, order: $0.1, value: $1) }
      #expect(SeedMean(own)?.standardError == found.standardError)
    }
  }

  /// By hand: means of initialisations 1, 3, 5 (variance 4), of orders 2, 4 (variance 2).
  @Test func crossedSeedsAreNoDrawsOfTheirOwn() throws {
    let found = try #require(SeedMean(crossed([[0, 2], [1, 5], [5, 5]])))
    #expect(found.design == SeedDesign(crossed([[0, 0], [0, 0], [0, 0]])) && found.design.kind == .crossed)
    #expect(found.mean == 3 && found.degreesOfFreedom == 1 && near(found.standardError, (4.0 / 3 + 2.0 / 2).squareRoot()))
    // in any order
    #expect(SeedMean(crossed([[0, 2], [1, 5], [5, 5]]).reversed())?.standardError == found.standardError)
    // where both axes' means are level, the combinations' own spread is the least there can be: a mean square of 9 over four
    let level = try #require(SeedMean(crossed([[1, 4], [4, 1]])))
    #expect(level.mean == 2.5 && near(level.standardError, 1.5) && level.lack == nil)
  }

  @Test("of crossed seeds without a difference few intervals leave zero out", arguments: [(2, 2), (3, 3), (3, 5), (5, 5)])
  func crossedCoverage(rows: Int, columns: Int) throws {
    for (row, column, rest) in [(1.0, 1.0, 1.0), (1, 0, 0.4), (0, 1, 0.4), (0, 0, 1)] {
      var random = SplitMix(state: 11)
      var wrong = 0
      for _ in 0..<1000 {
        let orders = (0..<columns).map { _ in column * random.normal() }
        let values = (0..<rows).map { _ in
          let own = row * random.normal()
          return orders.map { own + $0 + rest * random.normal() }
        }
        let interval = try #require(SeedMean(crossed(values))?.interval())
        if interval.low > 0 || interval.high < 0 { wrong += 1 }
      }
      #expect(wrong <= 65, "\(wrong) of 1000")
    }
  }

  @Test func equalValuesHaveNoInterval() throws {
    for values in [[0.01, 0.01], [0.1, 0.1, 0.1], [0, 0], [0.1 + 0.2, 0.3]] {
      let found = try #require(SeedMean(seeded(values)))
      #expect(found.lack == .equal && found.standardError == nil && found.degreesOfFreedom == nil && found.interval() == nil)
    }
    #expect(SeedMean(crossed([[0.5, 0.5], [0.5, 0.5]]))?.lack == .equal)
    #expect(SeedMean(seeded([0.01, 0.0125]))?.standardError.map { $0 > 0 } == true, "a step of the grid is none of rounding's")
  }

  @Test func whatHasNoSpreadHasNoInterval() {
    let one = SeedMean(seeded([1]))
    #expect(one?.mean == 1 && one?.lack == .single && one?.interval() == nil)
    // crossed seeds without one of them, and two that share an order
    #expect(SeedMean(crossed([[0, 2], [1, 5]]).dropLast())?.lack == .irregular)
    let shared = [(0, 0), (1, 0), (2, 1)].map { SeededValue(initialization: $0, order: $1, value: Double($0)) }
    #expect(SeedMean(shared)?.lack == .irregular && SeedMean(shared)?.interval() == nil)
    #expect(SeedMean([]) == nil && SeedMean(seeded([1, .nan])) == nil && SeedMean(crossed([[1e300, 0], [0, 1e305]])) == nil)
  }
}
