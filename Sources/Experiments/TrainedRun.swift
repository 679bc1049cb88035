// A finished run's model, put together again from what the run left.
import Adapters
import Foundation
import Layers
import Models
import Records
import Settings
import Storage
import Tensors
import Training

/// The two epochs whose weights a run keeps.
package enum SavedEpoch: String, Sendable, CaseIterable {
  case best, last

  var file: RunFile { self == .best ? .best : .last }
}

/// A model with a method on it, both as a run left them.
package struct TrainedRun {
  /// The model as the run left it, its method attached.
  package let model: Model
  /// The method, its adapters restored.
  package let method: any TuningMethod
  /// The base model's folder.
  package let modelFolder: URL
  /// What the run left of its scores and sources.
  package let record: RunRecord
  /// What was trained: the row, the task, the seed.
  package let specification: RunSpecification
  /// Which of the run's two files the weights are of.
  package let weights: RunFile
  let backend: any Backend
  private let hasItsTokenizer: Bool

  /// How the run's texts are written.
  var generation: GenerationSettings { specification.training.generation }

  /// What its head puts out, for people.
  package var outputs: String { model.configuration.headKind == .words ? "a causal model" : "\(model.head.outputs) labels" }

  /// Loads the base model, attaches the run's method, and gives both the values that the run saved.
  ///
  /// - Parameters:
  ///   - folder: the run's folder, or a link to it.
  ///   - model: the base model's folder, where it is no longer where the run found it.
  /// - Throws: `ExperimentError` when the run did not end, the base model is not the one it was, or the weights do not fit;
  ///   `FileDamage` where the weights are not those that the run wrote; `RecordError`, `StorageError`, `ModelError`, `AdapterError`.
  package init(folder: URL, epoch: SavedEpoch, model name: String? = nil, in workspace: Workspace, on backend: any Backend) throws {
    let (record, run) = try Self.finished(folder)
    (self.record, specification, weights, self.backend) = (record, run, epoch.file, backend)
    let steps = max(1, record.epochs.first?.step ?? record.steps)
    modelFolder = try workspace.model(name ?? run.model)
    let digests = try RunInputs(workspace: workspace, data: nil).modelDigests(modelFolder)
    guard digests.model == record.digests.model else { throw ExperimentError.changedModel(modelFolder.path) }
    hasItsTokenizer = digests.tokenizer == record.digests.tokenizer

    if let damage = record.damage(of: epoch.file, in: folder) { throw damage }
    (model, method) = try Self.load(run, on: modelFolder, epoch.file.url(in: folder), stepsPerEpoch: steps, backend)
  }

  /// The base model with the run's method on it, both with the values of a file that the run saved.
  ///
  /// - Parameter modelFolder: the base model's.
  /// - Throws: `ExperimentError` where the file is missing or does not fit; `StorageError`, `ModelError`, `AdapterError`.
  static func load(
    _ run: RunSpecification, on modelFolder: URL, _ file: URL, stepsPerEpoch steps: Int, _ backend: any Backend
  ) throws -> (model: Model, method: any TuningMethod) {
    guard FileManager.default.fileExists(atPath: file.path) else { throw ExperimentError.noWeights(file.path) }
    let saved = try SafetensorsFile(url: file)
    let seed = run.seed
    // the run's own head replaces the checkpoint's, whatever that is
    let model = try ModelLoader.load(
      folder: modelFolder, seed: seed.initializationKey, on: backend, roundsMatrices: run.roundsMatrices
    ) { configuration in
      configuration.adopt(run.task.headTarget)
      let head = saved.description(of: "\(configuration.architecture.outputPath).weight")
      configuration.fitHead(rows: head?.shape.first)
    }.model
    let length = TrainingLength(stepsPerEpoch: steps, epochs: run.training.epochs)
    let method = try run.attach(
      to: MethodHost(model, backend: backend, seed: seed.initializationKey, orderSeed: seed.orderKey, schedule: length))
    method.adopt(savedNames: Set(saved.descriptions.map(\.name)))
    try take(saved, model, method)
    return (model, method)
  }

  /// What a run that came to its end left, its model aside.
  ///
  /// - Parameter folder: the run's folder, or a link to it.
  /// - Throws: `ExperimentError` where the run did not end, or is of another version of the arithmetic; `RecordError`,
  ///   `StorageError`.
  package static func finished(_ folder: URL) throws -> (record: RunRecord, run: RunSpecification) {
    let file = RunFile.record.url(in: folder)
    guard FileManager.default.fileExists(atPath: file.path) else { throw ExperimentError.unfinishedRun(folder.path) }
    let record = try RunRecord(jsonData: SmallFile.contents(of: file), file: file.path)
    guard !record.outcome.isFailure else { throw ExperimentError.unfinishedRun(folder.path) }
    guard record.numericsVersion == Numerics.version else {
      throw ExperimentError.otherNumerics(folder.path, found: record.numericsVersion)
    }
    // bounded, so that their product with the epochs is
    guard let run = RunSpecification(recorded: record.specification),
      record.epochs.first?.step ?? record.steps <= 1_000_000_000
    else { throw ExperimentError.unreadableSpecification(file.path) }
    return (record, run)
  }

  /// Asks that the tokenizer beside the base model is the run's, for whoever copies it.
  ///
  /// - Throws: `ExperimentError.changedTokenizer`.
  package func requireItsTokenizer() throws {
    guard hasItsTokenizer else { throw ExperimentError.changedTokenizer(modelFolder.path) }
  }

  /// Gives every saved tensor to the parameter of its name. What the run did not save is the base model's, or follows from the seed.
  private static func take(_ saved: SafetensorsFile, _ model: Model, _ method: any TuningMethod) throws {
    let parameters = method.parameters + model.parameters
    let byName = Dictionary(parameters.map { ($0.name, $0) }) { first, _ in first }
    var problems = (method.parameters + model.parameters.filter { $0.group == .head }).map(\.name)
      .filter { saved.description(of: $0) == nil }.map { "'\($0)' is missing" }
    for tensor in saved.descriptions {
      guard let parameter = byName[tensor.name] else {
        problems.append("'\(tensor.name)' is no parameter of the run")
        continue
      }
      guard parameter.shape == tensor.shape else {
        problems.append("'\(tensor.name)' is \(tensor.shape), expected \(parameter.shape)")
        continue
      }
      parameter.tensor.assign(try saved.floats(tensor.name))
      if !parameter.tensor.isFinite { problems.append("'\(tensor.name)' has infinite or NaN values") }
    }
    guard problems.isEmpty else { throw ExperimentError.foreignWeights(saved.path, problems: problems) }
  }
}
