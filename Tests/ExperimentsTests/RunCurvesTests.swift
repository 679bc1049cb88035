// The points of a run's curves, and when they were made.
import Foundation
import Records
import Testing

@testable import Experiments

@Suite("Points of curves")
struct RunCurvesTests {
  @Test("of several validation sets each has curves of its own; what has no value has no point, and what is infinite has one")
  func sets() {
    let epoch = EpochScores(
      epoch: 1, step: 6,
      scores: [
        Score(split: "validation", metric: "accuracy", value: 0.5), Score(split: "matched", metric: "accuracy", value: 0.25),
        Score(split: "mismatched", metric: "f1", value: .nan),
        Score(split: "mismatched", metric: "token-loss", value: .infinity),
      ])
    #expect(epoch.scalars.map(\.tag) == ["validation/accuracy", "validation/matched/accuracy", "validation/mismatched/token-loss"])
    #expect(epoch.scalars.map(\.value) == [0.5, 0.25, .infinity])
    #expect(RunCurves.Update(loss: .infinity, learningRate: 0).scalars(isPreliminary: true).map(\.value) == [.infinity, 0])
  }

  private func segment(_ started: String, _ first: Int, _ last: Int, seconds: Double) -> TimingSegment {
    TimingSegment(
      started: started, firstStep: first, lastStep: last, trainingSeconds: seconds, evaluationSeconds: 0, otherSeconds: 0,
      tokens: 0,
      peakMemoryBytes: 0, threads: 1)
  }

  @Test("an update's time lies within the stretch that it was made in, as far as one tells")
  func times() {
    let times = UpdateTimes(
      TimingRecord(
        identity: "",
        segments: [
          segment("2026-01-01T00:00:00Z", 0, 4, seconds: 40), segment("2026-01-02T00:00:00Z", 4, 6, seconds: 10),
          segment("no time", 6, 8, seconds: 1), segment("2026-01-03T00:00:00Z", .min, .max, seconds: 1e300),
        ]))
    let day = Date(timeIntervalSince1970: 1_767_225_600)
    #expect(times.time(of: 1) == day.addingTimeInterval(10) && times.time(of: 4) == day.addingTimeInterval(40))
    #expect(times.time(of: 5) == day.addingTimeInterval(86_405))
    #expect(times.time(of: 0) == nil && times.time(of: 7) == nil)
    #expect(UpdateTimes(nil).time(of: 1) == nil)
  }
}
