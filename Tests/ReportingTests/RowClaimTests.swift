// Claims on two rows: whether results show them, and the sentence that says so.
import Manifests
import Metrics
import Records
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
    let made = try #require(try ClaimSentence.markdown(claim, experiment.table(), bound: settings.equivalence))
    print("SENTENCE", claim.row, claim.relation, claim.other, claim.task ?? "average", claim.bound ?? 0, claim.family, ":", made)
    return made
  }

  @Test func onAverage() throws {
    let experiment = try experiment()
    #expect(try sentence(claim("aflora", .above, "lora"), experiment) == "HOLDS")
    #expect(try sentence(claim("aflora", .below, "lora"), experiment) == "FAILS")
    #expect(try sentence(claim("lora", .below, "aflora"), experiment) == "MIRROR")
    #expect(try sentence(claim("fft", .above, "lora"), experiment) == "NOTSHOWN")
    #expect(try sentence(claim("aflora", .above, "lora", family: .one), experiment) == "ALONE")
  }

  @Test func onATask() throws {
    let experiment = try MadeUpGains.experiment(
      ["lora": [[0, 0, 0], [0, 0, 0]], "aflora": [[0.01, 0.012, 0.014], [-0.01, 0.01, 0.02]]], tasks: ["rte", "mrpc"])
    #expect(try sentence(claim("aflora", .above, "lora", on: "rte"), experiment) == "TASKHOLDS")
    #expect(try sentence(claim("aflora", .below, "lora", on: "rte"), experiment) == "TASKFAILS")
    #expect(try sentence(claim("aflora", .above, "lora", on: "mrpc"), experiment) == "TASKNOTSHOWN")
    #expect(try sentence(claim("aflora", .above, "lora"), experiment) == "FEWTASKS")
  }

  @Test func levelWithinABound() throws {
    let gains: KeyValuePairs = ["lora": MadeUpGains.none, "aflora": MadeUpGains.rising, "fft": MadeUpGains.small]
    let experiment = try MadeUpGains.experiment(gains, report: "equivalence: 0.5")
    #expect(try sentence(claim("fft", .level, "lora"), experiment) == "LEVEL")
    #expect(try sentence(claim("fft", .level, "lora", within: 0.05), experiment) == "NOTLEVEL")
    #expect(try sentence(claim("aflora", .level, "lora", within: 1), experiment) == "OUTSIDE")
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
    #expect(try sentence(claim("aflora", .above, "lora"), experiment) == "ONEPAIR")
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
    #expect(ClaimVerdict(.above, row, bound: 0, family: .rows) == .notShown)
  }
}
