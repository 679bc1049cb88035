// Differences to a baseline: pairs, tests, and where nothing is claimed.
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct BaselineDifferenceTests {
  /// Three rows, two tasks; LoRA is the baseline.
  private func experiment(seeds: String) throws -> MadeUpExperiment {
    try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: "methods: [fft, lora, aflora]")
        .replacing("seeds: [0, 1]", with: "seeds: \(seeds)")
        .replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
  }

  @Test func pairsAreTestedAndAdjusted() throws {
    let experiment = try experiment(seeds: "[0, 1, 2]")
    for (index, run) in try experiment.runs().enumerated() {
      // Every difference has a size of its own, so that no two tie.
      let gain =
        run.row == "aflora" ? 0.01 + 0.001 * Double(index % 6) : run.row == "fft" ? 0.02 * Double(index % 6 - 2) + 0.005 : 0
      try experiment.add(run.row, run.task.id, run.seed, [0.5 + gain])
    }
    let text = MarkdownTable.render(try experiment.table())
    #expect(
      text.contains(
        """

        **Difference to LoRA**

        | method | difference | pairs | better / equal / worse | p |
        |---|--:|--:|--:|--:|
        | Full fine-tuning | +1.50 | 6 | 4 / 0 / 2 | 0.438 |
        | AFLoRA | +1.25 | 6 | 6 / 0 / 0 | 0.062 |

        In points: the mean over pairs of one task and one seed, each the same in both rows. p: Wilcoxon's signed-rank test over \
        the pairs, two-sided, adjusted by Holm for 2 rows. Seeds of one task are no independent tasks: p is about these tasks.

        - profile pocket
        """), "\(text)")
    let differences = try #require(try experiment.table().differences)
    #expect(differences.rows.map(\.pValue) == [0.4375, 0.03125])
    #expect(differences.rows.map(\.adjustedPValue) == [0.4375, 0.0625])
    #expect(
      CSVTable.render(try experiment.table()).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).suffix(6)
      }
        == [
          ["baseline.pairs", "baseline.better", "baseline.equal", "baseline.worse", "baseline.p", "baseline.p_holm"],
          ["6", "4", "0", "2", "0.4375", "0.4375"], ["", "", "", "", "", ""], ["6", "6", "0", "0", "0.03125", "0.0625"],
        ])
    let json = try JSONValue(json: JSONTable.render(try experiment.table()))
    #expect(json["differences"]?["baseline"] == .text("lora"))
  }

  @Test func twoSeedsCarryNoClaim() throws {
    let experiment = try experiment(seeds: "[0, 1]")
    try experiment.addAll()
    try experiment.add("aflora", "rte", 1, [0.1], outcome: .diverged(step: 3))
    #expect(
      MarkdownTable.render(try experiment.table()).contains(
        """

        | method | difference | pairs | better / equal / worse |
        |---|--:|--:|--:|
        | Full fine-tuning | +10.00 | 4 | 4 / 0 / 0 |
        | AFLoRA | +10.00 | 3 | 3 / 0 / 0 |

        In points: the mean over pairs of one task and one seed, each the same in both rows. No test and no claim: that takes \
        3 seeds or more of both rows on every task.

        """))
  }

  @Test func aTaskWithFewSeedsKeepsItsRowFromBeingTested() throws {
    let experiment = try experiment(seeds: "[0, 1, 2]")
    for (index, run) in try experiment.runs().enumerated() where !(run.row == "aflora" && run.task.id == "mrpc" && run.seed == 2) {
      try experiment.add(run.row, run.task.id, run.seed, [0.5 + (run.row == "lora" ? 0 : 0.001 * Double(index + 1))])
    }
    let text = MarkdownTable.render(try experiment.table())
    #expect(
      text.contains("| Full fine-tuning | +0.35 | 6 | 6 / 0 / 0 | 0.031 |\n| AFLoRA | +1.50 | 5 | 5 / 0 / 0 | — |\n"), "\(text)")
    #expect(text.contains("p: Wilcoxon's signed-rank test over the pairs, two-sided. Seeds"))
    #expect(text.contains("\np —: fewer than 3 seeds of both rows on some task, or no pair that differs; no claim.\n"))
  }

  @Test func aSeedIsOnePairWhateverNumberOfMetricsIsShown() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("[rte, mrpc]", with: "[mrpc]").replacing("seeds: [0, 1]", with: "seeds: [0, 1, 2]")
        .replacing("profiles:", with: "report: {baseline: lora, metric: {mrpc: [accuracy, f1]}}\nprofiles:"))
    for run in try experiment.runs() {
      let gain = run.row == "lora" ? 0 : 0.01 * Double(run.seed.order + 1)
      experiment.findings.records[RunKey(run)] = try experiment.record(
        run, [[0.5 + gain]], extra: [Score(split: "validation", metric: "f1", value: 0.6 - gain)])
    }
    let table = try experiment.table(), row = try #require(table.differences?.rows.first)
    #expect(table.tasks.map(\.metric) == ["accuracy", "f1"])
    #expect(row.pairs == 3 && row.better == 3 && row.worse == 0 && row.seeds == 3 && row.pValue == 0.25, "\(row)")
  }

  @Test func withoutPairsThereIsNothingToShow() throws {
    let experiment = try experiment(seeds: "[0]")
    #expect(!MarkdownTable.render(try experiment.table()).contains("Difference to"))
    #expect(try MadeUpExperiment().table().differences == nil)
  }

  @Test func roundingTellsNoEqualDifferencesApart() throws {
    // 0.8 - 0.7 and 0.9 - 0.8 are not the same number, though both are ten points.
    let experiment = try experiment(seeds: "[0, 1, 2]")
    for run in try experiment.runs() {
      let base = 0.7 + 0.1 * Double(run.seed.order)
      try experiment.add(
        run.row, run.task.id, run.seed, [run.row == "lora" ? base : run.task.id == "rte" ? base + 0.1 : base - 0.1])
    }
    let differences = try #require(try experiment.table().differences)
    #expect(differences.rows.map(\.pValue) == [1, 1])
    #expect(differences.rows.map(\.difference) == [0, 0])
  }
}
