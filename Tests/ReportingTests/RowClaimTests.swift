// Claims on two rows: whether results show them, and the sentence that says so.
import Manifests
import Metrics
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct RowClaimTests {

  private func experiment(_ report: String = "baseline: lora") throws -> MadeUpExperiment {
    try MadeUpGains.experiment(
      ["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.mixed], report: report)
  }

  private func claim(
    _ row: String, _ relation: RowClaim.Relation, _ other: String, on task: String? = nil, within bound: Double? = nil,
    family: RowClaim.Family = .rows
  ) -> RowClaim {
    RowClaim(row: row, other: other, relation: relation, task: task, bound: bound, family: family)
  }

  private func sentence(_ claim: RowClaim, _ experiment: MadeUpExperiment) throws -> String {
    let settings = try experiment.manifest.experiment(.pocket).report
    return try #require(try ClaimSentence.markdown(claim, experiment.table(), bound: settings.equivalence))
  }

  @Test func onAverage() throws {
    let experiment = try experiment()
    #expect(
      try sentence(claim("aflora", .above, "lora"), experiment)
        == "**AFLoRA above LoRA, on average** (t1, pocket profile): "
        + "**holds**. +3.50 points, 95% interval [+1.54, +5.46], p = 0.031 by the sign-flip test over 6 tasks, adjusted for 2 rows "
        + "(least 0.031).")
    #expect(
      try sentence(claim("aflora", .below, "lora"), experiment)
        == "**AFLoRA below LoRA, on average** (t1, pocket profile): "
        + "**does not hold**. +3.50 points, 95% interval [+1.54, +5.46], p = 0.031 by the sign-flip test over 6 tasks, "
        + "adjusted for 2 rows (least 0.031).")
    #expect(
      try sentence(claim("lora", .below, "aflora"), experiment)
        == "**LoRA below AFLoRA, on average** (t1, pocket profile): "
        + "**holds**. −3.50 points, 95% interval [−5.46, −1.54], p = 0.031 by the sign-flip test over 6 tasks, adjusted for 2 rows "
        + "(least 0.031).")
    #expect(
      try sentence(claim("fft", .above, "lora"), experiment)
        == "**Full fine-tuning above LoRA, on average** (t1, pocket profile): "
        + "**not shown**. +0.18 points, 95% interval [−1.38, +1.77], p = 0.812 by the sign-flip test over 6 tasks, adjusted for "
        + "2 rows (least 0.031); the design could have detected 2.15; the sign does not hold without sst2 or qnli.")
    #expect(
      try sentence(claim("aflora", .above, "lora", family: .one), experiment)
        == "**AFLoRA above LoRA, on average** (t1, pocket profile): "
        + "**holds**. +3.50 points, 95% interval [+1.54, +5.46], p = 0.031 by the sign-flip test over 6 tasks, this one comparison "
        + "(least 0.031).")
  }

  @Test func onATask() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, 0, 0], [0, 0, 0]], "aflora": [[0.01, 0.012, 0.014], [-0.01, 0.01, 0.02]]], tasks: ["rte", "mrpc"])
    #expect(
      try sentence(claim("aflora", .above, "lora", on: "rte"), experiment)
        == "**AFLoRA above LoRA, on rte** (t1, pocket profile): "
        + "**holds**. +1.20 points, 95% interval [+0.70, +1.70], by Student's t over 3 seeds of one task, which says nothing of others."
    )
    #expect(
      try sentence(claim("aflora", .below, "lora", on: "rte"), experiment)
        == "**AFLoRA below LoRA, on rte** (t1, pocket profile): "
        + "**does not hold**. +1.20 points, 95% interval [+0.70, +1.70], by Student's t over 3 seeds of one task, which says "
        + "nothing of others.")
    #expect(
      try sentence(claim("aflora", .above, "lora", on: "mrpc"), experiment)
        == "**AFLoRA above LoRA, on mrpc** (t1, pocket profile): "
        + "**not shown**. +0.67 points, 95% interval [−3.13, +4.46], by Student's t over 3 seeds of one task, which says nothing of "
        + "others; the design could have detected 4.99.")
    #expect(
      try sentence(claim("aflora", .above, "lora"), experiment)
        == "**AFLoRA above LoRA, on average** (t1, pocket profile): "
        + "**not shown**. +0.93 points, 95% interval [−3.19, +3.59], p = 0.500 by the sign-flip test over 2 tasks (least 0.500); "
        + "so few tasks can show no difference.")
  }

  @Test func levelWithinABound() throws {
    let gains: KeyValuePairs = ["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.small]
    let experiment = try MadeUpGains.experiment(gains, report: "equivalence: 0.5")
    #expect(
      try sentence(claim("fft", .level, "lora"), experiment)
        == "**Full fine-tuning level within ±0.50 with LoRA, on average** (t1, pocket profile): "
        + "**holds**. 0.00 points, 90% interval [−0.07, +0.07] within the bound, two one-sided tests at 0.05 over 6 tasks.")
    #expect(
      try sentence(claim("fft", .level, "lora", within: 0.05), experiment)
        == "**Full fine-tuning level within ±0.05 with LoRA, on average** (t1, pocket profile): "
        + "**not shown**. 0.00 points, 90% interval [−0.07, +0.07] not within the bound, two one-sided tests at 0.05 over 6 tasks.")
    #expect(
      try sentence(claim("aflora", .level, "lora", within: 1), experiment)
        == "**AFLoRA level within ±1.00 with LoRA, on average** (t1, pocket profile): "
        + "**does not hold**. +3.50 points, 95% interval [+1.54, +5.46] outside of the bound, over 6 tasks.")
    let without = try MadeUpGains.experiment(gains)
    let error = try #require(throws: ReportError.self) { try sentence(claim("fft", .level, "lora"), without) }
    #expect(
      error.description
        == "'=' needs a bound, in points: write within=0.5 in the mark, or report: {equivalence: 0.5} in the manifest of t1.")
  }

  @Test func namesThatTheTableHasNotAreErrors() throws {
    let experiment = try experiment()
    func message(_ claim: RowClaim) throws -> String? {
      try #require(throws: ReportError.self) { try sentence(claim, experiment) }.description
    }
    #expect(
      try message(claim("alfora", .above, "lora")) == "t1 has no row 'alfora'. Did you mean 'aflora'? (rows: lora, aflora, fft)")
    #expect(try message(claim("aflora", .above, "dora"))?.hasPrefix("t1 has no row 'dora'.") == true)
    #expect(try message(claim("aflora", .above, "lora", on: "stsb"))?.hasPrefix("t1 has no task 'stsb'.") == true)
  }

  @Test func withoutPairsThereIsNoSentence() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, nil]], "aflora": [[nil, 0.1]]], tasks: ["rte"])
    #expect(try ClaimSentence.markdown(claim("aflora", .above, "lora"), experiment.table(), bound: nil) == nil)
  }

  @Test func onePairShowsNothing() throws {
    let experiment = try MadeUpGains.experiment(["lora": [[0]], "aflora": [[0.1]]], tasks: ["rte"])
    #expect(
      try sentence(claim("aflora", .above, "lora"), experiment)
        == "**AFLoRA above LoRA, on average** (t1, pocket profile): "
        + "**not shown**. +10.00 points, one task and one seed: no interval and no test.")
  }

  @Test func whatIsAboveInTheMeanMayStillBeCarriedByOneTask() throws {
    // all six tasks are above, but one alone by far: p is the least there is, and the interval holds zero
    var gains = [[Double?]](repeating: [0.001, 0.001], count: 6)
    gains[0] = [0.3, 0.3]
    let experiment = try MadeUpGains.experiment(
      ["lora": MadeUpGains.none, "aflora": gains])
    let row = try #require(try experiment.table().differences?.rows.first)
    let interval = try #require(row.estimate?.interval)
    #expect(row.test?.pValue == 1.0 / 32 && interval.low < 0)
    #expect(ClaimVerdict(.above, row, taskCount: 6, bound: 0, family: .rows) == .notShown)
  }

  @Test("equal differences are no proof: scores lie on a grid")
  func ties() throws {
    let seeds = try MadeUpGains.experiment(["lora": [[0, 0]], "aflora": [[0.01, 0.01]]], tasks: ["rte"])
    #expect(
      try sentence(claim("aflora", .above, "lora", on: "rte"), seeds)
        == "**AFLoRA above LoRA, on rte** (t1, pocket profile): **not shown**. +1.00 points, all 2 differences are "
        + "equal: no interval.")
    #expect(
      try sentence(claim("aflora", .level, "lora", on: "rte", within: 2), seeds)
        == "**AFLoRA level within ±2.00 with LoRA, on rte** (t1, pocket profile): **not shown**. +1.00 points, all 2 differences are "
        + "equal: no interval.")
    let tasks = try MadeUpGains.experiment(
      ["lora": MadeUpGains.none, "aflora": [[Double?]](repeating: [0.0, 0.02], count: 6)])
    #expect(
      try sentence(claim("aflora", .above, "lora"), tasks)
        == "**AFLoRA above LoRA, on average** (t1, pocket profile): **not shown**. +1.00 points, all 6 differences are equal: no "
        + "interval.")
  }

  @Test("on average is over all tasks of the table, or nothing is shown")
  func someTasks() throws {
    var one = [[Double?]](repeating: [nil, nil, nil], count: 6)
    one[3] = [0.03, 0.031, 0.032]
    let none = [[Double?]](repeating: [0, 0, 0], count: 6)
    let experiment = try MadeUpGains.experiment(["lora": none, "aflora": one])
    #expect(
      try sentence(claim("aflora", .above, "lora"), experiment)
        == "**AFLoRA above LoRA, on average** (t1, pocket profile): **not shown**. +3.10 points over 1 of 6 tasks, 95% interval "
        + "[+2.85, +3.35], by Student's t over 3 seeds of one task, which says nothing of others; only 1 of 6 tasks is there.")
    #expect(
      try sentence(claim("aflora", .level, "lora", within: 4), experiment)
        == "**AFLoRA level within ±4.00 with LoRA, on average** (t1, pocket profile): **not shown**. +3.10 points over 1 of 6 tasks, "
        + "90% interval [+2.93, +3.27] within the bound, by Student's t over 3 seeds of one task, which says nothing of others; only 1 "
        + "of 6 tasks is there.")
    #expect(try sentence(claim("aflora", .above, "lora", on: "rte"), experiment).contains("**holds**"), "of that task it is")
    var five = MadeUpGains.rising
    five[0] = [nil, nil]
    let most = try MadeUpGains.experiment(["lora": MadeUpGains.none, "aflora": five])
    let said = try sentence(claim("aflora", .above, "lora"), most)
    #expect(said.contains("**not shown**. +4.00 points over 5 of 6 tasks, "), "\(said)")
    #expect(said.hasSuffix("; only 5 of 6 tasks are there."), "\(said)")
  }

  @Test("seeds that one row lacks are counted")
  func someSeeds() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, 0, 0, 0]], "aflora": [[0.01, nil, 0.014, 0.012]]], tasks: ["rte"])
    try experiment.add("aflora", "rte", 1, [], outcome: .diverged(step: 7))
    let said = try sentence(claim("aflora", .above, "lora", on: "rte"), experiment)
    let found = "**holds**. +1.20 points over 3 of 4 pairs, 95% interval [+0.70, +1.70], by Student's t over 3 seeds"
    #expect(said.contains(found), "\(said)")
  }

  @Test("crossed seeds of one task count by initialisation and by order")
  func crossedSeeds() throws {
    let experiment = try MadeUpExperiment(
      MadeUpExperiment.plain.replacing("[rte, mrpc]", with: "[rte]")
        .replacing("seeds: [0, 1]", with: "seeds: {init: [0, 1], order: [0, 1]}"))
    for run in try experiment.runs() {
      let gain = run.row == "lora" ? 0 : 0.02 + 0.01 * Double(run.seed.initialization) + (run.seed == 1 ? 0.002 : 0)
      try experiment.add(run.row, "rte", run.seed, [0.5 + gain])
    }
    // as four draws of their own they would be shown, 2.55 ± 1.02; the means of init differ by 1.1, of orders by 0.1
    #expect(
      try sentence(claim("aflora", .above, "lora", on: "rte"), experiment)
        == "**AFLoRA above LoRA, on rte** (t1, pocket profile): **not shown**. +2.55 points, 95% interval [−4.47, +9.57], by Student's t "
        + "over 2 initialisations × 2 orders of one task, which says nothing of others; the design could have detected 9.02.")
    experiment.findings.records[RunKey(row: "aflora", task: "rte", seed: RunSeed(initialization: 0, order: 1))] = nil
    #expect(
      try sentence(claim("aflora", .above, "lora", on: "rte"), experiment)
        == "**AFLoRA above LoRA, on rte** (t1, pocket profile): **not shown**. +2.73 points over 3 of 4 pairs, seeds share initialisations "
        + "or orders, and not every combination is there: no interval.")
  }
}
