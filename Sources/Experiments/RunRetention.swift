// What a run took from its model: the loss of pre-training on rows that the model has not seen, before training and after it.
import Foundation
import Models
import Objectives
import Pocket
import Records
import Storage
import Tensors
import Tokenizers
import Training

/// The measurement of one run's retention.
struct RunRetention {
  private let run: PlannedRun
  private let inputs: RunInputs
  private let rows: Int
  /// The file of texts; nil for the held-out rows of a pocket model.
  private let text: URL?

  /// - Returns: nil where the run does not ask for it.
  /// - Throws: `ExperimentError.retention` where there are no rows for its model.
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
    guard text != nil || Workspace.isPretrainedHere(run.specification.model) else {
      throw ExperimentError.retention(
        "model '\(run.specification.model)' has no held-out rows of its own: name a text that it was not pre-trained on, "
          + "'retention_text: FILE'")
    }
  }

  /// Finds out whether it can be measured on a model.
  ///
  /// - Throws: `ExperimentError.retention` where its checkpoint holds no head, or the text is too short; `StorageError`, `ModelError`.
  func check(_ model: Model, on backend: any Backend) throws {
    _ = try heads(for: model, on: backend)
    _ = try lines()
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
    let base = try ModelLoader.load(
      folder: run.modelFolder, seed: 0, on: backend, target: run.specification.task.headTarget,
      roundsMatrices: run.specification.roundsMatrices
    ).model
    let baseHeads = try heads(for: base, on: backend)
    let retention = try retention(base, baseHeads)
    let before = try retention.losses(of: base, baseHeads, on: backend, willCompute: willCompute)
    let (tuned, method) = try TrainedRun.load(
      run.specification, on: run.modelFolder, RunFile.best.url(in: folder), stepsPerEpoch: steps, backend)
    let after = try withExtendedLifetime(method) {
      try retention.losses(of: tuned, heads(for: tuned, on: backend), on: backend, willCompute: willCompute)
    }
    return [String: Double](
      uniqueKeysWithValues: before.map { ("retention.\($0.key.rawValue).before", $0.value) }
        + after.map { ("retention.\($0.key.rawValue)", $0.value) }
    ).filter(\.value.isFinite)
  }

  private func retention(_ model: Model, _ heads: PretrainedHeads) throws -> Retention {
    let architecture = model.configuration.architecture, length = run.specification.training.maximumLength
    let tokenizer = try TokenizerFolder.load(from: run.modelFolder, modelType: architecture.modelType)
    guard let lines = try lines() else {
      return try PocketRetention.rows(rows, for: architecture, with: tokenizer, maximumLength: length)
    }
    return Retention(texts: lines, heads.questions, with: tokenizer, maximumLength: length)
  }

  /// The text's first lines, of those that are not blank; nil where the rows are a pocket model's.
  private func lines() throws -> [String]? {
    guard let text else { return nil }
    let lines = String(decoding: try SmallFile.contents(of: text, limit: 1 << 30), as: UTF8.self)
      .split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    guard lines.count >= rows else {
      throw ExperimentError.retention("\(text.path) has \(lines.count) lines of text, and retention_rows is \(rows). Lower it")
    }
    return lines.prefix(rows).map(String.init)
  }
}
