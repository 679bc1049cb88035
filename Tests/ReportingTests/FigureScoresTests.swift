// The scores of a figure: their values, and of how many seeds they are.
import Manifests
import Records
import Testing

@testable import Reporting

@Suite struct FigureScoresTests {
  private typealias Score = FigureScores.Score

  private func scores(seeds: String = "[0, 1]", _ evaluation: EvaluationProtocol? = nil) throws -> FigureScores {
    let experiment = try MadeUpExperiment(MadeUpExperiment.plain.replacing("seeds: [0, 1]", with: "seeds: \(seeds)"))
    for run in try experiment.runs() where !(run.task.id == "mrpc" && run.seed == 1) {
      try experiment.add(run.row, run.task.id, run.seed, [0.5 + 0.25 * Double(run.seed.order)])
    }
    return FigureScores(table: try experiment.table(.pocket, evaluation), tasks: ["rte", "mrpc"])
  }

  @Test func scoresSayOfHowManySeedsTheyAre() throws {
    let scores = try scores()
    let row = scores.table.rows[0]
    #expect(scores.score(row, "rte") == Score(value: 62.5, deviation: 17.67766952966369, seeds: 2))
    #expect(scores.score(row, "mrpc") == Score(value: 50, deviation: nil, seeds: 1))
    #expect(scores.average(row) == Score(value: 56.25, deviation: nil, seeds: 1))
    #expect(scores.seedScores(row, nil).map(\.seed) == [0] && scores.seedScores(row, "rte").map(\.score) == [0.5, 0.75])
    #expect(scores.name("rte") == "rte, accuracy" && scores.epoch == "best epoch")
  }

  @Test func thePhraseIsOfTheSeedsThatAreThere() throws {
    let (one, two) = (Score(value: 1, deviation: nil, seeds: 1), Score(value: 1, deviation: 0, seeds: 2))
    let scores = try scores()
    #expect(scores.phrase([two, two]) == "mean over 2 seeds, error bars: sample standard deviation")
    #expect(scores.phrase([one, one]) == "one seed of 2")
    #expect(scores.phrase([]) == "no seed in common")
    #expect(
      scores.phrase([one, two])
        == "mean over 2 seeds, or over n where that stands beside it, error bars: sample standard deviation")
    #expect(try self.scores(seeds: "[3]").phrase([one]) == "seed 3")
    let median = try self.scores(EvaluationProtocol(epoch: .last, aggregate: .median))
    #expect(median.phrase([Score(value: 1, deviation: nil, seeds: 2)]) == "median over 2 seeds" && median.epoch == "last epoch")
  }

  @Test func fewerSeedsAreMarked() throws {
    let all = [1, 2, 3].map { Score(value: 1, deviation: nil, seeds: $0) }
    let scores = try scores()
    #expect(scores.mark([all[0]], among: all) == "n=1" && scores.mark([all[0], all[2]], among: all) == "n=1–3")
    #expect(scores.mark([all[2]], among: all) == nil && scores.mark([], among: all) == nil)
  }
}
