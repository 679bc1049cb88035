// Markdown tables, byte for byte.
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct MarkdownTableTests {
  @Test func completeTable() throws {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    let table = try experiment.table()
    #expect(table.isComplete)
    #expect(
      MarkdownTable.render(table) == """
        # t1: two methods

        **Pocket profile**: a small model and generated tasks. Compare rows with each other, never with the paper's figures.

        | method | trainable parameters (without head) | rte (accuracy ↑) | mrpc (accuracy ↑) | average ↑ |
        |---|--:|--:|--:|--:|
        | LoRA | 20.00K | <ins>81.00 ± 1.41</ins> | <ins>81.00 ± 1.41</ins> | <ins>81.00</ins> |
        | AFLoRA | 12.35K | **91.00 ± 1.41** | **91.00 ± 1.41** | **91.00** |

        Cells: mean ± sample standard deviation over 2 seeds (0, 1) of the best epoch on the validation set, in percent. \
        The same set chose that epoch: there is no held-out test.\u{20}\u{20}
        **Bold**: the best of its column; <ins>underlined</ins>: the second.\u{20}\u{20}
        Trainable parameters are averaged over all steps of training.

        - profile pocket, recipe plain, manifest 999999999999
        - model: some-model dddddddddddd (tokenizer eeeeeeeeeeee)
        - data: rte ffffffffffff, mrpc ffffffffffff
        - program: lowrank 0.1.0 (4f2c1ab, modified), numerics \(Numerics.version)
        - runs: 8 of 8
        - another protocol: `lowrank report t1 --select last` (digests by their first 12 digits; `--format json` has all)

        """)
    #expect(MarkdownTable.render(try experiment.table()) == MarkdownTable.render(table))
  }

  @Test("what was stated before the first run stands below the table, in every format but CSV")
  func preregistered() throws {
    let statement = "AFLoRA is above LoRA by 1 point; a test at 5 % | over 2 tasks."
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("title: two methods\n", with: "title: two methods\npreregistered: \(statement)\n"))
    try experiment.addAll()
    let table = try experiment.table(), plain = try MadeUpExperiment()
    try plain.addAll()
    let other = try plain.table()
    let line = "**Stated before the first run**: AFLoRA is above LoRA by 1 point; a test at 5 % \\| over 2 tasks.\n\n"
    #expect(MarkdownTable.render(table).contains("of training.\n\n" + line + "- profile pocket"))
    #expect(MarkdownTable.render(table).replacing(line, with: "") == MarkdownTable.render(other))
    #expect(TextTable.render(table).hasSuffix("\n\nStated before the first run: \(statement)\n"))
    #expect(LaTeXTable.render(table).contains("    Stated before the first run: AFLoRA is above LoRA by 1 point; a test at 5 \\% "))
    #expect(try JSONTable.render(table).contains("\"preregistered\" : \"\(statement)\""))
    #expect(try !JSONTable.render(other).contains("preregistered"))
    #expect(CSVTable.render(table) == CSVTable.render(other))
  }

  @Test func everythingThatCanGoWrongIsInItsCellAndBelow() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("tasks: [rte, mrpc]", with: "tasks: [rte, mrpc, stsb]"))
    try experiment.add("lora", "rte", 0, [0.8])
    try experiment.add("lora", "rte", 1, [0.6], outcome: .diverged(step: 12))
    try experiment.add("lora", "mrpc", 0, [0.7], flags: [.collapsed])
    try experiment.add("lora", "mrpc", 1, [0.7])
    try experiment.add("lora", "stsb", 0, [.nan])
    try experiment.add("lora", "stsb", 1, [0.5])
    try experiment.add("aflora", "rte", 0, [], outcome: .diverged(step: 1))
    try experiment.add("aflora", "rte", 1, [], outcome: .failed(message: "no | space\nleft"))
    try experiment.add("aflora", "mrpc", 0, [0.65])
    experiment.findings.unreadable[RunKey(row: "aflora", task: "mrpc", seed: 1)] = "r/record.json: is <damaged>."
    let table = try experiment.table()
    #expect(!table.isComplete)
    let text = MarkdownTable.render(table)
    #expect(
      text.contains(
        """
        | LoRA | 20.00K | 80.00 (1 of 2; 1 diverged) | 70.00 ± 0.00 ‡ | 50.00 (1 of 2; 1 undefined) | 66.67 |
        | AFLoRA | 20.00K | — (1 diverged, 1 failed) | 65.00 (1 of 2; 1 unusable) | — | — |

        """))
    #expect(
      text.contains(
        """
        ‡ collapsed: in its best or its last epoch the model gives one answer to every row of a set; in the value.\u{20}\u{20}
        diverged: the loss became infinite or not a number; not in the value.\u{20}\u{20}
        failed: ended by an error; not in the value.\u{20}\u{20}
        undefined: the score has no value, for the right answers of the validation set are all the same; not in the value.\u{20}\u{20}
        unusable: the record is damaged, of other settings or without the score; not in the value.\u{20}\u{20}
        — no run that counts.

        """))
    #expect(text.contains("- runs: 5 of 12\n"))
    #expect(
      text.hasSuffix(
        """

        **Incomplete cells**

        - lora, rte: seed 1 diverged at step 12
        - aflora, rte: seed 0 diverged at step 1; seed 1 failed – no \\| space left
        - aflora, mrpc: seed 1 cannot be used – r/record.json: is &lt;damaged&gt;.
        - aflora, stsb: seed 0 missing; seed 1 missing

        """))
  }

  @Test("a collapsed run whose correlation is undefined counts as 0, in the mean, the rank, the differences and the test")
  func collapsedCorrelations() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("tasks: [rte, mrpc]", with: "tasks: [stsb]").replacing(
        "seeds: [0, 1]", with: "seeds: [0, 1, 2]"
      )
      .replacing("methods:", with: "report: {baseline: lora}\nmethods:"))
    for seed in 0..<3 { try experiment.add("lora", "stsb", seed, [0.5]) }
    try experiment.add("aflora", "stsb", 0, [.nan, .nan], flags: [.collapsed])
    for seed in 1..<3 { try experiment.add("aflora", "stsb", seed, [0.6]) }
    let table = try experiment.table()
    #expect(table.isComplete)
    let cell = table.rows[1].cells[0]
    #expect(cell.runs.map(\.scores) == [[0], [0.6], [0.6]] && cell.rank == .second)
    let row = try #require(table.differences?.rows.first)
    #expect(row.pairs == 3 && row.worse == 1 && row.better == 2 && abs((row.difference ?? 0) + 0.1) < 1e-12)
    let text = MarkdownTable.render(table)
    #expect(text.contains("| AFLoRA | 20.00K | <ins>40.00 ± 34.64</ins> ‡ |"), "\(text)")
    #expect(
      text.contains(
        "A correlation with one answer for everything is undefined: such a run counts as 0, in means, ranks, differences and tests."
      ))
  }

  @Test func withoutAnyRecordTheTableStillStands() throws {
    let table = try MadeUpExperiment().table()
    #expect(table.problems == ["rte: all 4 runs missing", "mrpc: all 4 runs missing"])
    let text = MarkdownTable.render(table)
    #expect(text.contains("| method | trainable parameters (without head) | rte | mrpc | average ↑ |\n"))
    #expect(text.contains("| LoRA | — | — | — | — |\n"))
    #expect(text.contains("- model: none yet\n"))
  }

  @Test func oneSeedHasNoDeviation() throws {
    let experiment = try MadeUpExperiment(MadeUpExperiment.plain.replacing("seeds: [0, 1]", with: "seeds: [3]"))
    for run in try experiment.runs() { try experiment.add(run.row, run.task.id, 3, [run.row == "lora" ? 0.8 : 0.75]) }
    #expect(
      try experiment.lines() == [
        "| LoRA | 20.00K | **80.00** | **80.00** | **80.00** |",
        "| AFLoRA | 20.00K | <ins>75.00</ins> | <ins>75.00</ins> | <ins>75.00</ins> |",
      ])
    #expect(MarkdownTable.render(try experiment.table()).contains("\nCells: one seed (3) of the best epoch"))
  }

  @Test func aTableOfCostsSaysNothingOfScores() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("profiles:", with: "report: {columns: [parameters], baseline: lora}\nprofiles:"))
    try experiment.addAll()
    try experiment.add("lora", "rte", 0, [0.9], flags: [.collapsed])
    try experiment.add("aflora", "rte", 1, [0.1], outcome: .diverged(step: 3))
    let table = try experiment.table()
    #expect(table.notes.first == .text("Means over a row's runs of 2 seeds (0, 1)."))
    let text = MarkdownTable.render(table)
    for word in ["Cells:", "best", "collapsed:", "diverged:", "Difference", "another protocol", "percent"] {
      #expect(!text.contains(word), "\(word) in \(text)")
    }
    #expect(text.contains("\nTrainable parameters are averaged over all steps of training.\n"))
    #expect(text.contains("- digests by their first 12 digits; `--format json` has all\n"))
    #expect(try MarkdownTable.render(MadeUpExperiment().table()).contains("another protocol: "))
  }

  @Test func otherProtocols() throws {
    let experiment = try MadeUpExperiment()
    try experiment.addAll()
    let text = MarkdownTable.render(try experiment.table(.pocket, EvaluationProtocol(epoch: .last, aggregate: .median)))
    #expect(text.contains("| LoRA | 20.00K | 50.00 | 50.00 | 50.00 |\n"))
    #expect(
      text.contains(
        "\nCells: median over 2 seeds (0, 1) of the last epoch on the validation set, in percent. There is no held-out test."))
    #expect(text.contains("`lowrank report t1 --select best`"))
  }

  @Test func otherProfilesSaySo() throws {
    let experiment = try MadeUpExperiment()
    for run in try experiment.runs(.small) { try experiment.add(run.row, run.task.id, run.seed, [0.5], profile: .small) }
    let text = MarkdownTable.render(try experiment.table(.small))
    #expect(!text.contains("Pocket profile"))
    #expect(text.contains("- profile small, recipe plain"))
    #expect(text.contains("`lowrank report t1 --profile small --select last`"))
  }

  @Test func labelsAreShownAsTheyAre() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing(
        "methods: [lora, aflora]", with: #"methods: [{lora: {label: "a|b *c* _d_ <u> `e` \\f & $g$"}}]"#))
    #expect(try experiment.lines() == [#"| a\|b \*c\* \_d\_ &lt;u&gt; \`e\` \\f &amp; \$g\$ | — | — | — | — |"#])
    #expect(MarkdownText.plain("a\r\nb\u{1B}[31m") == "a  b \\[31m")
  }

  @Test func twoValidationSetsStandInOneCell() throws {
    let experiment = try MadeUpExperiment(MadeUpExperiment.plain.replacing("tasks: [rte, mrpc]", with: "tasks: [mnli]"))
    for (row, values) in [("lora", [[0.8, 0.7], [0.8, 0.72]]), ("aflora", [[0.75, 0.75], [0.75, 0.76]])] {
      for seed in 0...1 {
        let run = try experiment.specification(row, "mnli", seed)
        experiment.findings.records[RunKey(row: row, task: "mnli", seed: RunSeed(seed))] = try experiment.record(
          run, [values[seed]], splits: ["matched", "mismatched"])
      }
    }
    let text = MarkdownTable.render(try experiment.table())
    #expect(text.contains("| mnli (accuracy ↑, matched / mismatched) | average ↑ |\n"))
    #expect(text.contains("| LoRA | 20.00K | **80.00 ± 0.00 / 71.00 ± 1.41** | **75.50** |\n"))
    #expect(text.contains("| AFLoRA | 20.00K | <ins>75.00 ± 0.00 / 75.50 ± 0.71</ins> | <ins>75.25</ins> |\n"))
    #expect(text.contains("\nThe best epoch is chosen for mnli by the mean accuracy.  \n"))
    #expect(text.contains("\nIn the average, a task with several validation sets counts once, by their mean.\n"))
  }
}
