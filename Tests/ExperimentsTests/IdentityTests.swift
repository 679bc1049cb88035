// Which run is which: identities that must not move, or every record that users have is orphaned.
import Adapters
import CPUBackend
import Foundation
import Records
import Settings
import Storage
import TestSupport
import Testing

@testable import Experiments
@testable import Manifests

@Suite("Identities")
struct IdentityTests {
  /// A specification and what it is known by.
  struct Pinned: Sendable, CustomTestStringConvertible {
    var experiment: String
    var profile: Profile
    var row: String
    var task: String
    var seed: RunSeed
    /// The start of the SHA-256 of what decides its numbers.
    var digest: String

    var testDescription: String { "\(experiment) \(profile.rawValue) \(row) \(task) seed \(seed)" }
  }

  // A new key that is not left out at its default changes these; so does a changed default, which raises `Numerics.version` as well.
  private static let pinned: [Pinned] = [
    Pinned(experiment: "table1", profile: .pocket, row: "fft", task: "mrpc", seed: 0, digest: "44112878a5b13471"),
    Pinned(experiment: "table1", profile: .pocket, row: "lora", task: "rte", seed: 1, digest: "dc516972b1610385"),
    Pinned(experiment: "table1", profile: .pocket, row: "adalora", task: "cola", seed: 0, digest: "7760f19e16d5ab0c"),
    Pinned(experiment: "table1", profile: .small, row: "dora", task: "mrpc", seed: 2, digest: "3ce110a392de28b0"),
    Pinned(experiment: "table1", profile: .paper, row: "vera", task: "stsb", seed: 4, digest: "04967af1f61008f3"),
    Pinned(experiment: "table1", profile: .pocket, row: "houlsby", task: "qqp", seed: 0, digest: "787282948868855b"),
    Pinned(experiment: "table1", profile: .pocket, row: "sora", task: "sst2", seed: 1, digest: "7e2e4f8ffc4b474d"),
    Pinned(experiment: "aflora-table2", profile: .paper, row: "aflora", task: "rte", seed: 0, digest: "ed1744de86620573"),
    Pinned(
      experiment: "loradrop-table4", profile: .pocket, row: "loradrop-threshold-0.9", task: "rte", seed: 0,
      digest: "7b9ead4a01538197"),
    Pinned(experiment: "prilora-main", profile: .pocket, row: "prilora", task: "mnli", seed: 0, digest: "d74e871a62bd0491"),
  ]

  @Test("of ten specifications are what they were", arguments: pinned)
  func specifications(pinned: Pinned) throws {
    let folder = ExperimentFolder(path: Repository.root.appending(path: "experiments").path)
    let manifest = try folder.manifest(named: pinned.experiment, methods: .registered)
    let narrowing = Narrowing(tasks: [pinned.task], methods: [pinned.row], seeds: [pinned.seed])
    let run = try #require(try manifest.experiment(pinned.profile).part(narrowing).runs.first)
    #expect(FileDigest.sha256(of: Array(run.identityJSON.utf8)).prefix(16) == pinned.digest, "\(run.identityJSON)")
  }

  @Test("of runs on the shipped models and data are what they were")
  func runs() throws {
    let results = FileManager.default.temporaryDirectory.appending(path: "lowrank-identities-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: results) }
    let workspace = try Workspace(root: Repository.root, results: results)
    let manifest = try ExperimentFolder(path: workspace.experiments.path).manifest(named: "demo", methods: .registered)
    let inputs = RunInputs(workspace: workspace, data: nil)
    let runs = try manifest.experiment(.pocket).runs.map { try inputs.plan($0, manifestDigest: "") }
    #expect(
      runs.map { String($0.identity.prefix(12)) } == [
        "d407de26fdfd", "d596390d80ff", "640b708af626", "25ad2ec0fe23", "29608aec6529", "1ebb69fca97f",
      ])
  }

