// An experiment as records have it: rows, tasks and seeds are those of the runs.
import Records
import Settings
import Testing

@testable import Manifests

@Suite("A recorded experiment")
struct RecordedExperimentTests {
  @Test("what the manifest knows comes first and in its order, the rest by name; every run has its place")
  func order() throws {
    let recipe = "defaults: {epochs: 3, batch: 8, learning_rate: 1e-3, max_length: 32}\n"
    func experiment(_ methods: String, _ tasks: String, _ seeds: String) throws -> Experiment {
      try TestFolder.manifest(
        "id: m\nmodel: x\nrecipe: plain\ntasks: \(tasks)\nseeds: \(seeds)\nmethods: \(methods)\nprofiles: {pocket: {}}\n",
        recipe: recipe
      ).load().experiment(.pocket)
    }
    let now = try experiment("[vera, lora]", "[rte, mrpc]", "[0]"),
      then = try experiment("[lora, fft, aflora, vera]", "[cola, rte]", "[1, 0]")
    let recorded = now.recorded(then.runs.filter { $0.row != "fft" })
    #expect(recorded.rows.map(\.id) == ["vera", "lora", "aflora"] && recorded.rows.map(\.label) == ["VeRA", "LoRA", "AFLoRA"])
    #expect(recorded.tasks.map(\.id) == ["rte", "cola"] && recorded.seeds == [0, 1])
    #expect(
      recorded.runs.prefix(4).map(\.shortName) == ["vera rte seed 0", "vera rte seed 1", "vera cola seed 0", "vera cola seed 1"])
    #expect(recorded.runs.count == 12)
    #expect(
      try recorded.part(Narrowing(tasks: ["cola"], methods: ["aflora"], seeds: [1])).runs.map(\.shortName) == ["aflora cola seed 1"]
    )
    #expect(now.recorded([]).rows.isEmpty && now.recorded([]).runs.isEmpty)
  }
}
