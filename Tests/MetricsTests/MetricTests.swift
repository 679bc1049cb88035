import Foundation
import Testing

@testable import Metrics

@Suite struct MetricTests {
  @Test func namesAreThoseOfTaskDefinitions() {
    #expect(
      Metric.allCases.map(\.rawValue) == [
        "accuracy", "f1", "matthews", "pearson", "spearman", "pearson-spearman-mean", "accuracy-f1-mean", "bleu", "multi-bleu",
        "rouge1", "rouge2", "rougeL", "rouge-mean", "rouge1-best", "rouge2-best", "rougeL-best", "gsm8k", "gsm8k-flexible",
        "token-loss", "loss",
      ])
    #expect(Set(Metric.allCases.map(\.displayName)).count == Metric.allCases.count)
  }

  @Test func scoresKeepTheOrderOfTheMetrics() throws {
    let gold = [1, 0, 1, 1]
    let predicted = [1, 1, 1, 0]
    let scores = Scores(metrics: [.f1, .accuracy, .accuracyF1Mean, .matthews], gold: gold, predicted: predicted)
    #expect(scores.entries.map(\.metric) == [.f1, .accuracy, .accuracyF1Mean, .matthews])
    #expect(near(scores.primary, 2.0 / 3))
    #expect(scores[.accuracy] == 0.5)
    #expect(near(scores[.accuracyF1Mean], (0.5 + 2.0 / 3) / 2))
    #expect(near(scores[.matthews], -1.0 / 3))
    #expect(scores[.pearson] == nil)
    let copy = try JSONDecoder().decode(Scores.self, from: JSONEncoder().encode(scores))
    #expect(copy == scores)
  }

  @Test func correlationsOfAConstantPredictionAreUndefined() {
    let metrics: [Metric] = [.pearsonSpearmanMean, .pearson, .spearman]
    let constant = Scores(metrics: metrics, gold: [1.0, 2, 3], predicted: [2.5, 2.5, 2.5])
    #expect(constant.entries.map(\.value) == [nil, nil, nil])
    let scores = Scores(metrics: metrics, gold: [1.0, 2, 4], predicted: [1, 3, 2])
    #expect(near(scores.primary, ((scores[.pearson] ?? 0) + (scores[.spearman] ?? 0)) / 2))
    #expect(near(scores[.spearman], 0.5))
  }
}