  @Test("a key that was added later is in them only where it is not at its default")
  func laterKeys() throws {
    let later = OptionSchema("later", .integer(0...9), default: .integer(3), "A key that no run of today has.")
    let rank = OptionSchema("rank", .integer(1...9), default: .integer(4), "A key of today.")
    #expect(!IdentityKeys.writes(later, of: "lora", .integer(3)) && IdentityKeys.writes(later, of: "lora", .integer(4)))
    #expect(IdentityKeys.writes(rank, of: "lora", .integer(4)) && !IdentityKeys.writes(rank, of: "a new method", .integer(4)))
    func catalog(_ options: [OptionSchema]) -> MethodCatalog {
      MethodCatalog([MethodSchema(id: "lora", label: "LoRA", source: "", options: options)])
    }
    let project = try TinyProject(
      """
      id: tiny
      title: later keys
      model: model
      recipe: tiny
      tasks: [rte]
      seeds: [0]
      methods: [lora, {lora: {later: 3, id: said}}, {lora: {later: 5, id: other}}]
      profiles: {pocket: {}}

      """)
    let folder = ExperimentFolder(path: project.root.appending(path: "experiments").path)
    let runs = try folder.manifest(named: "tiny", methods: catalog([rank, later])).experiment(.pocket).runs
    try project.write(
      try String(contentsOf: project.root.appending(path: "experiments/tiny.yaml"), encoding: .utf8)
        .replacing(", {lora: {later: 3, id: said}}, {lora: {later: 5, id: other}}", with: ""), to: "experiments/tiny.yaml")
    let before = try #require(
      folder.manifest(named: "tiny", methods: catalog([rank])).experiment(.pocket).runs.first)
    #expect(runs[0].identityJSON == before.identityJSON)
    #expect(runs[1].identityJSON == before.identityJSON)
    #expect(runs[2].identityJSON != before.identityJSON && runs[2].options["later"] == .integer(5))
  }

  @Test("what changes no bit is never in them, what changes one always")
  func memory() throws {
    let project = try TinyProject(
      """
      id: tiny
      title: less memory
      model: model
      recipe: tiny
      tasks: [tasks/warmth.yaml]
      seeds: [0]
      methods: [lora, {lora: {recompute: true, id: again}}, {lora: {micro_batch: 2, id: parts}}, {lora: {frozen: bfloat16, id: half}}]
      profiles: {pocket: {}}

      """)
    let call = try project.call()
    let runs = call.plan.map(\.specification)
    #expect(runs.map(\.row) == ["lora", "again", "parts", "half"] && runs[1].training.recomputes)
    #expect(call.plan[0].identity == call.plan[1].identity && Set(call.plan.map(\.identity)).count == 3)
    let again = try JSONDecoder().decode(RunSpecification.self, from: JSONEncoder().encode(runs[1]))
    #expect(again == runs[1], "a plan that is written keeps it")
    // in whichever way a run was made, it is the same run, and the others are none of it
    let (plain, recomputing) = (try project.call(results: "plain"), try project.call(results: "recomputing"))
    for (call, row) in [(plain, 0), (recomputing, 1)] {
      _ = try call.runner.run([call.plan[row]], progress: RunProgress(.lines) { _ in })
    }
    for name in ["tensors.h5", "best.safetensors", "last.safetensors"] {
      let files = try [(plain, 0), (recomputing, 1)].map { try Data(contentsOf: $0.folder($1).appending(path: name)) }
      #expect(files[0] == files[1], "\(name)")
    }
    _ = try call.run()
    let scores = try call.plan.indices.map { try Data(contentsOf: call.folder($0).appending(path: "tensors.h5")) }
    #expect(scores[2] != scores[0] && scores[3] != scores[0])
    let trained = try TrainedRun(folder: call.folder(3), epoch: .last, in: project.workspace(), on: CPUBackend(threads: 1))
    #expect(trained.model.projections.allSatisfy { $0.linear.weight.tensor.isHalf }, "what is put together is what was trained")
  }

  @Test("every key of today is a key of a method, and has a default")
  func keys() {
    for (method, names) in IdentityKeys.options {
      let schema = MethodCatalog.registered.method(named: method)
      for name in names { #expect(schema?.option(named: name)?.defaultValue != nil, "\(method) \(name)") }
    }
  }
}
