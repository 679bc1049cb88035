// Where the variance of crossed seeds comes from, from records to each form of the table.
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct VarianceTableTests {
  private static func manifest(tasks: String = "[rte, mrpc]", seeds: String = "{init: [0, 1], order: [0, 1, 2]}") -> String {
    MadeUpExperiment.plain.replacing("[rte, mrpc]", with: tasks).replacing("seeds: [0, 1]", with: "seeds: \(seeds)")
  }

  /// Scores of which a part is the initialisation's, a part the order's, and a part the combination's own.
  private func score(_ seed: RunSeed, _ task: String, initialization: Double, order: Double, own: Double) -> Double {
    let sign = (seed.initialization + seed.order) % 2 == 0 ? 1.0 : -1
    return 0.8 + initialization * Double(seed.initialization) + order * Double(seed.order) + own * sign + (task == "rte" ? 0.05 : 0)
  }

  /// LoRA's scores differ by initialisation, AFLoRA's by order, both a little by the combination.
  private func whole(own: Double = 0.001) throws -> MadeUpExperiment {
    let experiment = try MadeUpExperiment(Self.manifest())
    for run in try experiment.runs() {
      let score =
        run.row == "lora"
        ? score(run.seed, run.task.id, initialization: 0.02, order: 0, own: own)
        : score(run.seed, run.task.id, initialization: 0, order: 0.03, own: 0.001)
      try experiment.add(run.row, run.task.id, run.seed, [score])
    }
    return experiment
  }

  @Test func cellsAreOverAllCombinationsAndTheirVarianceIsSplit() throws {
    let table = try whole().table(), variance = try #require(table.variance)
    #expect(table.seeds.count == 6 && table.rows[0].cells[0].countedRuns == 6)
    #expect(variance.initializations == [0, 1] && variance.orders == [0, 1, 2])
    #expect(
      variance.lines.map(\.name) == [
        "LoRA, rte", "LoRA, mrpc", "LoRA, all tasks", "AFLoRA, rte", "AFLoRA, mrpc", "AFLoRA, all tasks", "all methods, all tasks",
      ])
    // by hand: components of 1.86 · 10⁻⁴ of initialisations and 8/3 · 10⁻⁶ of the rest, and less than none of orders
    let lora = try #require(variance.lines[0].split)
    #expect(abs(lora.deviation - (0.000186 + 8e-6 / 3).squareRoot()) < 1e-12)
    #expect(abs(lora.initialization.value - 0.000186 / (0.000186 + 8e-6 / 3)) < 1e-9 && lora.order.value == 0)
    // F(1, 2) of 210.25
    #expect(abs((lora.initializationPValue ?? 0) - 0.00472257657) < 1e-9 && lora.heavier == .initialization)
    #expect(lora.negative == ["order"])
    // three orders 0.03 apart have 0.0009; the combinations' own part is in the rest, and means of rows and columns share in it
    let aflora = try #require(variance.lines[3].split)
    #expect(aflora.order.value > 0.98 && aflora.initialization.value < 0.01 && aflora.heavier == .order)
    let pooled = try #require(variance.lines[2].split), one = try #require(variance.lines[1].split)
    #expect(abs(pooled.deviation - one.deviation) < 1e-12, "of one run, not of a sum of tasks")
    #expect(pooled.initializationPValue == nil)
    let all = try #require(variance.lines[6].split)
    #expect(variance.lines[6].row == nil && variance.lines[6].layouts == 4 && variance.lines[6].best == nil)
    #expect(all.initialization.value > 0.1 && all.order.value > 0.5)
  }

  @Test func theBestInitialisationHasItsLeadAndItsRank() throws {
    let lines = try #require(try whole().table().variance?.lines)
    let best = try #require(lines[0].best)
    #expect(best.seed == 1 && abs(best.lead - 0.029 / 3) < 1e-12 && best.meanRank == 1)
    #expect(abs((best.pValue ?? 0) - 0.00472257657) < 1e-9)
    let pooled = try #require(lines[2].best)
    // two tasks that agree on two initialisations do so in half of all cases
    #expect(pooled.seed == 1 && abs(pooled.lead - 0.029 / 3) < 1e-12 && abs((pooled.pValue ?? 0) - 0.5) < 0.03)
  }

  @Test func markdownHasATableOfItsOwn() throws {
    let text = MarkdownTable.render(try whole().table())
    #expect(
      text.contains(
        "Cells: mean ± sample standard deviation over 6 combinations of seeds (init 0, 1 × order 0, 1, 2) of the best epoch"),
      "\(text)")
    #expect(
      text.contains(
        """

        **Where the variance comes from**

        | method, task | deviation | init | order | init × order | init − order | best init |
        |---|--:|--:|--:|--:|--:|--:|
        | LoRA, rte | 1.37 | 99 \\[
        """), "\(text)")
    #expect(text.contains("| 1 (+0.97, p 0.005) |") && !text.contains("nothing is left"), "\(text)")
    #expect(
      text.contains(
        "init − order tells which weighs more where its interval does not hold 0: initialisation weighs more for LoRA; order weighs more "
          + "for AFLoRA."), "\(text)")
    #expect(text.contains("a task has 1, 2 and 2 degrees of freedom."))
    let plain = TextTable.render(try whole().table(), TextTable.Layout(columns: 100))
    #expect(plain.contains("\nWhere the variance comes from\n\n") && plain.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let latex = LaTeXTable.render(try whole().table())
    #expect(latex.contains("\\textbf{Where the variance comes from}") && latex.contains("init $\\times$ order"))
  }

  @Test("without an interaction there is no interval, no p, and nothing weighs more")
  func withoutInteraction() throws {
    let table = try whole(own: 0).table(), lines = try #require(table.variance?.lines), split = try #require(lines[0].split)
    #expect(abs(split.deviation - 0.0002.squareRoot()) < 1e-12 && abs(split.initialization.value - 1) < 1e-12)
    #expect(split.initializationPValue == nil && split.heavier == nil && lines[0].best?.pValue == nil)
    let text = MarkdownTable.render(table)
    #expect(
      text.contains("| LoRA, rte | 1.41 | 100 \\[—\\] | 0 \\[—\\] | 0 \\[—\\] | +100 \\[—\\] | 1 (+1.00) |"), "\(text)")
    #expect(text.contains("nothing is left beside init and order, so there is no interval and no F test."), "\(text)")
    #expect(text.contains("order weighs more for AFLoRA; the two are not told apart for LoRA."), "\(text)")
    let fields = CSVTable.render(table).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let place = try #require(fields[0].firstIndex(of: "rte.variance.init.low"))
    #expect(fields[1][place].isEmpty && !fields[2][place].isEmpty)
  }

  @Test("a row in which nothing varies is told")
  func constant() throws {
    let experiment = try whole()
    for run in try experiment.runs() where run.row == "lora" && run.task.id == "rte" {
      try experiment.add(run.row, run.task.id, run.seed, [0.7])
    }
    let text = MarkdownTable.render(try experiment.table())
    #expect(text.contains("| LoRA, rte | — | — | — | — | — | — |"), "\(text)")
    #expect(text.contains("— of LoRA, rte: all scores are equal, and nothing varies."), "\(text)")
    #expect(!text.contains("a combination is missing"), "\(text)")
  }

  @Test func programsGetEveryNumber() throws {
    let table = try whole().table()
    let lines = CSVTable.render(table).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let header = lines[0].map(String.init)
    func value(_ name: String, _ row: Int) throws -> String {
      String(lines[row][try #require(header.firstIndex(of: name), "\(name) in \(header)")])
    }
    #expect(try value("rte.variance.layouts", 1) == "1" && value("variance.layouts", 1) == "2")
    #expect(abs(try #require(Double(value("rte.variance.init", 1))) - 0.98586572438) < 1e-9)
    #expect(try value("variance.best_init", 1) == "1" && value("variance.init.p", 1) == "")
    #expect(try #require(Double(value("variance.init_less_order.high", 2))) < 0)
    #expect(
      try value("rte.accuracy.states", 1) == "0:completed 0x1:completed 0x2:completed 1x0:completed 1:completed 1x2:completed")
    let json = try JSONValue(json: JSONTable.render(table))
    #expect(json["seeds"] == .array(table.seeds.map(\.json)))
    #expect(json["variance"]?["initializations"] == .array([.integer(0), .integer(1)]))
    guard case .array(let members)? = json["variance"]?["lines"] else {
      Issue.record("no lines")
      return
    }
    #expect(members.count == 7 && members[0]["split"]?["initialization"]?["low"] != nil && members[6]["row"] == nil)
  }

  @Test func aCombinationThatIsMissingLeavesItsTaskOut() throws {
    let experiment = try whole(), seed = RunSeed(initialization: 1, order: 2)
    experiment.findings.records[RunKey(row: "lora", task: "rte", seed: seed)] = nil
    let table = try experiment.table(), variance = try #require(table.variance)
    #expect(variance.lines[0].split == nil && variance.lines[0].best == nil && variance.lines[1].split != nil)
    #expect(variance.lines[2].name == "LoRA, all tasks (1 of 2)" && variance.lines[2].split != nil)
    let text = MarkdownTable.render(table)
    #expect(text.contains("| LoRA, rte | — | — | — | — | — | — |"), "\(text)")
    #expect(text.contains("—, or fewer tasks: a combination is missing or does not count."))
    #expect(text.contains("- lora, rte: init 1 order 2 missing\n"), "\(text)")
  }

  @Test func seedsThatAreNotCrossedHaveNoSuchTable() throws {
    for seeds in ["[0, 1]", "{init: [0, 1, 2], order: [0]}"] {
      let experiment = try MadeUpExperiment(Self.manifest(seeds: seeds))
      for run in try experiment.runs() { try experiment.add(run.row, run.task.id, run.seed, [0.5]) }
      let table = try experiment.table()
      #expect(table.variance == nil && !MarkdownTable.render(table).contains("variance"), "\(seeds)")
      #expect(!CSVTable.render(table).contains("variance"))
    }
    let some = MarkdownTable.render(try MadeUpExperiment(Self.manifest(seeds: "{init: [0, 1, 2], order: [0]}")).table())
    #expect(some.contains("over 3 seeds (0, 1x0, 2x0)"), "\(some)")
  }

  @Test func equalScoresHaveNoVarianceToSplit() throws {
    let experiment = try MadeUpExperiment(Self.manifest(tasks: "[rte]"))
    for run in try experiment.runs() { try experiment.add(run.row, "rte", run.seed, [0.7]) }
    let table = try experiment.table()
    #expect(table.variance?.isShown == false && !MarkdownTable.render(table).contains("Where the variance"))
  }

  @Test func aTaskOfSeveralMetricsCountsInItsFirst() throws {
    let experiment = try MadeUpExperiment(
      Self.manifest(tasks: "[mrpc]").replacing("profiles:", with: "report: {metric: {mrpc: [accuracy, f1]}}\nprofiles:"))
    for run in try experiment.runs() {
      experiment.findings.records[RunKey(run)] = try experiment.record(
        run, [[0.5 + 0.01 * Double(run.seed.order)]],
        extra: [Score(split: "validation", metric: "f1", value: 0.6 + 0.01 * Double(run.seed.initialization))])
    }
    let lines = try #require(try experiment.table().variance?.lines)
    #expect(lines.map(\.name) == ["LoRA, mrpc", "AFLoRA, mrpc", "all methods, all tasks"])
    #expect(abs((lines[0].split?.order.value ?? 0) - 1) < 1e-9)
  }
}
