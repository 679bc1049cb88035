// What a run took from its model: the loss of pre-training on rows that the model has not seen, before training and after it.
import Foundation
import Models
import Objectives
import Pocket
import Records
import Synchronization
import Tensors
import Tokenizers
import Training

/// What the measurements of several runs have in common: the rows as token ids, and what the model's losses on them are before training.
final class SharedRetention: Sendable {
  private let rows = Mutex<[String: Retention]>([:])
  private let losses = Mutex<[String: [PretrainedQuestion: Double]]>([:])

  /// The rows of this key, which are made once.
  func rows(_ key: String, _ make: () throws -> Retention) rethrows -> Retention {
    if let known = rows.withLock({ $0[key] }) { return known }
    let made = try make()
    rows.withLock { $0[key] = made }
    return made
  }

  /// The losses of this key, which are computed once; two runs that need them at the same time both compute them, and get the same.
  func losses(_ key: String, _ compute: () throws -> [PretrainedQuestion: Double]) rethrows -> [PretrainedQuestion: Double] {
    if let known = losses.withLock({ $0[key] }) { return known }
    let computed = try compute()
    losses.withLock { $0[key] = computed }
    return computed
  }
}

/// The measurement of one run's retention.
struct RunRetention {
  private let run: PlannedRun
  private let inputs: RunInputs
  private let rows: Int
  /// The file of texts; nil for the held-out rows of a pocket model.
  private let text: URL?

  /// - Returns: nil where the run does not ask for it, or there are no rows for its model (`note`).
  /// - Throws: `ExperimentError.retention` where what it asks for makes no sense.
  init?(_ run: PlannedRun, inputs: RunInputs) throws {
    let training = run.specification.training
    guard let rows = training.retentionRows else {
      guard training.retentionText == nil else {
        throw ExperimentError.retention("retention_text is given without retention_rows: say how many of its lines are meant")
      }
      return nil
    }
    (self.run, self.inputs, self.rows) = (run, inputs, rows)
    text = try inputs.retentionText(of: run.specification)
    if text == nil, !Workspace.isPretrainedHere(run.specification.model) { return nil }
  }

  /// What is to be known of a run that asks for the measurement, whose model has no rows for it: recipes ask for those of a pocket model.
  static func note(_ run: PlannedRun) -> String? {
    let (model, training) = (run.specification.model, run.specification.training)
    guard training.retentionRows != nil, training.retentionText == nil, !Workspace.isPretrainedHere(model) else { return nil }
    return
      "retention is not measured: model '\(model)' has no held-out rows of its own. 'retention_text: FILE' names a text that it was "
      + "not pre-trained on."
  }

  /// Goes through the measurement of the model before training, on a backend that computes nothing: what it takes is counted there.
  ///
  /// - Throws: `ExperimentError.retention` where the checkpoint holds no head, or no row asks what it answers; `StorageError`,
  ///   `ModelError`.
  func plan(on backend: any Backend) throws {
    let model = try base(on: backend), heads = try heads(for: model, on: backend)
    guard try !retention(model, heads).losses(of: model, heads, on: backend).isEmpty else {
      throw ExperimentError.retention(
        "no row asks what the heads of \(run.modelFolder.path) answer: the tokenizer has no mask token, or knows none of the text's words"
      )
    }
  }

  /// The heads that the run's model was pre-trained with.
  private func heads(for model: Model, on backend: any Backend) throws -> PretrainedHeads {
    let heads = try PretrainedHeads(folder: run.modelFolder, for: model, on: backend)
    guard !heads.questions.isEmpty else {
      throw ExperimentError.retention(
        "\(run.modelFolder.path): the checkpoint holds no head that it was pre-trained with. Leave retention_rows out, or use a "
          + "checkpoint as it was pre-trained")
    }
    return heads
  }

  /// The losses by question, as `retention.masked` and `retention.masked.before`; none of a run that has no best epoch.
  ///
  /// - Parameters:
  ///   - folder: the run's, with the weights of its best epoch.
  ///   - willCompute: called before each batch; what it throws ends the measurement.
  func measures(
    of history: TrainingHistory, in folder: URL, on backend: any Backend, willCompute: () throws -> Void
  ) throws -> [String: Double] {
    guard history.best != nil, let steps = history.epochs.first?.updates else { return [:] }
    func losses(of model: Model) throws -> [PretrainedQuestion: Double] {
      let heads = try heads(for: model, on: backend)
      return try retention(model, heads).losses(of: model, heads, on: backend, willCompute: willCompute)
    }
    // one after the other: a model goes before the next comes
    let start = "\(key) \(run.specification.task.headTarget) \(try run.specification.roundsMatrices)"
    let before = try inputs.retention.losses(start) { try losses(of: base(on: backend)) }
    let tuned = try TrainedRun.load(
      run.specification, on: run.modelFolder, RunFile.best.url(in: folder), stepsPerEpoch: steps, backend)
    let after = try withExtendedLifetime(tuned.method) { try losses(of: tuned.model) }
    return [String: Double](
      uniqueKeysWithValues: before.map { ("retention.\($0.key.rawValue).before", $0.value) }
        + after.map { ("retention.\($0.key.rawValue)", $0.value) }
    ).filter(\.value.isFinite)
  }

  /// The model before training.
  private func base(on backend: any Backend) throws -> Model {
    try ModelLoader.load(
      folder: run.modelFolder, seed: 0, on: backend, target: run.specification.task.headTarget,
      roundsMatrices: run.specification.roundsMatrices
    ).model
  }

  private func retention(_ model: Model, _ heads: PretrainedHeads) throws -> Retention {
    try inputs.retention.rows(key) {
      let architecture = model.configuration.architecture, length = run.specification.training.maximumLength
      let tokenizer = try TokenizerFolder.load(from: run.modelFolder, modelType: architecture.modelType)
      guard let text else {
        return try PocketRetention.rows(rows, for: architecture, with: tokenizer, maximumLength: length)
      }
      return Retention(texts: try inputs.lines(of: text, rows), heads.questions, with: tokenizer, maximumLength: length)
    }
  }

  /// What decides the rows and the losses of the model that the run starts from.
  private var key: String {
    "\(run.digests.model) \(run.digests.tokenizer) \(rows) \(run.specification.training.maximumLength) \(text?.path ?? "")"
  }
}
