// The table of differences as people read it, and the lines below it.
import Manifests
import Records
import Testing

@testable import Reporting

@Suite struct DifferenceTableTests {
  private static func section(_ text: String) -> String {
    guard let start = text.range(of: "**Difference to"), let end = text.range(of: "\n- profile") else { return text }
    return String(text[start.lowerBound..<end.lowerBound])
  }

  private func experiment(report: String = "baseline: lora") throws -> MadeUpExperiment {
    try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.mixed], report: report)
  }

  @Test func overTasks() throws {
    let text = Self.section(MarkdownTable.render(try experiment().table()))
    #expect(
      text == """
        **Difference to LoRA**

        | method | difference | 95% interval | p | detectable | better / equal / worse | without one task | mean rank |
        |---|--:|--:|--:|--:|--:|--:|--:|
        | AFLoRA | +3.50 | \\[+1.54, +5.46\\] | 0.031 | 2.68 | 6 / 0 / 0 | +3.00 … +4.00 | 1.17 |
        | Full fine-tuning | +0.18 | \\[−1.38, +1.77\\] | 0.812 | 2.15 | 2 / 1 / 3 | −0.20 … +0.42 | 2.42 |

        In points. Tasks are the unit: each counts once, by its mean over the seeds of both rows. 95% interval: hierarchical bootstrap over \
        tasks and seeds, as wide as Student's t over tasks.\u{20}\u{20}
        p: sign-flip test over tasks, two-sided, adjusted for 2 rows (Westfall and Young). 6 tasks allow no p below 0.031.\u{20}\u{20}
        Detectable: the true difference that such an interval shows four times in five, at the spread seen. Without one task: the least and \
        the greatest difference when any one is left out; the sign does not hold for Full fine-tuning without sst2 or qnli. Mean rank \
        over tasks: 1 is the best of 3 rows; LoRA has 2.42.

        """, "\(text)")
  }

  @Test func aBoundHasItsColumnAndLine() throws {
    let text = Self.section(MarkdownTable.render(try experiment(report: "baseline: lora, equivalence: 4.5").table()))
    #expect(
      text == """
        **Difference to LoRA**

        | method | difference | 95% interval | p | detectable | better / equal / worse | without one task | mean rank | level within ±4.50 |
        |---|--:|--:|--:|--:|--:|--:|--:|--:|
        | AFLoRA | +3.50 | \\[+1.54, +5.46\\] | 0.031 | 2.68 | 6 / 0 / 0 | +3.00 … +4.00 | 1.17 | not shown |
        | Full fine-tuning | +0.18 | \\[−1.38, +1.77\\] | 0.812 | 2.15 | 2 / 1 / 3 | −0.20 … +0.42 | 2.42 | yes |

        In points. Tasks are the unit: each counts once, by its mean over the seeds of both rows. 95% interval: hierarchical bootstrap over \
        tasks and seeds, as wide as Student's t over tasks.\u{20}\u{20}
        p: sign-flip test over tasks, two-sided, adjusted for 2 rows (Westfall and Young). 6 tasks allow no p below 0.031.\u{20}\u{20}
        Detectable: the true difference that such an interval shows four times in five, at the spread seen. Without one task: the least and \
        the greatest difference when any one is left out; the sign does not hold for Full fine-tuning without sst2 or qnli. Mean rank \
        over tasks: 1 is the best of 3 rows; LoRA has 2.42.\u{20}\u{20}
        Level: the 90% interval lies within ±4.50, the bound that the manifest states (two one-sided tests at 0.05).

        """, "\(text)")
  }

  @Test func fewTasksShowNothing() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0], [0]], "aflora": [[0.01], [0.03]]], tasks: ["rte", "mrpc"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(
      text == """
        **Difference to LoRA**

        | method | difference | 95% interval | p | detectable | better / equal / worse | without one task | mean rank |
        |---|--:|--:|--:|--:|--:|--:|--:|
        | AFLoRA | +2.00 | \\[−10.71, +14.71\\] | 0.500 | 16.33 | 2 / 0 / 0 | +1.00 … +3.00 | 1.00 |

        In points. Tasks are the unit: each counts once, by its mean over the seeds of both rows. 95% interval: hierarchical bootstrap over \
        tasks and seeds, as wide as Student's t over tasks.\u{20}\u{20}
        p: sign-flip test over tasks, two-sided. 2 tasks allow no p below 0.500, so that nothing can be shown.\u{20}\u{20}
        Detectable: the true difference that such an interval shows four times in five, at the spread seen. Without one task: the least and \
        the greatest difference when any one is left out. Mean rank \
        over tasks: 1 is the best of 2 rows; LoRA has 2.00.

        """, "\(text)")
  }

  @Test func ofOneTaskSeedsAreCompared() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, 0, 0]], "aflora": [[0.01, 0.02, 0.06]]], tasks: ["rte"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(
      text == """
        **Difference to LoRA**

        | method | difference | 95% interval | detectable | better / equal / worse |
        |---|--:|--:|--:|--:|
        | AFLoRA | +3.00 | \\[−3.57, +9.57\\] | 8.64 | 3 / 0 / 0 |

        In points, paired by seed. 95% interval: Student's t over the seeds. One task has no test: nothing is said of others.\u{20}\u{20}
        Detectable: the true difference that such an interval shows four times in five, at the spread seen.

        """, "\(text)")
  }

  @Test func onePairHasNoInterval() throws {
    let experiment = try MadeUpGains.experiment(["lora": [[0]], "aflora": [[0.01]]], tasks: ["rte"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(
      text == """
        **Difference to LoRA**

        | method | difference | better / equal / worse |
        |---|--:|--:|
        | AFLoRA | +1.00 | 1 / 0 / 0 |

        In points. One task and one seed of both rows: no interval, no test and no claim.

        """, "\(text)")
  }

  @Test func aPartOfTheTasksIsSaidToBeOne() throws {
    var gains = MadeUpGains.rising
    gains[1] = [nil, nil]
    let experiment = try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": gains])
    #expect(MarkdownTable.render(try experiment.table()).contains("| AFLoRA | +3.80 (5 of 6 tasks) | "))
  }

  @Test("equal differences are told to have no interval")
  func ties() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, 0, 0]], "aflora": [[0.01, 0.01, 0.01]], "fft": [[0.01, 0.02, 0.06]]], tasks: ["rte"])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(text.contains("| AFLoRA | +1.00 | — | — | 3 / 0 / 0 |"), "\(text)")
    #expect(text.contains("| Full fine-tuning | +3.00 | \\[−3.57"), "\(text)")
    #expect(text.contains("\nNo interval, and no claim, of AFLoRA: all differences are equal."), "\(text)")
    let all = try MadeUpGains.experiment(["lora": [[0, 0]], "aflora": [[0.01, 0.01]]], tasks: ["rte"])
    #expect(
      Self.section(MarkdownTable.render(try all.table())) == """
        **Difference to LoRA**

        | method | difference | better / equal / worse |
        |---|--:|--:|
        | AFLoRA | +1.00 | 2 / 0 / 0 |

        In points, paired by seed. One task has no test: nothing is said of others.\u{20}\u{20}
        No interval, and no claim, of AFLoRA: all differences are equal.

        """)
  }

  @Test("pairs that are planned and not there are counted")
  func missingPairs() throws {
    var gains = MadeUpGains.rising
    gains[1] = [nil, nil]
    gains[5] = [0.02, nil]
    let experiment = try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": gains, "fft": MadeUpGains.mixed])
    try experiment.add("fft", "rte", 0, [], outcome: .diverged(step: 3))
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(text.contains("| AFLoRA | +3.00 (5 of 6 tasks, 9 of their 10 pairs) | "), "\(text)")
    #expect(text.contains("| Full fine-tuning | +0.35 (11 of 12 pairs) | "), "\(text)")
    #expect(
      text.contains(
        "\nA pair is a seed of a task that counts in both rows: one that diverged or is missing in either is in no difference."),
      "\(text)")
  }

  @Test("rows with one task stand over its seeds beside rows over tasks")
  func oneTaskAmongSeveral() throws {
    var one = [[Double?]](repeating: [nil, nil], count: 6)
    one[3] = [0.01, 0.02]
    let experiment = try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": one])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(
      text.contains("| Full fine-tuning | +1.50 (1 of 6 tasks) | \\[−4.85, +7.85\\] | — | 8.17 | 2 / 0 / 0 | — | — |"), "\(text)")
    #expect(
      text.contains(
        "Rows with one task: interval (Student's t over the seeds), detectable and better / equal / worse are over its seeds; nothing is "
          + "said of other tasks."), "\(text)")
  }

  @Test("a baseline that lacks runs has no mean rank, which is told")
  func baselineWithoutRank() throws {
    var part = MadeUpGains.none
    part[0] = [0, nil]
    let experiment = try MadeUpGains.experiment(["lora": part, "aflora": MadeUpGains.rising, "fft": MadeUpGains.mixed])
    let text = Self.section(MarkdownTable.render(try experiment.table()))
    #expect(text.contains(" | mean rank |"), "\(text)")
    #expect(
      text.contains("Mean rank over tasks: 1 is the best of 2 rows; LoRA has none, for it lacks runs that others have."), "\(text)")
  }

  @Test("how seeds of one task lie on their axes")
  func seedDesigns() throws {
    func notes(_ seeds: String) throws -> String {
      let experiment = try MadeUpExperiment(
        MadeUpExperiment.plain.replacing("[rte, mrpc]", with: "[rte]").replacing("seeds: [0, 1]", with: "seeds: \(seeds)")
          .replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
      for run in try experiment.runs() {
        let gain = run.row == "lora" ? 0 : 0.01 * Double(run.seed.initialization + 2 * run.seed.order)
        try experiment.add(run.row, "rte", run.seed, [0.5 + gain])
      }
      return MarkdownTable.render(try experiment.table())
    }
    let crossed = try notes("{init: [0, 1], order: [0, 1, 2]}")
    #expect(
      crossed.contains(
        "95% interval: Student's t over the means of initialisations and those of orders, with one degree of freedom less than there are of "
          + "the fewer. One task has no test"), "\(crossed)")
    let oneOrder = try notes("{init: [0, 1, 2], order: [0]}")
    #expect(
      oneOrder.contains(
        "95% interval: Student's t over the seeds. The seeds have one order in common: nothing is said of others. One task"),
      "\(oneOrder)")
  }

  @Test("a screen of 100 columns holds the table of differences in one block")
  func onAScreen() throws {
    let table = try experiment().table()
    let lines = TextTable.render(table, TextTable.Layout(columns: 100)).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 100 })
    let start = try #require(lines.firstIndex(of: "Difference to LoRA"))
    #expect(lines[start...].count { $0.hasPrefix("──") } == 1, "\(lines[start...].joined(separator: "\n"))")
    #expect(lines[start...].contains { $0.contains("without") && $0.contains("rank") })
  }

  @Test func laTeXHasTheSameCells() throws {
    let text = LaTeXTable.render(try experiment().table())
    #expect(
      text.contains(
        "    method & difference & 95\\% interval & p & detectable & better / equal / worse & without one task & mean rank \\\\\n"))
    #expect(text.contains(" \\ldots{} "))
  }
}
