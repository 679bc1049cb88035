// What the records of a search's runs come to.
import Manifests
import Metrics
import Records
import Settings
import Testing

@testable import Reporting

@Suite("What a search found")
struct SearchOutcomeTests {
  @Test("every score of the best epoch, and by them the winners")
  func whole() throws {
    let found = try MadeUpSearch.found()
    #expect(found.search == "s" && found.profile == .pocket && found.epoch == .best && found.seeds == [100, 101])
    #expect(found.settings == ["learning_rate"] && found.programs == ["0.1.0 (4f2c1ab, modified)"])
    #expect(found.model == .init(name: "some-model", digest: MadeUpExperiment.digest("d"), tokenizer: MadeUpExperiment.digest("e")))
    #expect(
      found.tasks.map(\.id) == ["rte", "mrpc"] && found.tasks[0].sets == ["validation"] && found.tasks[0].metric == "accuracy")
    let lora = try #require(found.method("lora"))
    #expect(lora.candidates[0].scores == [[0.5, 0.6], [0.52, 0.62]])
    #expect(lora.winner?.values == [.number(1e-2)] && lora.edges == [0])
    #expect(found.method("fft")?.winner?.values == [.number(3e-4)] && found.method("fft")?.edges == [])
    #expect(found.method("aflora")?.winner == nil && found.method("aflora")?.candidates[0].scores == [[0.3, nil], [0.32, nil]])
  }

  @Test("the last epoch's where the search says so")
  func lastEpoch() throws {
    let made = try MadeUpSearch.experiment(MadeUpSearch.text + "report: {protocol: last}\n")
    let (found, _) = TunedSettings.found(by: try made.manifest.experiment(.pocket), made.findings)
    #expect(found?.epoch == .last && found?.method("lora")?.candidates[0].scores == [[0.2, 0.2], [0.2, 0.2]])
    #expect(try found?.statement != MadeUpSearch.found().statement)
  }

  @Test("scores are of the rows that choose, never of those that are only reported")
  func choosingSets() throws {
    let made = try MadeUpSearch.experiment()
    for run in try made.runs() where run.row == "lora-learning-rate-0.001" {
      made.findings.records[RunKey(run)] = try made.record(
        run, [[0.6, 0.99], [0.7, 0.1]], splits: ["validation", "test"], heldOut: ["test"])
    }
    let (found, lacks) = TunedSettings.found(by: try made.manifest.experiment(.pocket), made.findings)
    #expect(lacks == [] && found?.method("lora")?.candidates[0].scores == [[0.7, 0.7], [0.7, 0.7]])
    for run in try made.runs() where run.row == "lora-learning-rate-0.001" {
      made.findings.records[RunKey(run)] = try made.record(run, [[0.6, 0.9]], splits: ["matched", "mismatched"])
    }
    let (both, _) = TunedSettings.found(by: try made.manifest.experiment(.pocket), made.findings)
    #expect(both?.method("lora")?.candidates[0].scores == [[0.75, 0.75], [0.75, 0.75]], "of several sets the mean")
  }

  @Test("a correlation without a value counts as 0 where the model answers everything alike, and is lacking else")
  func undefined() throws {
    let made = try MadeUpSearch.experiment(), run = try made.runs()[0]
    made.findings.records[RunKey(run)] = try made.record(run, [[.nan]], flags: [.collapsed])
    let experiment = try made.manifest.experiment(.pocket)
    #expect(TunedSettings.found(by: experiment, made.findings).outcome?.method("lora")?.candidates[0].scores[0] == [0, 0.6])
    made.findings.records[RunKey(run)] = try made.record(run, [[.nan]])
    let (outcome, lacks) = TunedSettings.found(by: experiment, made.findings)
    #expect(outcome == nil && lacks == ["lora-learning-rate-0.001 rte seed 100 has no score 'accuracy'"])
  }

  @Test("what is lacking is said, and then nothing was found")
  func lacking() throws {
    let made = try MadeUpSearch.experiment(), runs = try made.runs(), experiment = try made.manifest.experiment(.pocket)
    func lacks(_ change: (inout RunFindings) throws -> Void) rethrows -> [String] {
      var findings = made.findings
      try change(&findings)
      let (outcome, lacks) = TunedSettings.found(by: experiment, findings)
      #expect(outcome == nil)
      return lacks
    }
    #expect(
      lacks {
        $0.records[RunKey(runs[0])] = nil
        $0.records[RunKey(runs[5])] = nil
      } == ["2 of 36 runs missing"])
    #expect(
      try lacks { $0.records[RunKey(runs[0])] = try made.record(runs[0], [], outcome: .failed(message: "no memory")) }
        == ["lora-learning-rate-0.001 rte seed 100 failed: no memory"])
    #expect(
      lacks { $0.changed[RunKey(runs[0])] = "data files changed" }
        == ["lora-learning-rate-0.001 rte seed 100 is outdated: data files changed"])
    #expect(
      lacks { $0.unreadable[RunKey(runs[0])] = "damaged" } == ["lora-learning-rate-0.001 rte seed 100 cannot be used: damaged"])
    #expect(
      try lacks { $0.records[RunKey(runs[0])] = try made.record(runs[0], [[0.5]], model: "0") } == ["the runs are of 2 models"])
  }

  @Test("a table found nothing, and a part of a search finds for its part")
  func parts() throws {
    let table = try MadeUpExperiment()
    #expect(TunedSettings.found(by: try table.manifest.experiment(.pocket), table.findings).lacks == ["t1 is no search"])
    let made = try MadeUpSearch.experiment()
    let part = try made.manifest.experiment(.pocket).part(Narrowing(methods: ["lora"]))
    let (found, lacks) = TunedSettings.found(by: part, made.findings)
    #expect(lacks == [] && found?.methods.map(\.id) == ["lora"])
    #expect(try found?.statement != MadeUpSearch.found().statement, "which is not what the whole one found")
  }
}
