// Two experiments cell by cell: numbers that can be checked by hand, in every form.
import Foundation
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct ComparisonTests {
  /// One experiment of rows that both have and some that only it has.
  private func experiment(_ id: String, methods: String, tasks: String, seeds: String) throws -> MadeUpExperiment {
    try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("id: t1", with: "id: \(id)").replacing("[lora, aflora]", with: methods)
        .replacing("[rte, mrpc]", with: tasks).replacing("[0, 1]", with: seeds))
  }

  private func first() throws -> MadeUpExperiment {
    try experiment("t1", methods: "[lora, aflora]", tasks: "[rte, mrpc]", seeds: "[0, 1, 2]")
  }

  private func second() throws -> MadeUpExperiment {
    try experiment("t2", methods: "[{lora: {id: lora, rank: 16}}, fft]", tasks: "[cola, rte]", seeds: "[0, 1, 2, 3]")
  }

  private func add(_ experiment: MadeUpExperiment, _ row: String, _ task: String, _ scores: [Double], identities: [String]) throws {
    for (seed, score) in scores.enumerated() {
      experiment.findings.records[RunKey(row: row, task: task, seed: RunSeed(seed))] = try experiment.record(
        experiment.specification(row, task, seed), [[score]],
        identity: identities[seed].padding(toLength: 64, withPad: "0", startingAt: 0))
    }
  }

  private func side(_ experiment: MadeUpExperiment, _ narrowing: Narrowing = Narrowing()) throws -> ComparedSide {
    let part = try experiment.manifest.experiment(.pocket).part(narrowing)
    return ComparedSide(part.id, part, experiment.findings)
  }

  private func made() throws -> Comparison {
    let (one, other) = (try first(), try second())
    try add(one, "lora", "rte", [0.5, 0.52, 0.54], identities: ["a0", "a1", "a2"])
    try add(other, "lora", "rte", [0.51, 0.54, 0.57, 0.9], identities: ["b0", "a1", "b2", "b3"])
    return try Comparison(side(one), side(other))
  }

  @Test func cellsDifferencesAndSettingsStandInPlainText() throws {
    let text = try made().rendered(.text)
    #expect(
      text == """
        t1 and t2 (pocket profile)

        method, task                      t1             t2  difference          paired difference  same runs
        ──────────────────────  ────────────  ─────────────  ──────────  ─────────────────────────  ─────────
        LoRA, rte (accuracy ↑)  52.00 ± 2.00  63.00 ± 18.17      +11.00  +2.00 [−0.48, +4.48] of 3     1 of 3

        Cells: mean ± sample standard deviation over seeds 0, 1, 2 of t1 and 0, 1, 2, 3 of t2, of the best epoch, in percent.
        Differences are t2 less t1, in points.
        Paired: the mean over the seeds that count on both sides, with its 95% interval by Student's t over the seeds.
        Same runs: of the shared seeds with a record on both sides, those whose two runs are one and the same, which cannot
        differ.

        Difference to t1

                                                         better /
                                                          equal /
        method  difference    95% interval  detectable      worse
        ──────  ──────────  ──────────────  ──────────  ─────────
        LoRA         +2.00  [−0.48, +4.48]        3.26  3 / 0 / 0

        In points, paired by seed. 95% interval: Student's t over the seeds. One task has no test: nothing is said of others.
        Detectable: the true difference that such an interval shows four times in five, at the spread seen.

        What differs in the settings

        options.rank: 8 → 16 (lora)

        Only in t1: rows aflora; tasks mrpc.
        Only in t2: rows fft; tasks cola.
        t1 is made of records of commit 4f2c1ab with changes (3 runs).
        t2 is made of records of commit 4f2c1ab with changes (4 runs).

        """, "\(text)")
  }

  @Test func markdownAndLaTeXHaveTheSameCells() throws {
    let comparison = try made(), markdown = try comparison.rendered(.markdown), latex = try comparison.rendered(.latex)
    #expect(
      markdown.hasPrefix(
        "# t1 and t2 (pocket profile)\n\n| method, task | t1 | t2 | difference | paired difference | same runs |\n"))
    #expect(
      markdown.contains(
        "| LoRA, rte (accuracy ↑) | 52.00 ± 2.00 | 63.00 ± 18.17 | +11.00 | +2.00 \\[−0.48, +4.48\\] of 3 | 1 of 3 |\n"))
    #expect(markdown.contains("\n**What differs in the settings**\n\n- options.rank: 8 → 16 (lora)\n"))
    #expect(latex.hasPrefix("% needs \\usepackage{booktabs}\n\\begin{table}\n"))
    #expect(latex.contains("    LoRA, rte (accuracy $\\uparrow$) & 52.00 $\\pm$ 2.00 & 63.00 $\\pm$ 18.17 & +11.00 & "))
    #expect(latex.contains("    options.rank: 8 $\\to$ 16 (lora)\\par\n") && latex.hasSuffix("\\end{table}\n"))
  }

  @Test func programsReadAllDigits() throws {
    let comparison = try made(), lines = try comparison.rendered(.csv).split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines.count == 2 && lines[0].count == lines[1].count)
    let fields = Dictionary(zip(lines[0], lines[1]).map { ($0, $1) }) { first, _ in first }
    #expect(fields["row"] == "lora" && fields["task"] == "rte" && fields["metric"] == "accuracy" && fields["unit"] == "fraction")
    #expect(fields["first"] == "0.52" && fields["second.runs"] == "4" && fields["difference"] == "0.11" && fields["pairs"] == "3")
    #expect(fields["paired_difference"] == "0.02" && fields["recorded_pairs"] == "3" && fields["same_runs"] == "1")
    #expect(fields["paired_low"]?.hasPrefix("-0.00484") == true && fields["paired_high"]?.hasPrefix("0.0448") == true, "\(fields)")
    let json = try JSONValue(json: comparison.rendered(.json))
    #expect(json["first"] == .text("t1") && json["unit"] == .text("fraction"))
    guard case .array(let cells)? = json["cells"], case .array(let settings)? = json["settings"] else {
      Issue.record("\(json)")
      return
    }
    #expect(cells.count == 1 && cells[0]["same_runs"] == .integer(1) && cells[0]["paired"]?["pairs"] == .integer(3))
    #expect(settings.first?["name"] == .text("options.rank") && settings.first?["second"] == .text("16"))
  }

  @Test func twoSeedsHaveAnInterval() throws {
    let (one, other) = (try first(), try second())
    try add(one, "lora", "rte", [0.5, 0.52], identities: ["a0", "a1"])
    try add(other, "lora", "rte", [0.51, 0.54], identities: ["a0", "a1"])
    let comparison = try Comparison(side(one), side(other)), text = try comparison.rendered(.markdown)
    #expect(text.contains(" | +1.50 | +1.50 \\[−4.85, +7.85\\] of 2 of 3 | 2 of 2 |\n"), "\(text)")
    #expect(text.contains("\n| LoRA | +1.50 (2 of 3 pairs) | \\[−4.85, +7.85\\] | 8.17 | 2 / 0 / 0 |\n"))
    #expect(comparison.lack == nil)
  }

  @Test("a seed that a side lacks is counted among those that both plan")
  func missingPairs() throws {
    let (one, other) = (try first(), try second())
    try add(one, "lora", "rte", [0.5, 0.52, 0.54], identities: ["a0", "a1", "a2"])
    try add(other, "lora", "rte", [0.51, 0.54], identities: ["a0", "a1"])
    let text = try Comparison(side(one), side(other)).rendered(.markdown)
    #expect(text.contains(" | +1.50 \\[−4.85, +7.85\\] of 2 of 3 | "), "\(text)")
    #expect(text.contains("Paired: the mean over the seeds that count on both sides, of those that both plan, with its"), "\(text)")
    #expect(text.contains("\n| LoRA | +1.50 (2 of 3 pairs) | "), "\(text)")
  }

  @Test("crossed seeds are paired by their axes")
  func crossedSeeds() throws {
    let sides = try ["t1", "t2"].map { id in
      let made = try experiment(id, methods: "[lora]", tasks: "[rte]", seeds: "{init: [0, 1], order: [0, 1]}")
      for run in try made.runs() {
        let gain = 0.01 * Double(run.seed.initialization) + 0.02 * Double(run.seed.order)
        try made.add(run.row, "rte", run.seed, [0.5 + (id == "t1" ? 0 : gain)])
      }
      return try side(made)
    }
    let comparison = try Comparison(sides[0], sides[1]), paired = try #require(comparison.cells.first?.paired)
    #expect(paired.degreesOfFreedom == 1 && abs((paired.standardError ?? 0) - 0.000125.squareRoot()) < 1e-12)
    #expect(try comparison.rendered(.markdown).contains("by Student's t over the means of initialisations and those of orders"))
  }

  @Test func severalTasksAreTested() throws {
    let sides = try ["t1", "t2"].map { id in
      let made = try experiment(id, methods: "[lora, aflora]", tasks: "[rte, mrpc, sst2]", seeds: "[0, 1]")
      for run in try made.runs() {
        let gain = run.row == "lora" ? 0.02 : 0.01 * Double(run.seed.order)
        try made.add(run.row, run.task.id, run.seed, [0.5 + (id == "t1" ? 0 : gain)])
      }
      return try side(made)
    }
    let rows = try Comparison(sides[0], sides[1]).rows.rows
    #expect(rows.map(\.difference) == [0.02, 0.005] && rows.map { $0.test?.pValue } == [0.25, 0.25])
    #expect(rows.map(\.meanRank) == [nil, nil], "a side's rows are of another table")
    let text = try Comparison(sides[0], sides[1]).rendered(.markdown)
    #expect(text.contains("\n| LoRA | +2.00 | 0.250 | 3 / 0 / 0 | +2.00 … +2.00 |\n"), "\(text)")
    #expect(text.contains("\nNo interval, and no claim, of LoRA, AFLoRA: all differences are equal."), "\(text)")
    #expect(text.contains(" | +2.00 of 2 | ") && text.contains("No interval where all differences are equal."), "\(text)")
    #expect(
      text.contains("adjusted for 2 rows (Westfall and Young). 3 tasks allow no p below 0.250, so that nothing can be shown."))
  }

  @Test func aCellThatASideLacksIsNamed() throws {
    let (one, other) = (try first(), try second())
    try add(one, "lora", "rte", [0.5], identities: ["a0"])
    let comparison = try Comparison(side(one), side(other)), text = try comparison.rendered(.text)
    #expect(comparison.lack == "1 of 1 cells lacks a side")
    #expect(
      text.contains("LoRA, rte (accuracy ↑)  50.00") && text.hasSuffix("\nincomplete: lora, rte: t2 has no run that counts\n"),
      "\(text)")
    #expect(!text.contains("Difference to"))
    #expect(try comparison.rendered(.csv).split(separator: "\n")[1].contains(",0.5,,1,,,0,,0,,,,0,0"))
  }

  @Test func whatEveryRowHasOtherwiseIsToldOnce() throws {
    let one = try first()
    let other = try experiment(
      "t2", methods: "[{lora: {id: lora, epochs: 3, rank: 16}}, {aflora: {id: aflora, epochs: 3, tasks: {rte: {batch: 8}}}}]",
      tasks: "[rte, mrpc]", seeds: "[0, 1, 2]")
    for (experiment, digit) in [(one, Character("d")), (other, Character("1"))] {
      for row in ["lora", "aflora"] { try experiment.add(row, "rte", 0, [0.5], model: digit) }
    }
    let lines = try Comparison(side(one), side(other)).changes.map {
      "\($0.difference.name): \($0.difference.first) → \($0.difference.second) (\($0.scope))"
    }
    #expect(
      lines == [
        "options.rank: 8 → 16 (lora)", "training.epochs: 2 → 3 (all rows)",
        "model files: dddddddddddd → 111111111111 (lora on rte; aflora on rte)", "training.batch: 16 → 8 (aflora on rte)",
      ])
  }

  @Test func aSeedIsOnePairWhateverNumberOfMetricsIsShown() throws {
    let sides = try ["t1", "t2"].map { id in
      let made = try MadeUpExperiment(
        MadeUpExperiment.plain.replacing("id: t1", with: "id: \(id)").replacing("[rte, mrpc]", with: "[mrpc]")
          .replacing("seeds: [0, 1]", with: "seeds: [0, 1, 2]")
          .replacing("profiles:", with: "report: {metric: {mrpc: [accuracy, f1]}}\nprofiles:"))
      for run in try made.runs() {
        let gain = id == "t1" ? 0 : 0.01 * Double(run.seed.order + 1)
        made.findings.records[RunKey(run)] = try made.record(
          run, [[0.5 + gain]], extra: [Score(split: "validation", metric: "f1", value: 0.6 - gain)])
      }
      return try side(made)
    }
    let comparison = try Comparison(sides[0], sides[1])
    #expect(comparison.cells.filter { $0.row == "lora" }.map { $0.paired?.design.seeds } == [3, 3])
    #expect(comparison.rows.rows.map(\.pairs) == [3, 3] && comparison.rows.rows.map(\.tasks.count) == [1, 1])
  }

  @Test func nothingInCommonIsAnError() throws {
    let other = try experiment("t2", methods: "[fft]", tasks: "[rte]", seeds: "[0]")
    let error = #expect(throws: ReportError.self) { try Comparison(side(first()), side(other)) }
    #expect(
      error?.description
        == "t1 and t2 have no row on a task in common. t1: rows lora, aflora; tasks rte, mrpc. t2: rows fft; tasks rte.")
  }

  @Test func anExperimentBesideItselfIsTheSameRuns() throws {
    let one = try first()
    try one.add("lora", "rte", 0, [0.5])
    let part = try side(one, Narrowing(tasks: ["rte"], methods: ["lora"], seeds: [0]))
    let comparison = try Comparison(part, part)
    #expect(comparison.cells.map(\.same) == [1] && comparison.cells.map(\.difference) == [0] && comparison.changes.isEmpty)
    #expect(try comparison.rendered(.text).contains("\nNo setting differs between the rows that both have.\n"))
  }
}
