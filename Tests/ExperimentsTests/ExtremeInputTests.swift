// Models, records and commands with numbers that none has: found before anything is trained, or taken, and no crash.
import Adapters
import CPUBackend
import Foundation
import Manifests
import Models
import Pocket
import Records
import Storage
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Experiments

@Suite("Extreme inputs")
struct ExtremeInputTests {
  private static let pairs = """
    id: pairs
    train: pairs.tsv
    validation: pairs.tsv
    format: tsv
    columns: {text: [first, second], label: label}
    labels: [cold, warm]
    metric: [accuracy]

    """
  private static let rows =
    "first\tsecond\tlabel\n"
    + String(repeating: "the sky is blue\tthe sea is red\tcold\na fire is warm\ta leaf is green\twarm\n", count: 12)

  private static func isKnown(_ error: any Error) -> Bool {
    error is ExperimentError || error is RecordError || error is StorageError || error is ModelError || error is AdapterError
      || error is TokenizerError
  }

  /// A project with a task of two texts.
  private func project(tokenTypes: Int) throws -> TinyProject {
    let tasks = "[tasks/warmth.yaml, tasks/pairs.yaml]"
    let project = try TinyProject(TinyProject.manifest.replacing("[tasks/warmth.yaml]", with: tasks))
    try project.write(Self.pairs, to: "experiments/tasks/pairs.yaml")
    try project.write(Self.rows, to: "experiments/tasks/pairs.tsv")
    let folder = project.root.appending(path: "model")
    var configuration = try #require(ModelLoader.configuration(folder: folder) as? EncoderConfiguration)
    configuration.segmentTypes = tokenTypes
    try ModelWriter.save(ModelLoader.random(configuration, seed: 9, on: CPUBackend(threads: 1)), to: folder)
    return project
  }

  @Test("a model of one token type and a task of two texts")
  func tokenTypes() throws {
    let project = try project(tokenTypes: 1)
    let call = try project.call(), folder = project.root.appending(path: "model").path
    let message =
      "\(folder): the task's inputs have 2 token types, but the model's table of them only 1 row (type_vocab_size in config.json). "
      + "Use a model for pairs of texts, or tasks of one text"
    #expect(try call.problems() == ["experiments/tiny.yaml:6:28: pairs: \(message)".replacing(project.root.path + "/", with: "")])
    let error = ExperimentError.tokenTypes(model: folder, inputs: 2, table: 1)
    #expect("\(error)" == message)
    #expect(throws: error) { try PlanTable(call.plan, store: call.store, inputs: call.inputs) }
    // where nobody has asked beforehand, the runs on texts alone are still made
    let summary = try call.run().summary
    #expect(summary.trained == 2 && summary.failures.map(\.reason) == [message, message])

    let other = try self.project(tokenTypes: 2), fitting = try other.call()
    #expect(try fitting.problems().isEmpty)
    _ = try PlanTable(fitting.plan, store: fitting.store, inputs: fitting.inputs)
    #expect(other.root != project.root)
  }

