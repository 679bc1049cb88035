// Differences to a baseline: tasks as units, their tests and intervals, and where nothing is claimed.
import Manifests
import Metrics
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct BaselineDifferenceTests {
  private func differences(
    _ gains: KeyValuePairs<String, [[Double?]]>, report: String = "baseline: lora", tasks: [String] = MadeUpGains.tasks
  ) throws -> BaselineDifferences {
    try #require(try MadeUpGains.experiment(gains, report: report, tasks: tasks).table().differences)
  }

  @Test func tasksAreTheUnit() throws {
    let rows = try differences(["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.mixed]).rows
    #expect(rows.map(\.row) == ["aflora", "fft"] && rows.map(\.pairs) == [12, 12])
    let gain = rows[0], mixed = rows[1]
    #expect(gain.tasks.map(\.task) == MadeUpGains.tasks && gain.tasks.map(\.pairs) == [2, 2, 2, 2, 2, 2])
    #expect(gain.tasks.map(\.difference) == [0.01, 0.02, 0.03, 0.04, 0.05, 0.06])
    #expect(abs(try #require(gain.difference) - 0.035) < 1e-12 && gain.estimate?.unit == .tasks && gain.estimate?.units == 6)
    #expect([gain.better, gain.equal, gain.worse] == [6, 0, 0] && [mixed.better, mixed.equal, mixed.worse] == [2, 1, 3])
    // of 2^5 choices of signs one has a mean as large, and none of both rows'
    let test = try #require(gain.test)
    #expect(
      test.pValue == 1.0 / 32 && test.leastPValue == 1.0 / 32 && test.adjustedPValue == 1.0 / 32 && test.holmPValue == 2.0 / 32)
    let other = try #require(mixed.test)
    #expect(other.pValue > 0.5 && other.adjustedPValue >= other.pValue && other.holmPValue == other.pValue)
  }

  @Test func theIntervalAndWhatTheDesignFindsAreThoseOfTheTasks() throws {
    let row = try #require(try differences(["lora": MadeUpGains.none, "aflora": MadeUpGains.rising]).rows.first)
    let data = MadeUpGains.rising.map { gains in
      gains.enumerated().compactMap { seed, gain in
        gain.map { SeededValue(RunSeed(seed), BaselineDifferences.difference(0.5 + $0, 0.5)) }
      }
    }
    let expected = try #require(DifferenceEstimate(data)), interval = try #require(row.estimate?.interval)
    #expect(row.estimate == expected)
    // Student's width over six tasks: 2 · 2.5706 · 1.8708 / √6
    #expect(abs(interval.high - interval.low - 0.0392666) < 1e-6)
    let error = try #require(expected.standardError)
    #expect(row.detectable == error * minimalDetectableDifference(degreesOfFreedom: 5))
  }

  @Test func withoutAnyOneTask() throws {
    let gains: [[Double?]] = [
      [0.021, 0.021], [-0.009, -0.009], [0.031, 0.011], [-0.019, 0.001], [0.001, 0.001], [0.011, -0.029],
    ]
    let row = try #require(
      try differences(["lora": MadeUpGains.none, "aflora": gains]).rows.first)
    #expect(row.withoutTask.map(\.task) == MadeUpGains.tasks)
    // differences are 2.1, −0.9, 2.1, −0.9, 0.1, −0.9 points; their mean is 1.6 / 6
    #expect(row.leastWithoutTask == .init(task: "sst2", difference: -0.001))
    #expect(row.greatestWithoutTask == .init(task: "mrpc", difference: 0.005))
    #expect(row.carryingTasks == ["sst2", "qnli"])
    #expect(try #require(try differences(["lora": MadeUpGains.none, "aflora": MadeUpGains.rising]).rows.first).carryingTasks == [])
  }

  @Test func aTaskThatOneRowLacksIsNotCompared() throws {
    var gains = MadeUpGains.rising
    gains[2] = [nil, nil]
    gains[5] = [0.02, nil]
    let row = try #require(try differences(["lora": MadeUpGains.none, "aflora": gains]).rows.first)
    #expect(row.tasks.map(\.task) == ["sst2", "mrpc", "rte", "qqp", "cola"] && row.tasks.map(\.pairs) == [2, 2, 2, 2, 1])
    #expect(row.pairs == 9 && row.plannedPairs == 12 && row.tasks.map(\.planned) == [2, 2, 2, 2, 2])
    #expect(row.test?.leastPValue == 1.0 / 16 && row.meanRank == nil)
    #expect(abs(try #require(row.difference) - 0.028) < 1e-12)
  }

  @Test func ofOneTaskThereIsAnIntervalAndNoTest() throws {
    let row = try #require(
      try differences(["lora": [[0, 0, 0]], "aflora": [[0.01, 0.02, -0.01]]], tasks: ["rte"]).rows.first)
    #expect(row.estimate?.unit == .seeds && row.estimate?.units == 3 && row.test == nil && row.withoutTask == [])
    #expect([row.better, row.equal, row.worse] == [2, 0, 1], "seeds")
    let mean = SeedMean([0.01, 0.02, -0.01].enumerated().map { SeededValue(RunSeed($0), $1) })
    let expected = try #require(mean?.interval()), interval = try #require(row.estimate?.interval)
    #expect(abs(interval.low - expected.low) < 1e-12 && abs(interval.high - expected.high) < 1e-12)
    let one = try #require(try differences(["lora": [[0]], "aflora": [[0.01]]], tasks: ["rte"]).rows.first)
    #expect(one.difference == 0.01 && one.estimate?.interval == nil && one.detectable == nil)
  }

  @Test("where all differences are equal there is no interval, nothing detectable, and nothing level")
  func ties() throws {
    let report = "baseline: lora, equivalence: 2"
    let seeds = try #require(
      try differences(["lora": [[0, 0]], "aflora": [[0.01, 0.01]]], report: report, tasks: ["rte"]).rows.first)
    let tasks = try #require(
      try differences(["lora": MadeUpGains.none, "aflora": [[Double?]](repeating: [0.01, 0.01], count: 6)], report: report)
        .rows.first)
    for row in [seeds, tasks] {
      #expect(row.difference == 0.01 && row.estimate?.lack == .equal && row.estimate?.interval == nil)
      #expect(row.detectable == nil && row.isLevel == nil)
    }
    #expect(tasks.test?.pValue == 1.0 / 32, "the signs' test needs no spread")
  }

  @Test func aTaskCountsOnceWhateverNumberOfMetricsIsShown() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("profiles:", with: "report: {baseline: lora, metric: {mrpc: [accuracy, f1]}}\nprofiles:"))
    for run in try experiment.runs() {
      let gain = run.row == "lora" ? 0 : 0.01 * Double(run.seed.order + 1)
      experiment.findings.records[RunKey(run)] = try experiment.record(
        run, [[0.5 + gain]], extra: [Score(split: "validation", metric: "f1", value: 0.6 - gain)])
    }
    let table = try experiment.table(), row = try #require(table.differences?.rows.first)
    #expect(table.tasks.map(\.metric) == ["accuracy", "accuracy", "f1"])
    #expect(row.pairs == 4 && row.better == 2 && row.worse == 0 && row.tasks.map(\.task) == ["rte", "mrpc"], "\(row)")
    #expect(table.rows.map(\.meanRank) == [2, 1])
  }

  @Test func aTaskOfTwoValidationSetsCountsOnce() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("[rte, mrpc]", with: "[mnli, rte]")
        .replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
    for run in try experiment.runs() {
      let gain = run.row == "lora" ? 0 : 0.01, isBoth = run.task.id == "mnli"
      experiment.findings.records[RunKey(run)] = try experiment.record(
        run, [isBoth ? [0.5 + gain, 0.5 + 3 * gain] : [0.5 + 4 * gain]],
        splits: isBoth ? ["matched", "mismatched"] : ["validation"])
    }
    let row = try #require(try experiment.table().differences?.rows.first)
    #expect(row.tasks.map(\.difference) == [0.02, 0.04] && row.tasks.map(\.pairs) == [2, 2] && row.test?.leastPValue == 0.5)
    #expect(abs(try #require(row.difference) - 0.03) < 1e-12)
  }

  @Test func levelIsWhatLiesWithinTheManifestsBound() throws {
    let small = (0..<6).map { [Double?](repeating: 0.001 * Double($0 % 3 - 1), count: 2) }
    let gains: KeyValuePairs = ["lora": MadeUpGains.none, "aflora": small, "fft": MadeUpGains.rising]
    #expect(try differences(gains).rows.map(\.isLevel) == [nil, nil])
    let found = try differences(gains, report: "baseline: lora, equivalence: 0.5")
    #expect(found.equivalence == 0.005 && found.rows.map(\.isLevel) == [true, false])
    #expect(try differences(gains, report: "baseline: lora, equivalence: 0.05").rows.map(\.isLevel) == [false, false])
  }

  @Test func ranksAreOfTheRowsThatAreComplete() throws {
    var part = MadeUpGains.rising
    part[0] = [0.1, nil]
    let experiment = try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": part, "fft": MadeUpGains.mixed])
    let table = try experiment.table()
    // lora and fft on six tasks: fft is better on two, worse on three, equal on one
    #expect(table.rows.map(\.meanRank) == [8.5 / 6, nil, 9.5 / 6])
    #expect(table.differences?.meanRank == 8.5 / 6 && table.differences?.rows.map(\.meanRank) == [nil, 9.5 / 6])
  }

  @Test func programsReadAllDigits() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.mixed], report: "baseline: lora, equivalence: 1")
    let table = try experiment.table(), row = try #require(table.differences?.rows.first)
    let json = try JSONValue(json: JSONTable.render(table))
    #expect(json["differences"]?["baseline"] == .text("lora") && json["differences"]?["equivalence"] == .number(0.01))
    guard case .array(let rows)? = json["differences"]?["rows"], let first = rows.first else {
      Issue.record("the document has no differences")
      return
    }
    let interval = try #require(row.estimate?.interval), narrow = try #require(row.estimate?.equivalenceInterval)
    #expect(first["estimate"]?["interval"]?["low"] == .number(interval.low))
    #expect(first["estimate"]?["interval"]?["high"] == .number(interval.high))
    #expect(first["estimate"]?["equivalence_interval"]?["low"] == .number(narrow.low))
    #expect(first["estimate"]?["unit"] == .text("tasks") && first["estimate"]?["mean"] == .number(interval.mean))
    #expect(first["detectable"] == .number(try #require(row.detectable)) && first["is_level"] == .flag(false))
    #expect(first["test"]?["p_value"] == .number(1.0 / 32) && first["test"]?["least_p_value"] == .number(1.0 / 32))
    #expect(first["test"]?["adjusted_p_value"] == .number(1.0 / 32) && first["test"]?["holm_p_value"] == .number(1.0 / 16))
    guard case .array(let tasks)? = first["tasks"], case .array(let without)? = first["without_task"] else {
      Issue.record("\(first)")
      return
    }
    let members: [String: JSONValue] = [
      "task": .text("sst2"), "difference": .number(0.01), "pairs": .integer(2), "planned": .integer(2),
    ]
    #expect(tasks.count == 6 && tasks[0] == .object(members))
    #expect(first["pairs"] == .integer(12) && first["planned_pairs"] == .integer(12))
    #expect(without.count == 6 && without[5] == .object(["task": .text("cola"), "difference": .number(0.03)]))

    let lines = CSVTable.render(table).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let fields = Dictionary(zip(lines[0], lines[2]).map { (String($0), String($1)) }) { first, _ in first }
    #expect(
      fields["row"] == "aflora" && fields["baseline.low"] == "\(interval.low)" && fields["baseline.high"] == "\(interval.high)")
    #expect(
      fields["baseline.difference"] == "\(interval.mean)" && fields["baseline.tasks"] == "6" && fields["baseline.pairs"] == "12")
    #expect(fields["baseline.planned_pairs"] == "12")
    #expect(
      fields["baseline.p"] == "0.03125" && fields["baseline.p_adjusted"] == "0.03125" && fields["baseline.p_holm"] == "0.0625")
    #expect(fields["baseline.p_least"] == "0.03125" && fields["baseline.better"] == "6" && fields["baseline.level"] == "not shown")
    #expect(fields["baseline.without_task.least"] == "0.03" && fields["baseline.without_task.least.task"] == "cola")
    #expect(fields["baseline.without_task.greatest"] == "0.04" && fields["baseline.without_task.greatest.task"] == "sst2")
    #expect(fields["baseline.equivalence_low"] == "\(narrow.low)" && fields["mean_rank"] == "\(7.0 / 6)")
    #expect(lines[1].suffix(21).filter { !$0.isEmpty } == [], "the baseline has no difference to itself")
  }

  @Test func withoutPairsThereIsNothingToShow() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
    #expect(!MarkdownTable.render(try experiment.table()).contains("Difference to"))
    #expect(try MadeUpExperiment().table().differences == nil)
  }

  @Test func roundingTellsNoEqualDifferencesApart() throws {
    // 0.8 - 0.7 and 0.9 - 0.8 are not the same number, though both are ten points.
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("seeds: [0, 1]", with: "seeds: [0, 1, 2]")
        .replacing("profiles:", with: "report: {baseline: lora}\nprofiles:"))
    for run in try experiment.runs() {
      let base = 0.7 + 0.1 * Double(run.seed.order)
      try experiment.add(
        run.row, run.task.id, run.seed, [run.row == "lora" ? base : run.task.id == "rte" ? base + 0.1 : base - 0.1])
    }
    let row = try #require(try experiment.table().differences?.rows.first)
    #expect(row.difference == 0 && row.test?.pValue == 1 && row.tasks.map(\.difference) == [0.1, -0.1])
  }

  @Test func scoresThatAreNoSharesHaveNoEstimateAndStillStandInATable() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0], [0]], "aflora": [[1e305], [0.1]], "fft": [[0.1], [0.2]]], tasks: ["rte", "mrpc"])
    let table = try experiment.table(), rows = try #require(table.differences?.rows)
    #expect(rows[0].estimate == nil && rows[0].test == nil && rows[0].pairs == 2 && rows[1].test?.pValue == 0.5)
    for format in TableFormat.allCases {
      let report = try Report(experiment.manifest.experiment(.pocket), experiment.findings)
      #expect(try !report.rendered(format).isEmpty)
    }
  }
}
