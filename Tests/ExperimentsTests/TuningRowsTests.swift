// Runs that are validated on held-out training rows.
import Foundation
import Records
import Settings
import TestSupport
import Testing

@testable import Experiments

@Suite("Tuning rows")
struct TuningRowsTests {
  private func project(_ training: String) throws -> TinyProject {
    try TinyProject(TinyProject.manifest + training)
  }

  @Test("take the place of the validation files, the same rows for every seed, and train nobody")
  func run() throws {
    let project = try project("training: {tuning_rows: 6}\n")
    let call = try project.call()
    #expect(try call.problems() == [])
    let run = call.plan[0], data = try call.inputs.examples(of: run)
    #expect(data.validation.map(\.name) == ["tuning"] && run.specification.choosingSets == ["tuning"])
    let held = Set(data.validation[0].examples.map(\.first))
    #expect(held.count == 6 && held.isDisjoint(with: data.train.examples.map(\.first)))
    #expect(try call.inputs.trainingRows(run) == data.train.examples.count)
    _ = try call.run()
    let record = try call.record(0)
    #expect(record.outcome == .completed && record.primary.split == "tuning" && record.heldOut == nil)
    #expect(record.epochs.allSatisfy { Set($0.scores.map(\.split)) == ["tuning"] })
    // another run than one without
    let plain = try TinyProject().call()
    #expect(plain.plan[0].identity != run.identity)
    #expect(!plain.plan[0].specification.identityJSON.contains("tuning_rows"))
  }

  @Test("more than there are is a problem where it is said")
  func tooMany() throws {
    let project = try project("training: {tuning_rows: 99}\n"), problems = try project.call().problems()
    defer { withExtendedLifetime(project) {} }
    #expect(
      problems.count == 1
        && problems[0].hasPrefix(
          "experiments/tiny.yaml:10:12: warmth: experiments/tasks/train.tsv: tuning_rows is 99, but the file has "),
      "\(problems)")
  }
}
