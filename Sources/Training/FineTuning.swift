import Adapters
import Datasets
import Foundation
import Layers
import Metrics
import Models
import Storage
import Tensors

/// How a run ended.
public enum TrainingOutcome: Sendable, Equatable {
  case completed
  /// The loss or the gradient went to infinity or NaN.
  case diverged(Divergence)
}

/// What is told while a run goes on.
public protocol TrainingObserver: AnyObject {
  /// An update is done; `updates` of `total`.
  func didUpdate(_ result: StepResult, updates: Int, total: Int)
  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int)
}

/// A run was asked to stop; it goes on from its checkpoint.
public struct Interruption: Error, Equatable {
  public init() {}
}

/// One fine-tuning run from start to end: epochs of shuffled batches, evaluation after each, checkpoints between.
///
/// Its numbers are a function of the model, the data, the method, the settings and the seed; when it is killed and started again it
/// ends with the same bits.
public struct FineTuning {
  public let stepper: Stepper
  public let train: [EncodedExample]
  public let validation: [ValidationSet]
  public let metrics: [Metric]
  public let seed: UInt64
  public let backend: any Backend
  /// Whether the model's dropouts act while training.
  public var usesDropout = true
  /// Where it can be resumed from; `nil` keeps nothing.
  public var checkpoint: Checkpoint?
  /// Seconds between checkpoints. They change no number.
  public var checkpointInterval = 20.0
  /// Where the best and the last epoch's trained parameters go, as `best.safetensors` and `last.safetensors`.
  public var weights: URL?
  public weak var observer: (any TrainingObserver)?
  /// Asked after every update.
  public var shouldStop: () -> Bool = { false }

  public init(
    stepper: Stepper, train: [EncodedExample], validation: [ValidationSet], metrics: [Metric], seed: UInt64, backend: any Backend
  ) {
    self.stepper = stepper
    self.train = train
    self.validation = validation
    self.metrics = metrics
    self.seed = seed
    self.backend = backend
  }

  /// How many updates training takes.
  public static func length(examples: Int, settings: OptimizationSettings) -> TrainingLength {
    TrainingLength(
      stepsPerEpoch: BatchPlan(count: examples, batchSize: settings.batchSize).stepsPerEpoch, epochs: settings.epochs)
  }

  /// Trains, or goes on from the checkpoint.
  ///
  /// - Throws: `Interruption` after saving a checkpoint, `CheckpointError`, and `StorageError` when a file cannot be written.
  public func run() throws -> (history: TrainingHistory, outcome: TrainingOutcome) {
    let plan = BatchPlan(count: train.count, batchSize: stepper.settings.batchSize)
    let length = Self.length(examples: train.count, settings: stepper.settings)
    var history = TrainingHistory()
    if let checkpoint, let saved = try checkpoint.restore(stepper) {
      guard fits(saved, length) else {
        throw CheckpointError(file: checkpoint.url.path, reason: "its history does not fit the run's length and validation sets")
      }
      history = saved
    }
    var batches: [[Int]] = []
    var shuffledEpoch = -1
    var saved = ContinuousClock.now
    for step in history.steps.count..<max(history.steps.count, length.totalSteps) {
      let epoch = step / length.stepsPerEpoch
      if epoch != shuffledEpoch {
        batches = plan.shuffled(seed: seed, epoch: epoch)
        shuffledEpoch = epoch
      }
      let batch = LabelledBatch(batches[step % length.stepsPerEpoch].map { train[$0] })
      let pass: Pass = usesDropout ? .training(seed: seed, step: step) : .evaluation
      do {
        history.steps.append(try stepper.step(step, batch, pass: pass))
      } catch let divergence as Divergence {
        try saveWeights("last")
        return (history, .diverged(divergence))
      }
      observer?.didUpdate(history.steps[step], updates: step + 1, total: length.totalSteps)
      if (step + 1) % length.stepsPerEpoch == 0 { try finishEpoch(epoch, length, &history) }
      guard let checkpoint, step + 1 < length.totalSteps else { continue }
      let mustStop = shouldStop()
      if mustStop || ContinuousClock.now - saved > .seconds(checkpointInterval) {
        try checkpoint.save(stepper, history)
        saved = .now
      }
      if mustStop { throw Interruption() }
    }
    try saveWeights("last")
    return (history, .completed)
  }

  /// Whether a saved history can be one of this run: as many epochs as its updates fill, each evaluated on every set.
  private func fits(_ history: TrainingHistory, _ length: TrainingLength) -> Bool {
    history.steps.count <= length.totalSteps && history.epochs.count * length.stepsPerEpoch <= history.steps.count
      && (history.epochs.count + 1) * length.stepsPerEpoch > history.steps.count
      && history.epochs.allSatisfy { $0.evaluations.map(\.name) == validation.map(\.name) }
  }

  private func finishEpoch(_ epoch: Int, _ length: TrainingLength, _ history: inout TrainingHistory) throws {
    let losses = history.steps.suffix(length.stepsPerEpoch)
    history.epochs.append(
      TrainingHistory.Epoch(
        updates: history.steps.count, meanLoss: losses.reduce(0) { $0 + Double($1.taskLoss) } / Double(losses.count),
        evaluations: validation.map { Evaluation.run(stepper.model, on: $0, metrics: metrics, backend: backend) }))
    if history.best == epoch { try saveWeights("best") }
    observer?.didFinishEpoch(history.epochs[epoch], number: epoch + 1)
  }

  private func saveWeights(_ name: String) throws {
    guard let weights else { return }
    let entries = stepper.optimizer.parameters.filter(stepper.isSaved).map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, values: $0.tensor.values)
    }
    try SafetensorsWriter.write(entries, to: weights.appending(component: "\(name).safetensors"))
  }
}
