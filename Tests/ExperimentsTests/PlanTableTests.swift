// What a dry run says of updates, and that records say the same.
import Manifests
import Records
import TestSupport
import Testing

@testable import Experiments

@Suite("The plan's table") struct PlanTableTests {
  @Test("updates are counted for every run, those on a sample apart, as they are then made")
  func updates() throws {
    let project = try TinyProject(
      TinyProject.manifest.replacing(
        "{aflora: {initial_epochs: 0.5, final_fraction: 0.3}}",
        with: "{lora: {id: half, batch: 2}}, {loradrop: {sample_ratio: 0.5, sample_epochs: 2, keep: 1}}"))
    let call = try project.call()
    let table = try PlanTable(call.plan, store: call.store, inputs: call.inputs)
    // 24 rows, two epochs, and two passes over 12 of them before
    #expect(
      table.updates == [
        UpdateCount(row: "lora", task: "warmth", updates: 12, batch: 4),
        UpdateCount(row: "half", task: "warmth", updates: 24, batch: 2),
        UpdateCount(row: "loradrop", task: "warmth", updates: 12, preliminary: 6, batch: 4),
      ])
    let steps = table.text.split(separator: "\n").dropFirst().prefix(3).map { $0.split(separator: " ")[6] }
    #expect(steps == ["12", "24", "18"])
    let series = ExperimentSeries(try call.checked(), store: call.store)
    let note =
      "Updates differ between rows: on warmth 12 × 4 = 48 examples (lora); 24 × 2 = 48 examples (half); "
      + "12 × 4 = 48 examples after 6 updates on a sample (loradrop)."
    #expect(series.notes(updates: table.updates).first == note)
    #expect(!series.notes.contains { $0.hasPrefix("Updates") }, "the manifest gives the batch")
    _ = try call.run()
    let records = try (0..<3).map { try call.record($0) }
    #expect(records.map(\.steps) == [12, 24, 12])
    #expect(records.map(\.preliminarySteps) == [nil, nil, 6])
  }
}
