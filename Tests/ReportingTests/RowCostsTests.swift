// What rows cost, from records and timings, and what is said of times.
import Foundation
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct RowCostsTests {
  private func segment(
    from first: Int = 0, to last: Int, seconds: Double, memory: Int = 1, threads: Int = 1, isAlone: Bool = false
  ) -> TimingSegment {
    TimingSegment(
      started: "", firstStep: first, lastStep: last, trainingSeconds: seconds, evaluationSeconds: 100, otherSeconds: 100, tokens: 1,
      peakMemoryBytes: memory, threads: threads, stepSeconds: isAlone ? [] : nil)
  }

  /// Runs of the row `lora`: a task, a seed, segments of its timing, and its mean of trainable parameters.
  private func runs(
    _ all: [(task: String, seed: Int, segments: [TimingSegment], parameters: Double)], measures: [String: Double]? = nil
  ) throws -> [FigureRun] {
    let experiment = try MadeUpExperiment()
    return try all.map { run in
      let specification = try experiment.specification("lora", run.task, run.seed)
      let counts = TrainableParameters(initial: 9, final: 1, average: run.parameters)
      return FigureRun(
        label: "LoRA", row: "lora", task: run.task, seed: RunSeed(run.seed), options: specification.options,
        record: try experiment.record(specification, [[0.5]], parameters: counts, measures: measures),
        timing: run.segments.isEmpty ? nil : TimingRecord(identity: "", segments: run.segments), folder: experiment.folder)
    }
  }

  @Test func eachTaskCountsOnceAndTheMedianOfItsSeeds() throws {
    let costs = RowCosts(
      try runs([
        ("rte", 0, [segment(to: 10, seconds: 20, memory: 5)], 100), ("rte", 1, [segment(to: 10, seconds: 22, memory: 7)], 104),
        ("mrpc", 0, [segment(to: 10, seconds: 2, memory: 6)], 108),
      ]), tasks: ["rte", "mrpc"])
    #expect(costs.value(.parameters) == 104)
    #expect(costs.value(.time) == 11.5)
    #expect(costs.value(.memory) == 7)
    #expect(costs.value(.operations) == 1000)
    #expect(costs.value(.kept) == nil)
  }

  @Test func whatNoRunSaysIsNotThere() throws {
    let costs = RowCosts(
      try runs([("rte", 0, [segment(to: 10, seconds: 20)], 1), ("mrpc", 0, [], 1)], measures: ["kept.parameters": 40]),
      tasks: ["rte", "mrpc"])
    #expect(costs.value(.time) == nil, "not of one task for another's")
    #expect(costs.value(.memory) == 1)
    #expect(costs.value(.kept) == 40)
    let none = RowCosts([], tasks: ["rte"])
    #expect(CostQuantity.allCases.allSatisfy { none.value($0) == nil })
  }

  @Test func aResumedRunsTimeIsThatOfEachUpdateOnce() throws {
    // ten of the twenty updates were made twice
    let segments = [segment(to: 15, seconds: 15), segment(from: 5, to: 20, seconds: 15)]
    #expect(TimingRecord(identity: "", segments: segments).wholeTrainingSeconds == 20)
    #expect(TimingRecord(identity: "", segments: []).wholeTrainingSeconds == nil)
    #expect(TimingRecord(identity: "", segments: [segment(to: 0, seconds: 3)]).wholeTrainingSeconds == nil)
  }

  @Test func timesSayHowTheyWereTaken() throws {
    func phrase(_ segments: [TimingSegment]) throws -> String {
      CostConditions(try runs(segments.enumerated().map { ("rte", $0, [$1], 1) })).phrase
    }
    let alone = segment(to: 10, seconds: 1, threads: 2, isAlone: true)
    #expect(try phrase([alone, alone]) == "timed alone, 2 threads")
    #expect(
      try phrase([segment(to: 10, seconds: 1), segment(to: 10, seconds: 1)])
        == "not timed alone, 1 thread: other runs slow it down")
    #expect(
      try phrase([alone, segment(to: 10, seconds: 1, threads: 2)]) == "not timed alone, 2 threads: other runs slow it down",
      "one that was not is enough")
    #expect(try phrase([alone, segment(to: 10, seconds: 1, isAlone: true)]) == "on 1 and 2 threads: not to be compared")
    let none = CostConditions(try runs([("rte", 0, [], 1)]))
    #expect(!none.isTimed && !none.isAlone && none.processors == [] && none.phrase == "no run was timed")
  }
}
