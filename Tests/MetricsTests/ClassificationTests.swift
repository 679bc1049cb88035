import Testing

@testable import Metrics

@Suite struct ClassificationTests {
  @Test func equalsScikitLearn() throws {
    let cases = try fixture("classification", as: ClassificationCase.self)
    #expect(cases.count == 11)
    for item in cases {
      #expect(accuracy(gold: item.gold, predicted: item.predicted) == item.accuracy)
      #expect(near(matthewsCorrelation(gold: item.gold, predicted: item.predicted), item.mcc))
      if let expected = item.f1 { #expect(near(f1(gold: item.gold, predicted: item.predicted), expected)) }
    }
  }

  @Test func noExamplesHaveNoValue() {
    #expect(accuracy(gold: [], predicted: []) == nil)
    #expect(f1(gold: [], predicted: []) == nil)
    #expect(matthewsCorrelation(gold: [], predicted: []) == nil)
  }

  @Test func perfectAndOppositePredictionsReachTheEndsExactly() {
    let gold = (0..<1043).map { ($0 * 7) % 3 == 0 ? 1 : 0 }
    #expect(matthewsCorrelation(gold: gold, predicted: gold) == 1)
    #expect(matthewsCorrelation(gold: gold, predicted: gold.map { 1 - $0 }) == -1)
    #expect(f1(gold: gold, predicted: gold) == 1)
  }

  @Test func classNumbersNeedNotStartAtZero() {
    let gold = [-5, 9, 9, Int.max, -5]
    let predicted = [-5, 9, Int.max, Int.max, 9]
    let renamed = [-5: 0, 9: 1, Int.max: 2]
    #expect(
      matthewsCorrelation(gold: gold, predicted: predicted)
        == matthewsCorrelation(gold: gold.map { renamed[$0] ?? -1 }, predicted: predicted.map { renamed[$0] ?? -1 }))
  }

  @Test func aTrainingSetOfQQPsSizeDoesNotOverflow() {
    let gold = (0..<400_000).map { $0 % 2 }
    let predicted = gold.enumerated().map { $0.offset % 10 == 0 ? 1 - $0.element : $0.element }
    // Every tenth prediction is wrong, and each of those has gold class 0.
    #expect(near(matthewsCorrelation(gold: gold, predicted: predicted), 0.816496580927726))
  }
}
