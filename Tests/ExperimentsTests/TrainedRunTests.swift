// A finished run's model, put together again: it answers as it did.
import Adapters
import CPUBackend
import Foundation
import Models
import Storage
import Tensors
import TestSupport
import Testing
import Training

@testable import Experiments

@Suite("Trained runs")
struct TrainedRunTests {
  /// Scores instead of classes, so that answers are compared to the bit.
  private static func project(_ methods: String) throws -> TinyProject {
    let manifest = TinyProject.manifest
      .replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: methods)
      .replacing("tasks/warmth.yaml", with: "tasks/heat.yaml")
    let project = try TinyProject(manifest)
    try project.write(
      """
      id: heat
      train: heat.tsv
      validation: heat-dev.tsv
      format: tsv
      columns: {text: [sentence], label: label}
      regression: true
      metric: [pearson]

      """, to: "experiments/tasks/heat.yaml")
    for (rows, name) in [(0..<24, "heat"), (24..<40, "heat-dev")] {
      let text = TinyProject.rows(rows).replacing("\twarm", with: "\t3.5").replacing("\tcold", with: "\t1")
      try project.write(text, to: "experiments/tasks/\(name).tsv")
    }
    return project
  }

  @Test("best and last answer to the bit as the run recorded, for every method") func answers() throws {
    // two epochs are short: schedules need a ramp of their own
    let settings = [
      "adalora": "{adalora: {initial_rank: 4, target_rank: 2, interval: 2}}",
      "aflora": "{aflora: {initial_epochs: 0.5, final_fraction: 0.3}}", "loradrop": "{loradrop: {sample_ratio: 0.5}}",
      // the model has 20 positions for inputs of 16
      "prompt-tuning": "{prompt-tuning: {virtual_tokens: 3}}", "prefix-tuning": "{prefix-tuning: {virtual_tokens: 3}}",
    ]
    let methods = MethodRegistry.descriptions.map { settings[$0.id] ?? $0.id }
    let project = try Self.project("[\(methods.joined(separator: ", "))]")
    let call = try project.call()
    let summary = try call.run().summary
    #expect(summary.failures.isEmpty && call.plan.count == methods.count)
    let workspace = try project.workspace(), backend = try CPUBackend(threads: 1)
    for run in call.plan {
      let folder = workspace.run(run.identity)
      let objective = try call.inputs.objective(of: run, modelType: "bert")
      let recorded = try HDF5File.read(folder.appending(path: "tensors.h5"))
      for epoch in SavedEpoch.allCases {
        let trained = try TrainedRun(folder: folder, epoch: epoch, in: workspace, on: backend)
        let found = try Evaluation.run(trained.model, objective, set: 0, backend: backend)
        guard case .numbers(let scores) = found.predictions.values,
          case .float64(let expected)? = recorded.dataset("predictions/validation/\(epoch.rawValue)")?.values
        else {
          Issue.record("\(run.specification.method): there are no answers")
          continue
        }
        #expect(scores == expected, "\(run.specification.method), \(epoch.rawValue)")
      }
    }
  }

  @Test("a run without an end, other weights, another model") func refusals() throws {
    let project = try Self.project("[lora]")
    let call = try project.call()
    _ = try call.run()
    let workspace = try project.workspace(), backend = try CPUBackend(threads: 1)
    let folder = call.folder(0)
    func load(_ folder: URL, _ model: String? = nil) throws {
      _ = try TrainedRun(folder: folder, epoch: .best, model: model, in: workspace, on: backend)
    }
    #expect(throws: ExperimentError.unfinishedRun(workspace.runs.path)) { try load(workspace.runs) }
    // the same model elsewhere will do
    let other = project.root.appending(path: "other")
    try FileManager.default.copyItem(at: project.root.appending(path: "model"), to: other)
    try load(folder, other.path)
    let base = try ModelLoader.load(folder: other, seed: 1, on: backend).model
    base.head.output.weight.tensor.assign(base.head.output.weight.tensor.values.map { $0 + 1 })
    try ModelWriter.save(base, to: other)
    #expect(throws: ExperimentError.changedModel(other.path)) { try load(folder, other.path) }

    // of a record without a seal, which knows no digest of the weights
    let weights = folder.appending(path: "best.safetensors"), record = folder.appending(path: "record.json")
    let sealed = try String(contentsOf: record, encoding: .utf8)
    try Data(unsealed(sealed).utf8).write(to: record)
    let file = try SafetensorsFile(url: weights)
    var entries = try file.descriptions.map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, values: try file.floats($0.name))
    }
    let name = try #require(entries.first?.name)
    entries[0] = SafetensorsEntry(name: "x", shape: [1], values: [0])
    try SafetensorsWriter.write(entries, to: weights)
    #expect(
      throws: ExperimentError.foreignWeights(
        weights.path, problems: ["'\(name)' is missing", "'x' is no parameter of the run"])
    ) { try load(folder) }
    try FileManager.default.removeItem(at: weights)
    #expect(throws: ExperimentError.noWeights(weights.path)) { try load(folder) }
  }
}
