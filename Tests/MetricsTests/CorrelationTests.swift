import Testing

@testable import Metrics

@Suite struct CorrelationTests {
  @Test func equalsSciPy() throws {
    let cases = try fixture("correlation", as: CorrelationCase.self)
    #expect(cases.count == 9)
    for item in cases {
      // SciPy subtracts a rounded mean: its own error at an offset of 1e8 is about 1e-9.
      let relative = item.x[0] > 1e7 ? 1e-8 : 1e-12
      #expect(near(pearson(gold: item.x, predicted: item.y), item.pearson, relative: relative))
      #expect(near(spearman(gold: item.x, predicted: item.y), item.spearman))
    }
  }

  @Test func constantShortAndInfiniteInputsHaveNoValue() {
    #expect(pearson(gold: [1, 2, 3], predicted: [0.1, 0.1, 0.1]) == nil)
    #expect(spearman(gold: [7, 7, 7], predicted: [1, 2, 3]) == nil)
    #expect(pearson(gold: [1], predicted: [2]) == nil)
    #expect(spearman(gold: [1], predicted: [2]) == nil)
    #expect(pearson(gold: [], predicted: []) == nil)
    #expect(spearman(gold: [], predicted: []) == nil)
    #expect(pearson(gold: [1, 2], predicted: [1, .infinity]) == nil)
    #expect(spearman(gold: [1, 2, 3], predicted: [1, .nan, 2]) == nil)
  }

  @Test(arguments: [1e-300, 1e-8, 1, 1e8, 1e300]) func scaleDoesNotMatter(scale: Double) throws {
    let x = [1.0, 2, 4, 3, 7, 5]
    let y = [2.0, 1, 4, 6, 5, 7]
    let expected = try #require(pearson(gold: x, predicted: y))
    #expect(near(pearson(gold: x.map { $0 * scale }, predicted: y), expected, relative: 1e-14))
  }

  @Test func anOffsetOfOneHundredMillionCostsNothing() throws {
    let x = [0.25, 1.5, 2.75, 3, 4.5, 0.5]
    let y = [1.0, 1, 2, 4, 3, 0]
    let expected = try #require(pearson(gold: x, predicted: y))
    #expect(near(pearson(gold: x.map { $0 + 1e8 }, predicted: y.map { $0 - 1e8 }), expected, relative: 1e-14))
  }

  @Test func theWidestNumbersDoNotOverflow() {
    let widest = Double.greatestFiniteMagnitude
    #expect(near(pearson(gold: [-widest, widest, -widest, widest], predicted: [0, 1, 0, 1]), 1))
  }

  @Test func equalValuesShareTheirMeanRank() {
    #expect(averageRanks([3, 1, 3, 2, 3]) == [4, 1, 4, 2, 4])
    #expect(averageRanks([0.0, -0.0, 1]) == [1.5, 1.5, 3])
    #expect(averageRanks([]) == [])
  }
}
