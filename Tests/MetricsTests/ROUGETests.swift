import Testing

@testable import Metrics

private struct ROUGEFile: Decodable {
  struct Shares: Decodable {
    let rouge1, rouge2, rougeL: [Double]
  }

  struct Pair: Decodable {
    let hypothesis, reference: String
    let stemmed, unstemmed: Shares
  }

  struct Tokens: Decodable {
    let text: String
    let stemmed, plain: [String]
  }

  struct Means: Decodable {
    let rouge1, rouge2, rougeL: Double
  }

  let pairs: [Pair]
  let tokens: [Tokens]
  let meanStemmedF: Means
}

@Suite struct ROUGETests {
  private let file: ROUGEFile

  init() throws { file = try wholeFixture("rouge", as: ROUGEFile.self) }

  @Test func equalsRougeScore() {
    #expect(file.pairs.count == 21)
    for pair in file.pairs {
      for (shares, isStemmed) in [(pair.stemmed, true), (pair.unstemmed, false)] {
        for (unit, expected) in [(ROUGE.Unit.words, shares.rouge1), (.pairs, shares.rouge2), (.subsequence, shares.rougeL)] {
          let rouge = ROUGE(reference: pair.reference, predicted: pair.hypothesis, unit: unit, isStemmed: isStemmed)
          #expect(near(rouge.precision, expected[0]) && near(rouge.recall, expected[1]) && near(rouge.f1, expected[2]), "\(pair)")
        }
      }
    }
  }

  @Test func wordsEqualRougeScores() {
    #expect(file.tokens.count == 4)
    for item in file.tokens {
      #expect(ROUGE.words(of: item.text, isStemmed: true) == item.stemmed)
      #expect(ROUGE.words(of: item.text, isStemmed: false) == item.plain)
    }
  }

  @Test func theMeansAreThoseOfTheMetrics() {
    let references = file.pairs.map { [$0.reference] }
    let predicted = file.pairs.map(\.hypothesis)
    let scores = Scores(metrics: [.rougeMean, .rouge1, .rouge2, .rougeL], references: references, predicted: predicted)
    let means = file.meanStemmedF
    #expect(near(scores[.rouge1], means.rouge1) && near(scores[.rouge2], means.rouge2) && near(scores[.rougeL], means.rougeL))
    #expect(near(scores.primary, (means.rouge1 + means.rouge2 + means.rougeL) / 3))
  }

  @Test func severalReferencesShareTheirMean() {
    let references = [["the cat sat", "the dog", "nothing"]]
    #expect(near(Metric.rouge1.value(references: references, predicted: ["the cat"]), (0.8 + 0.5 + 0) / 3))
  }

  @Test func theBestReferenceIsThatOfRougeScore() {
    // RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True).score_multi of rouge-score 0.1.2
    let references = [
      ["the dogs chased a cat", "a cat was chased by two dogs", "dogs run"], ["she pays for the books", "books are paid by her"],
    ]
    let predicted = ["a cat was chased by the dogs", "she paid for her books"]
    for (metric, best) in [
      (Metric.rouge1Best, [0.8571428571428571, 0.6]), (.rouge2Best, [0.6666666666666666, 0]),
      (.rougeLBest, [0.8571428571428571, 0.6]),
    ] {
      #expect(near(metric.value(references: references, predicted: predicted), (best[0] + best[1]) / 2), "\(metric)")
    }
    #expect(Metric.rouge1Best.value(references: [["a"], []], predicted: ["a", "a"]) == nil)
  }

  @Test func withoutExamplesOrReferencesThereIsNoValue() {
    #expect(ROUGE.meanF1(references: [], predicted: [], unit: .words) == nil)
    #expect(ROUGE.meanF1(references: [["a"], []], predicted: ["a", "a"], unit: .words) == nil)
    #expect(Metric.rougeMean.value(references: [["!"]], predicted: ["?"]) == 0)
  }

  @Test func theLongestCommonSubsequenceMaySkip() {
    #expect(longestCommonSubsequence([1, 2, 3, 4, 5], [9, 1, 3, 9, 5]) == 3)
    #expect(longestCommonSubsequence([1, 1, 1], [1, 1]) == 2)
    #expect(longestCommonSubsequence([], [1]) == 0)
    #expect(longestCommonSubsequence([1], []) == 0)
  }
}
