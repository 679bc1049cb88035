// Records with numbers that no run leaves: refused by their key or taken, and no crash.
import Foundation
import Settings
import TestSupport
import Testing

@testable import Records

@Suite("Extreme records")
struct ExtremeRecordTests {
  @Test("every value of a run's record")
  func record() throws {
    let digest = String(repeating: "a", count: 64)
    let counts = TrainableParameters(initial: 40, final: 20, average: 30.5)
    let record = RunRecord(
      identity: digest, specification: try JSONValue(json: #"{"method": "lora", "options": {"rank": 8}, "seed": 0}"#),
      outcome: .diverged(step: 3), flags: [.collapsed],
      epochs: [EpochScores(epoch: 1, step: 2, scores: [Score(split: "validation", metric: "accuracy", value: 0.5)])],
      primary: PrimaryScore(split: "validation", metric: "accuracy"), trainableParameters: counts,
      trainableParametersWithHead: counts, steps: 4, flops: 100, measures: ["kept.parameters": 20],
      digests: RunDigests(specification: digest, manifest: digest, model: digest, tokenizer: digest, data: digest, tensors: digest),
      numericsVersion: 1, program: ProgramVersion(version: "0.1.0", commit: nil, isModified: false),
      environment: RunEnvironment(threads: 1, processor: "", operatingSystem: ""))
    try check(record.jsonData()) { try RunRecord(jsonData: $0, file: "record.json").jsonData() }
  }

  @Test("every value of a run's timing")
  func timing() throws {
    let segment = TimingSegment(
      started: "2026-11-21T10:00:00Z", firstStep: 0, lastStep: 2, trainingSeconds: 1, evaluationSeconds: 0.5, otherSeconds: 0.25,
      tokens: 640, peakMemoryBytes: 1 << 20, threads: 1, stepSeconds: [0.5, 0.5])
    let timing = TimingRecord(identity: "x", segments: [segment, segment])
    try check(timing.jsonData()) { data in
      let read = try TimingRecord(jsonData: data, file: "timing.json")
      #expect(read.totalSeconds >= 0 && read.trainingSeconds >= 0 && read.peakMemoryBytes >= 0 && read.resumedCount >= 0)
      return try read.appending(segment).jsonData()
    }
  }

  /// Reads every variation, and writes what was read.
  private func check(_ json: Data, _ body: (Data) throws -> Data) throws {
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(unsealed(json)) {
      do {
        _ = try body(variation.json)
        taken += 1
      } catch {
        #expect(error is RecordError, "\(variation): \(error)")
        refused += 1
      }
    }
    #expect(taken > 20 && refused > 100)
  }
}
