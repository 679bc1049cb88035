// The two axes of seeds in runs: what each decides, what a run of a combination leaves, and that it is the same again.
import Adapters
import CPUBackend
import Datasets
import Foundation
import Records
import Settings
import Storage
import TestSupport
import Testing

@testable import Experiments
@testable import Training

@Suite("Seeds apart")
struct SeedAxesTests {
  private static let methods = [
    "lora", "{vera: {rank: 4}}", "{loradrop: {variant: random, threshold: 0.5, sample_ratio: 0.5}}",
    "{prilora: {prune: random, interval: 2}}",
  ]

  private static func project(_ methods: String) throws -> TinyProject {
    try TinyProject(
      """
      id: tiny
      title: seeds apart
      model: model
      recipe: tiny
      tasks: [tasks/warmth.yaml]
      seeds: {init: [0, 1], order: [0, 1]}
      methods: [\(methods)]
      profiles: {pocket: {}}

      """)
  }

  /// What a run is before its first update.
  private struct Start {
    let values: [Float]
    let order: [[Int]]

    init(_ run: PlannedRun, _ call: TinyCall) throws {
      let tuning = try AssembledRun(run, inputs: call.inputs, backend: CPUBackend(threads: 1)).fineTuning
      var shared: [Float] = []
      if case .sharedMatrices(let a, let b) = tuning.method.form { shared = a.values + b.values }
      let parameters = tuning.method.parameters + tuning.model.parameters.filter { $0.group == .head }
      values = shared + parameters.flatMap(\.tensor.values)
      order = BatchPlan(count: tuning.objective.training.count, batchSize: tuning.settings.batchSize).shuffled(
        seed: tuning.seed, epoch: 0)
    }
  }

  @Test("initial values are the initialisation's, the order of rows is the order's", arguments: methods)
  func starts(method: String) throws {
    let project = try Self.project(method), call = try project.call()
    defer { withExtendedLifetime(project) {} }
    #expect(call.plan.map(\.specification.seed.description) == ["0", "0x1", "1x0", "1"])
    let starts = try call.plan.map { try Start($0, call) }
    let (both, otherOrder, otherStart, neither) = (starts[0], starts[1], starts[2], starts[3])
    #expect(both.values == otherOrder.values && otherStart.values == neither.values && both.values != otherStart.values)
    #expect(both.order == otherStart.order && otherOrder.order == neither.order && both.order != otherOrder.order)
  }

  @Test("every combination is a run of its own, with its name, its record and its attributes", arguments: methods)
  func runs(method: String) throws {
    let project = try Self.project(method), call = try project.call(jobs: 2)
    #expect(
      PlanSummary(call.plan, store: call.store).text
        == "1 method × 1 task × 2 initialisations × 2 orders = 4 runs, 0 done before, 4 to go")
    let (summary, _) = try call.run()
    #expect(summary.trained == 4 && summary.failures.isEmpty)
    var tensors: Set<String> = []
    for (index, run) in call.plan.enumerated() {
      let record = try call.record(index), seed = run.specification.seed
      #expect(RunSpecification(recorded: record.specification)?.seed == seed)
      tensors.insert(try #require(record.digests.tensors))
      let folder = project.file("results/tiny/pocket/\(run.specification.row)/warmth/\(seed.folderName)")
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: folder.path) == "../../../../runs/\(run.identity)")
      let root = try HDF5File.read(folder.appending(path: "tensors.h5"))
      let names = root.attributes.map(\.name).filter { $0.hasPrefix("seed") }
      #expect(names == (seed.isApart ? ["seed_init", "seed_order"] : ["seed"]))
      if seed.isApart {
        #expect(root.attribute("seed_init") == .integer(Int64(seed.initialization)))
        #expect(root.attribute("seed_order") == .integer(Int64(seed.order)))
      }
    }
    #expect(tensors.count == 4, "each axis changes numbers")
    // the same again elsewhere, at another number of jobs
    let again = try project.call(results: "again")
    _ = try again.run()
    for index in call.plan.indices {
      for name in ["tensors.h5", "best.safetensors", "last.safetensors"] {
        let files = try [call, again].map { try Data(contentsOf: $0.folder(index).appending(path: name)) }
        #expect(files[0] == files[1], "\(name) of \(call.plan[index].specification.shortName)")
      }
    }
  }

  @Test("combinations of equal seeds are the runs of a plain list")
  func shared() throws {
    let project = try Self.project("lora")
    _ = try project.call().run()
    let text = try String(contentsOf: project.file("experiments/tiny.yaml"), encoding: .utf8)
    try project.write(text.replacing("{init: [0, 1], order: [0, 1]}", with: "[0, 1]"), to: "experiments/tiny.yaml")
    let plain = try project.call()
    #expect(
      PlanSummary(plain.plan, store: plain.store).text == "1 method × 1 task × 2 seeds = 2 runs, 2 done before, 0 to go")
  }
}
