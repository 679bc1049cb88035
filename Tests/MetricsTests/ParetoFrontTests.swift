// The Pareto front: what is on it, ties, and what lacks a number.
import Metrics
import Testing

@Suite struct ParetoFrontTests {
  @Test func aThingIsOnItWhereNothingBeatsIt() {
    // dearer and worth more; dearer and worth less; cheaper and worth less
    #expect(paretoFront(costs: [2, 4, 5, 1], values: [80, 90, 85, 70]) == [true, true, false, true])
    #expect(paretoFront(costs: [3, 1, 2], values: [1, 3, 2]) == [false, true, false], "the cheapest is the best")
    #expect(paretoFront(costs: [7], values: [-1]) == [true])
    #expect(paretoFront(costs: [], values: []) == [])
  }

  @Test func ofEqualCostsTheBestAndOfEqualValuesTheCheapest() {
    #expect(paretoFront(costs: [1, 1, 1], values: [5, 7, 6]) == [false, true, false])
    #expect(paretoFront(costs: [3, 2, 4], values: [5, 5, 5]) == [false, true, false])
    #expect(paretoFront(costs: [2, 1, 2, 1], values: [5, 4, 5, 4]) == [true, true, true, true], "equals stand together")
    #expect(paretoFront(costs: [0, -0.0], values: [1, 1]) == [true, true])
  }

  @Test func whatLacksANumberIsNotOnItAndBeatsNothing() {
    #expect(paretoFront(costs: [nil, 2, 1], values: [99, 80, nil]) == [false, true, false])
    #expect(paretoFront(costs: [.nan, 2, -.infinity], values: [99, .infinity, 99]) == [false, false, false])
    #expect(paretoFront(costs: [0, 3, nil], values: [.nan, 1, nil]) == [false, true, false])
  }

  @Test func itIsWhatComparingAllPairsGives() {
    var state: UInt64 = 7
    func draw(_ count: UInt64) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double((state >> 33) % count)
    }
    for _ in 0..<200 {
      let costs = (0..<12).map { _ in draw(6) }, values = (0..<12).map { _ in draw(6) }
      let expected = costs.indices.map { one in
        !costs.indices.contains { other in
          costs[other] <= costs[one] && values[other] >= values[one] && (costs[other] < costs[one] || values[other] > values[one])
        }
      }
      #expect(paretoFront(costs: costs, values: values) == expected, "\(costs) \(values)")
    }
  }
}