  @Test("a length beyond the model's positions is found before the first run")
  func length() throws {
    let project = try TinyProject()
    try project.write(TinyProject.recipe.replacing("max_length: 16", with: "max_length: 21"), to: "experiments/recipes/tiny.yaml")
    let call = try project.call()
    let error = ExperimentError.tooLong(model: project.root.appending(path: "model").path, length: 21, limit: 20)
    #expect(
      try call.problems() == ["experiments/recipes/tiny.yaml:1:54: warmth: \(error)".replacing(project.root.path + "/", with: "")])
  }

  @Test("every value of a model's config.json, from the check of the plan to its cost")
  func configuration() throws {
    let project = try project(tokenTypes: 2)
    let file = project.root.appending(path: "model/config.json")
    var (taken, refused) = (0, 0)
    for variation in JSONVariations.of(try Data(contentsOf: file)) {
      try variation.json.write(to: file)
      do {
        let call = try project.call()
        guard try call.problems().isEmpty else {
          refused += 1
          continue
        }
        _ = try PlanTable(call.plan, store: call.store, inputs: call.inputs)
        taken += 1
      } catch {
        #expect(Self.isKnown(error), "\(variation): \(error)")
        refused += 1
      }
    }
    #expect(taken > 10 && refused > 100)
  }

  @Test("a configuration larger than its tensors is refused before anything of its size is made")
  func sizes() throws {
    let project = try TinyProject()
    let file = project.root.appending(path: "model/config.json")
    var fields = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    fields.merge(["hidden_size": 65536, "vocab_size": 16_777_216, "intermediate_size": 262_144]) { $1 }
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
    let call = try project.call()
    #expect(try call.problems().count == 1)
    #expect(throws: ModelError.self) { try RandomModel.sizes(of: file.deletingLastPathComponent()) }
  }

  @Test("every value of a record that a model is put together from, and that a plan is compared with")
  func record() throws {
    let project = try TinyProject()
    let call = try project.call()
    _ = try call.run()
    let workspace = try project.workspace()
    // AFLoRA's, whose options reckon with the run's steps
    let file = call.folder(1).appending(path: "record.json")
    let decisive = [
      "specification.options", "specification.training.epochs", "specification.seed", "epochs.0.step", "digests.model",
    ]
    var (taken, refused) = (0, 0)
    func isDecisive(_ path: String) -> Bool { !path.contains(".") || decisive.contains { path.hasPrefix($0) } }
    for variation in JSONVariations.of(unsealed(try Data(contentsOf: file)), where: isDecisive) {
      try variation.json.write(to: file)
      _ = call.store.status(call.plan[1])
      do {
        _ = try TrainedRun(folder: call.folder(1), epoch: .last, in: workspace, on: PlanningBackend())
        taken += 1
      } catch {
        #expect(Self.isKnown(error), "\(variation): \(error)")
        refused += 1
      }
    }
    #expect(taken > 10 && refused > 100)
  }

  @Test("every value of a timing that a plan's time is reckoned from")
  func timing() throws {
    let project = try TinyProject()
    let call = try project.call()
    _ = try call.run()
    let file = call.folder(0).appending(path: "timing.json")
    for variation in JSONVariations.of(try Data(contentsOf: file)) {
      try variation.json.write(to: file)
      #expect(try PlanTable(call.plan, store: call.store, inputs: call.inputs).text.contains("done"), "\(variation)")
    }
  }

  @Test("every value of a pre-trained model's record")
  func pretraining() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "experiments/pretrain")
    let manifest = try PretrainingManifest.load(
      path: root.appending(path: "pocket-deberta.yaml").path)
    let output = FileManager.default.temporaryDirectory.appending(path: "lowrank-extreme-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: root.appending(path: "pocket-deberta"), to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    let run = PocketPretrainingRun(manifest, output: output, workFolder: output, threads: 1)
    let file = output.appending(path: "record.json")
    let json = try Data(contentsOf: file)
    var taken = 0
    for variation in JSONVariations.of(json, most: 6) {
      try variation.json.write(to: file)
      guard let record = run.finished() else { continue }
      _ = RunProgress.readable(seconds: record.seconds)
      taken += 1
    }
    try json.write(to: file)
    #expect(run.finished() != nil && taken > 20)
  }

  @Test(
    "times of any size",
    arguments: [(-1e308, "0 s"), (-1, "0 s"), (0, "0 s"), (1e308, "more than 100000 days"), (200_000, "2 days")])
  func times(seconds: Double, text: String) { #expect(RunProgress.readable(seconds: seconds) == text) }

  @Test("threads and jobs of any number")
  func threads() throws {
    for threads in [1025, Int.max] {
      #expect(throws: BackendError.threads(asked: threads, limit: 1024)) { try CPUBackend(threads: threads) }
    }
    #expect(try CPUBackend(threads: Int.min).threads == 1)
  }
}
