// What a table says: metrics, ranks, settings that changed, columns, mixed inputs.
import Foundation
import Manifests
import Records
import Testing

@testable import Reporting

@Suite struct TableModelTests {
  @Test func ranksFollowWhatIsShown() {
    #expect(Ranking.ranks([0.8, 0.9, 0.85]) == [nil, .best, .second])
    #expect(Ranking.ranks([0.9, 0.9, 0.85]) == [.best, .best, nil])
    #expect(Ranking.ranks([0.9, 0.85, 0.85]) == [.best, .second, .second])
    #expect(Ranking.ranks([0.90001, 0.90004, 0.8]) == [.best, .best, nil])
    #expect(Ranking.ranks([0.9, 0.9]) == [nil, nil])
    #expect(Ranking.ranks([0.9, nil]) == [nil, nil])
    #expect(Ranking.ranks([nil, -0.1, 0.0]) == [nil, .second, .best])
    #expect(Ranking.ranks([]) == [])
  }

  @Test func fewerSeedsAreNotRankedBesideMore() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: "methods: [lora, aflora, fft]"))
    try experiment.addAll()
    for run in try experiment.runs() where run.row == "fft" { try experiment.add("fft", run.task.id, run.seed, [0.1]) }
    experiment.findings.records[RunKey(row: "aflora", task: "rte", seed: 1)] = nil
    #expect(
      try experiment.lines()
        == [
          "| LoRA | 20.00K | **81.00 ± 1.41** | <ins>81.00 ± 1.41</ins> | **81.00** |",
          "| AFLoRA | 12.35K | 90.00 (1 of 2; 1 missing) | **91.00 ± 1.41** | 90.50 |",
          "| Full fine-tuning | 20.00K | <ins>10.00 ± 0.00</ins> | 10.00 ± 0.00 | <ins>10.00</ins> |",
        ])
    #expect(MarkdownTable.render(try experiment.table()).contains(", among cells of as many seeds as any in the column."))
  }

  @Test func theManifestChoosesTheMetric() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("tasks: [rte, mrpc]", with: "tasks: [stsb, rte]")
        .replacing("profiles:", with: "report: {metric: {stsb: pearson}}\nprofiles:"))
    let run = try experiment.specification("lora", "stsb", 0)
    experiment.findings.records[RunKey(row: "lora", task: "stsb", seed: 0)] = try experiment.record(
      run, [[0.5]], metric: "pearson-spearman-mean", extra: [Score(split: "validation", metric: "pearson", value: 0.6)])
    let other = try experiment.specification("lora", "stsb", 1)
    experiment.findings.records[RunKey(row: "lora", task: "stsb", seed: 1)] = try experiment.record(
      other, [[0.5]], metric: "spearman")
    try experiment.add("lora", "rte", 0, [0.5])
    let table = try experiment.table()
    #expect(table.tasks.map(\.metric) == ["pearson", "accuracy"])
    #expect(table.rows[0].cells[0].score == 0.6)
    #expect(table.problems[0] == "lora, stsb: seed 1 has not the score shown – no score 'pearson'")
  }

  @Test func runsOfOtherSettingsAreNotMixedIn() throws {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    let changed = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: "methods: [{lora: {rank: 4}}, aflora]"))
    changed.findings = experiment.findings
    let table = try changed.table()
    #expect(
      table.problems
        == ["rte", "mrpc"].map { task in
          "lora, \(task): "
            + (0...1).map { "seed \($0) is outdated – options.rank 8, now 4" }.joined(separator: "; ")
        })
    #expect(table.rows[0].cells.allSatisfy { $0.score == nil })
    #expect(table.provenance.runs == 4)
  }

  @Test func differentModelsAreWarnedOf() throws {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    try experiment.add("lora", "rte", 0, [0.8], model: "7")
    let table = try experiment.table()
    #expect(table.isComplete)
    #expect(table.warnings == ["The runs are of 2 different models or tokenizers."])
    #expect(MarkdownTable.render(table).contains("**Warning**: The runs are of 2 different models or tokenizers.\n"))
  }

  @Test func columnsAndRowNamesAreTheManifests() throws {
    let experiment = try MadeUpExperiment(
      """
      id: ranks
      title: ranks
      model: some-model
      recipe: plain
      tasks: [rte]
      seeds: [0]
      methods:
        - lora: {rank: [2, 4]}
        - lora: {rank: 8, label: "8 (paper)"}
      report: {rows: method.rank, columns: [average, tasks]}
      profiles: {pocket: {}}

      """)
    let text = MarkdownTable.render(try experiment.table())
    #expect(text.contains("| rank | average ↑ | rte |\n|---|--:|--:|\n| 2 | — | — |\n| 4 | — | — |\n| 8 (paper) | — | — |\n"))
  }

  @Test func recordedNumbersAreColumns() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing(
        "profiles:", with: "report: {columns: [kept.query, kept.parameters, kept.keys, tasks]}\nprofiles:"))
    for (index, run) in try experiment.runs().enumerated() {
      let measures = run.row == "lora" ? nil : ["kept.query": Double(index % 2 + 4), "kept.parameters": 147_456]
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, [[0.5]], measures: measures)
    }
    let text = MarkdownTable.render(try experiment.table())
    #expect(
      text.contains(
        """
        | method | query layers kept | parameters kept at the end | keys layers kept | rte (accuracy ↑) | mrpc (accuracy ↑) |
        |---|--:|--:|--:|--:|--:|
        | LoRA | — | — | — | 50.00 ± 0.00 | 50.00 ± 0.00 |
        | AFLoRA | 4.50 | 147.46K | — | 50.00 ± 0.00 | 50.00 ± 0.00 |

        """))
    #expect(
      text.contains("\nMeans over a row's runs on all tasks: query layers kept, parameters kept at the end, keys layers kept.  \n"))
    #expect(
      text.contains(
        "**Warning**: No run recorded 'kept.keys', which the report has a column for "
          + "(columns: parameters, tasks, average, updates, kept.parameters, kept.query).\n"))
    #expect(
      CSVTable.render(try experiment.table()).hasPrefix("row,label,unit,trainable_parameters,kept.query,kept.parameters,kept.keys,")
    )
  }

  @Test func whatTrainsAndWhatIsKeptStandApart() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing(
        "profiles:", with: "report: {columns: [parameters, kept.parameters, updates, average]}\nprofiles:"))
    try experiment.addAll()
    for run in try experiment.runs() where run.row == "aflora" {
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, [[0.9]], parameters: TrainableParameters(initial: 30_000, final: 1_000, average: 12_350),
        measures: ["kept.parameters": 6_000])
    }
    let text = MarkdownTable.render(try experiment.table())
    #expect(
      text.contains(
        """
        | method | trainable parameters (mean over steps) | parameters kept at the end | updates | average ↑ |
        |---|--:|--:|--:|--:|
        | LoRA | 20.00K | — | 20 | <ins>81.00</ins> |
        | AFLoRA | 12.35K | 6.00K | 20 | **90.00** |

        """), "\(text)")
    #expect(
      text.contains(
        """
        Trainable parameters are averaged over all steps of training.\u{20}\u{20}
        Parameters are without the head. Kept at the end: the method's own, without pruned ranks, closed gates, zeroed entries and \
        matrices that never learned.\u{20}\u{20}
        Means over a row's runs on all tasks: parameters kept at the end, updates.
        """), "\(text)")
  }

  @Test func updatesThatDifferAreTold() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("methods: [lora, aflora]", with: "methods: [lora, {aflora: {batch: 4}}]")
        .replacing("profiles:", with: "report: {columns: [updates, tasks]}\nprofiles:"))
    try experiment.addAll()
    for run in try experiment.runs() where run.row == "aflora" && run.task.id == "mrpc" {
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, [[0.9]], preliminarySteps: 30)
    }
    func notes() throws -> [String] { try experiment.table().unlikeRows }
    let note =
      "Updates differ between rows: on rte 20 × 16 = 320 examples (lora); 20 × 4 = 80 examples (aflora); and on 1 other task."
    #expect(try notes().contains(note))
    #expect(MarkdownTable.render(try experiment.table()).contains("| AFLoRA | 35 | "), "the mean of 20 and of 30 before 20")
    // a run that ended early does not say how many there were to be
    try experiment.add("aflora", "rte", 0, [0.9], outcome: .diverged(step: 3))
    #expect(try notes().contains(note))
    try experiment.add("aflora", "rte", 1, [0.9], outcome: .diverged(step: 3))
    #expect(try !notes().contains { $0.hasPrefix("Updates differ") })
  }

  @Test func anotherMetricIsShownWhereItWasRecorded() throws {
    let experiment = try MadeUpExperiment()
    for run in try experiment.runs() {
      let f1 = run.task.id == "mrpc" ? [Score(split: "validation", metric: "f1", value: 0.75)] : []
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, [[0.5]], extra: f1)
    }
    let text = MarkdownTable.render(try experiment.table(.pocket, EvaluationProtocol(epoch: .best, aggregate: .mean, metric: "f1")))
    #expect(text.contains("| rte (accuracy ↑) | mrpc (F1 ↑) | average ↑ |\n"))
    #expect(text.contains("| LoRA | 20.00K | 50.00 ± 0.00 | 75.00 ± 0.00 | 62.50 |\n"))
    #expect(
      text.contains(
        "\nThe best epoch is chosen for mrpc by accuracy.  \nTasks that did not record F1 show their own metric.\n"))
    let error = try #require(throws: ReportError.self) {
      try experiment.table(.pocket, EvaluationProtocol(epoch: .best, aggregate: .mean, metric: "pearson"))
    }
    #expect(error.description == "no run of t1 recorded the metric 'pearson' (recorded: accuracy, f1).")
  }

  @Test func numbersAreWrittenAsPapersDo() {
    #expect(
      [0, 12, 12.5, 999, 999.999, 1000, 124_704.25, 999_999, 1_330_000, 183_831_553, 6.7e9].map(NumberText.count)
        == ["0", "12", "12.50", "999", "1.00K", "1.00K", "124.70K", "1.00M", "1.33M", "183.83M", "6.70B"])
    #expect(NumberText.percent(-0.000001) == "0.00")
    #expect(NumberText.percent(-0.0123) == "−1.23")
    #expect([0.0123, -0.0123, 0.00004, -0.00004].map(NumberText.signedPercent) == ["+1.23", "−1.23", "0.00", "0.00"])
    #expect([0.0004, 0.0005, 0.0312, 1].map(NumberText.probability) == ["< 0.001", "0.001", "0.031", "1.000"])
    #expect([4.5, 12, 147_456].map(NumberText.measure) == ["4.50", "12.00", "147.46K"])
    #expect([0.0125, 61.5].map(NumberText.seconds) == ["12.50 ms", "61.50 s"])
    #expect([1 << 20, 3 << 29].map(NumberText.bytes) == ["1.00 MiB", "1.50 GiB"])
  }
}
