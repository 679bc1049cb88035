// Timings, which grow by a segment with each resumption.
import Foundation
import Testing

@testable import Records

@Suite struct TimingRecordTests {
  private func segment(_ first: Int, _ last: Int, memory: Int = 1024) -> TimingSegment {
    TimingSegment(
      started: "2026-11-21T10:00:00Z", firstStep: first, lastStep: last, trainingSeconds: 1.5, evaluationSeconds: 0.25,
      otherSeconds: 0.125, tokens: 1000, peakMemoryBytes: memory, threads: 1)
  }

  @Test func segmentsAddUp() throws {
    let timing = TimingRecord(identity: "x", segments: [segment(0, 10)]).appending(segment(8, 20, memory: 4096))
    #expect(timing.resumedCount == 1)
    #expect(timing.totalSeconds == 3.75)
    #expect(timing.trainingSeconds == 3)
    #expect(timing.peakMemoryBytes == 4096)
    #expect(TimingRecord(identity: "x", segments: []).resumedCount == 0)
    #expect(try TimingRecord(jsonData: timing.jsonData(), file: "timing.json") == timing)
  }

  @Test func badTimingsAreRefused() throws {
    let good = String(decoding: try TimingRecord(identity: "x", segments: [segment(0, 1)]).jsonData(), as: UTF8.self)
    func read(_ text: String) -> String {
      do {
        _ = try TimingRecord(jsonData: Data(text.utf8), file: "timing.json")
        return ""
      } catch {
        return error.description
      }
    }
    #expect(read(good).isEmpty)
    #expect(
      read(good.replacing("\"schema_version\" : 1", with: "\"schema_version\" : 3"))
        == "timing.json: is a timing of a run of schema version 3, but this program knows version 1; use a newer lowrank."
    )
    #expect(
      read(good.replacing("1.5", with: "-1.5"))
        == "timing.json: is not a timing of a run: 'segments' hold a quantity below zero. Move it away, and the run is made again."
    )
  }
}
