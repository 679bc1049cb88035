import Adapters
import Datasets
import Foundation
import Layers
import Models
import Objectives
import Settings
import Storage
import Tensors

/// How a run ended.
package enum TrainingOutcome: Sendable, Equatable {
  case completed
  /// The loss or the gradient went to infinity or NaN.
  case diverged(Divergence)
}

/// What is told while a run goes on.
package protocol TrainingObserver: AnyObject {
  /// Updates begin, of a method's preliminary or of training proper, after those of the history.
  func willUpdate(after history: TrainingHistory, isPreliminary: Bool)
  /// An update is done; `updates` of `total`.
  func didUpdate(_ result: StepResult, updates: Int, total: Int)
  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int)
  /// A checkpoint is written.
  func didSaveCheckpoint()
}

extension TrainingObserver {
  package func willUpdate(after history: TrainingHistory, isPreliminary: Bool) {}
  package func didSaveCheckpoint() {}
}

/// A run was asked to stop; it goes on from its checkpoint.
package struct Interruption: Error, Equatable {
  /// An observer may leave out what it does not need.
  package init() {}
}

/// One fine-tuning run from start to end: epochs of shuffled batches, evaluation after each, checkpoints between.
///
/// Its numbers are a function of the model, the data, the method, the settings and the seeds; when it is killed and started again it
/// ends with the same bits.
package struct FineTuning {
  /// With the method on it.
  package let model: Model
  /// The method that trains.
  package let method: any TuningMethod
  /// The task: what is trained on, and what every epoch's end is evaluated on.
  package let objective: any Objective
  /// The recipe: rates, batch, epochs, schedule.
  package let settings: TrainingSettings
  /// What is drawn while the run trains starts from it (`RunSeed.order`): the order of the rows, dropout, samples. What the model and the
  /// method were made from is their own affair.
  package let seed: UInt64
  /// Where the tensors lie.
  package let backend: any Backend
  /// Whether the model's dropouts act while training.
  var usesDropout = true
  /// Where it can be resumed from; `nil` keeps nothing.
  package var checkpoint: Checkpoint?
  /// Seconds between checkpoints; 0 saves after every update. They change no number.
  package var checkpointInterval = 20.0
  /// Where the best and the last epoch's trained parameters go, as `best.safetensors` and `last.safetensors`.
  package var weights: URL?
  /// Who is told of each update and epoch.
  package weak var observer: (any TrainingObserver)?
  /// Asked before every file is written; what it throws ends the run, and nothing is written any more.
  package var beforeWriting: () throws -> Void = {}
  /// Asked after every update, and between the batches of evaluations and measurements.
  package var shouldStop: () -> Bool = { false }

  /// A run of `method`, which has attached to `model`, on a task that fits it.
  package init(
    model: Model, method: any TuningMethod, objective: any Objective, settings: TrainingSettings, seed: UInt64,
    backend: any Backend
  ) {
    self.model = model
    self.method = method
    self.objective = objective
    self.settings = settings
    self.seed = seed
    self.backend = backend
  }

  /// How many updates training on so many rows takes.
  package static func length(rows: Int, settings: TrainingSettings) -> TrainingLength {
    TrainingLength(
      stepsPerEpoch: BatchPlan(count: rows, batchSize: settings.batchSize).stepsPerEpoch, epochs: settings.epochs)
  }

  /// Trains, or goes on from the checkpoint.
  ///
  /// - Throws: `Interruption` after saving a checkpoint, `CheckpointError`, and `StorageError` when a file cannot be written.
  package func run() throws -> (history: TrainingHistory, outcome: TrainingOutcome) {
    var history = TrainingHistory()
    let saved = try checkpoint.flatMap { try SavedRun($0) }
    if let checkpoint, let saved {
      guard fits(saved.history) else {
        throw CheckpointError(file: checkpoint.url.path, reason: "its history does not fit the run's length and validation sets")
      }
      history = saved.history
      guard history.measurementOperations == nil || !saved.methodState.isEmpty else {
        throw CheckpointError(file: checkpoint.url.path, reason: "the state of the method is missing")
      }
      do { try method.restore(saved.methodState) } catch let error as AdapterError {
        throw CheckpointError(file: checkpoint.url.path, reason: "\(error)")
      }
    }
    if history.measurementOperations == nil, let preliminary = try PreliminaryRun(self) {
      let phase = preliminary.phase
      try saved?.restore(phase.stepper)
      if let divergence = try update(phase, &history) { return (history, .diverged(divergence)) }
      history.measurementOperations = try preliminary.finish()
    }
    let phase = TrainingPhase(
      stepper: makeStepper(), rows: Array(0..<objective.training.count), length: length, seed: seed, steps: \.steps, isMain: true)
    if let saved, saved.history.measurementOperations == history.measurementOperations { try saved.restore(phase.stepper) }
    if history.steps.isEmpty, history.measurementOperations != nil { try save(phase.stepper, history) }
    if let divergence = try update(phase, &history) {
      try saveWeights("last", of: phase.stepper, &history)
      try requireWeights(history)
      return (history, .diverged(divergence))
    }
    try saveWeights("last", of: phase.stepper, &history)
    try requireWeights(history)
    return (history, .completed)
  }

  /// What makes the updates of training proper, on the parameters that the method has now.
  package func makeStepper() -> Stepper {
    Stepper(
      model: model, method: method, objective: objective, settings: settings, totalSteps: length.totalSteps, backend: backend)
  }

  /// How long training proper is.
  package var length: TrainingLength { Self.length(rows: objective.training.count, settings: settings) }

  /// Makes the updates of a phase that are not done; a divergence ends it.
  private func update(_ phase: TrainingPhase, _ history: inout TrainingHistory) throws -> Divergence? {
    let plan = BatchPlan(count: phase.rows.count, batchSize: settings.batchSize)
    let (stepper, length) = (phase.stepper, phase.length)
    observer?.willUpdate(after: history, isPreliminary: !phase.isMain)
    var batches: [[Int]] = []
    var shuffledEpoch = -1
    var saved = ContinuousClock.now
    // a duration has an end, which a number of seconds has not
    let shortest = Duration.seconds(min(checkpointInterval, 1e9))
    var interval = shortest
    if phase.isMain, isEvaluationPending(history) {
      try finishEpoch(isLast: history.steps.count == length.totalSteps, stepper, &history)
      if isWithoutHope(history) { return nil }
    }
    for step in history[keyPath: phase.steps].count..<max(history[keyPath: phase.steps].count, length.totalSteps) {
      let epoch = step / length.stepsPerEpoch
      if epoch != shuffledEpoch {
        batches = plan.shuffled(seed: phase.seed, epoch: epoch)
        shuffledEpoch = epoch
      }
      let rows = batches[step % length.stepsPerEpoch].map { phase.rows[$0] }
      let pass: Pass = .training(seed: phase.seed, step: step, drops: usesDropout)
      do {
        history[keyPath: phase.steps].append(try stepper.step(step, rows, pass: pass))
      } catch var divergence as Divergence {
        if !phase.isMain { divergence.quantity += " of the preliminary" }
        return divergence
      }
      let total = self.length.totalSteps + (phase.isMain ? history.preliminary.count : length.totalSteps)
      observer?.didUpdate(history[keyPath: phase.steps][step], updates: history.updates, total: total)
      let isLast = step + 1 == length.totalSteps
      // what a method changes for the last evaluation alone is not to be compared with epochs before it
      let isEvaluated = (step + 1) % length.stepsPerEpoch == 0 && (isLast || method.lastSample == nil)
      if phase.isMain, isEvaluated {
        // as long as the updates themselves may take the answers, and what a method does before them is made again too
        if isLast, objective.answersTakeLong { try save(stepper, history) }
        do { try finishEpoch(isLast: isLast, stepper, &history) } catch let interruption as Interruption {
          // the evaluation is made again from here; before the last one a method may have changed what is evaluated
          if !isLast { try save(stepper, history) }
          throw interruption
        }
        if isWithoutHope(history) { return nil }
      }
      guard !(phase.isMain && isLast) else { continue }
      let mustStop = shouldStop()
      if checkpoint != nil, mustStop || ContinuousClock.now - saved > interval {
        let start = ContinuousClock.now
        try save(stepper, history)
        observer?.didSaveCheckpoint()
        saved = .now
        // a large model's checkpoint takes its time: never more than a tenth of the whole
        if checkpointInterval > 0 { interval = max(shortest, (saved - start) * 9) }
      }
      if mustStop { throw Interruption() }
    }
    return nil
  }

  /// Whether as many epochs as the recipe's patience have passed without a better score.
  private func isWithoutHope(_ history: TrainingHistory) -> Bool {
    guard let patience = settings.earlyStoppingPatience, let best = history.best else { return false }
    return history.epochs.count - 1 - best >= patience
  }

  /// Why a run cannot be ended early although its recipe asks for it; nil where it can be, or is not to be. Which epoch is the last is
  /// known only when it has been evaluated.
  package static func problem(
    ofPatience settings: TrainingSettings, _ method: any TuningMethod, asksForTexts: Bool
  ) -> String? {
    guard settings.earlyStoppingPatience != nil else { return nil }
    if method.actsBeforeLastEvaluation {
      return
        "the method prunes or measures before the last epoch is evaluated, as final_pruning, final_norms and verifications ask for"
    }
    if asksForTexts, settings.generation.moment != .every {
      return "texts are written after the last epoch alone; set 'generate: every'"
    }
    return nil
  }

  /// Whether a saved history can be one of this run: as many epochs as its updates fill, each evaluated on every set.
  private func fits(_ history: TrainingHistory) -> Bool {
    let length = length
    let evaluated = method.lastSample == nil ? history.steps.count / length.stepsPerEpoch : 0
    return history.steps.count <= length.totalSteps
      && (history.epochs.count == evaluated || isEvaluationPending(history))
      && history.epochs.enumerated().allSatisfy { index, epoch in
        epoch.updates == (index + 1) * length.stepsPerEpoch
          && epoch.evaluations.map(\.name) == objective.validation.map(\.name)
          && epoch.evaluations.map(\.isHeldOut) == objective.validation.map(\.isHeldOut)
      }
      && (method.preliminary == nil
        ? history.preliminary.isEmpty && history.measurementOperations == nil
        : history.measurementOperations != nil || history.steps.isEmpty)
  }

  /// Whether a run was stopped between an epoch's last update and the end of its evaluation.
  private func isEvaluationPending(_ history: TrainingHistory) -> Bool {
    let (epochs, rest) = history.steps.count.quotientAndRemainder(dividingBy: length.stepsPerEpoch)
    guard rest == 0, epochs > 0, method.lastSample == nil || epochs == length.epochs else { return false }
    return history.epochs.count == (method.lastSample == nil ? epochs - 1 : 0)
  }

  private func finishEpoch(isLast: Bool, _ stepper: Stepper, _ history: inout TrainingHistory) throws {
    if isLast {
      let sample = try method.lastSample.map { sample in
        TrainingSample(try rows(sample), stepper: stepper, backend: backend, shouldStop: shouldStop)
      }
      try method.beforeLastEvaluation(sample)
    }
    let losses = history.steps.suffix(length.stepsPerEpoch)
    let sets = objective.validation, epoch = history.epochs.count + 1
    func evaluation(_ set: Int, isLast: Bool) throws -> Evaluation {
      try Evaluation.run(model, objective, set: set, isLast: isLast, backend: backend, shouldStop: shouldStop)
    }
    // an interruption leaves the history as it is
    var next = history
    next.epochs.append(
      TrainingHistory.Epoch(
        updates: history.steps.count, meanLoss: losses.reduce(0) { $0 + Double($1.taskLoss) } / Double(losses.count),
        evaluations: try sets.indices.map {
          sets[$0].isHeldOut ? Evaluation(unmeasured: sets[$0]) : try evaluation($0, isLast: isLast)
        }))
    // what a table may report: the best epoch, or the last
    if next.best == epoch - 1 || isLast || isWithoutHope(next) {
      for set in sets.indices where sets[set].isHeldOut {
        next.epochs[epoch - 1].evaluations[set] = try evaluation(set, isLast: isLast)
      }
    }
    next.dropUnneededLogits()
    history = next
    if history.best == epoch - 1 { try saveWeights("best", of: stepper, &history) }
    observer?.didFinishEpoch(history.epochs[epoch - 1], number: epoch)
  }

  private func save(_ stepper: Stepper, _ history: TrainingHistory) throws {
    guard let checkpoint else { return }
    try beforeWriting()
    try checkpoint.save(stepper, history)
  }

  private func saveWeights(_ name: String, of stepper: Stepper, _ history: inout TrainingHistory) throws {
    guard let weights else { return }
    try beforeWriting()
    let entries = (method.parameters + model.parameters).filter(stepper.isSaved).map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, values: $0.tensor.values)
    }
    history.weights[name] = try SafetensorsWriter.write(entries, to: weights.appending(component: "\(name).safetensors"))
  }

  /// Compares the files of weights with what was written: between a stop and the going on from it, anything may have happened to them.
  /// It is done at the end, since an epoch that is made again writes its file again.
  private func requireWeights(_ history: TrainingHistory) throws {
    guard let weights else { return }
    for (name, digest) in history.weights.sorted(by: { $0.key < $1.key }) {
      let file = weights.appending(component: "\(name).safetensors")
      guard (try? FileDigest.sha256(of: file)) == digest else {
        throw CheckpointError(
          file: (checkpoint?.url ?? file).path, reason: "\(file.lastPathComponent) is not the file that was saved")
      }
    }
  }
}

/// A stretch of updates with its own rows, optimizer, schedule and random streams.
struct TrainingPhase {
  let stepper: Stepper
  /// Of the training set.
  let rows: [Int]
  let length: TrainingLength
  let seed: UInt64
  /// Where its updates stand in the history.
  let steps: WritableKeyPath<TrainingHistory, [StepResult]>
  /// Training proper, with evaluations, rather than a method's preliminary.
  let isMain: Bool
}
