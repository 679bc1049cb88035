// One run from its plan to its results on disk.
import Adapters
import Foundation
import Layers
import Manifests
import Metrics
import Models
import Records
import Storage
import Tensors
import Training

/// What a run is given beside its plan.
public struct ExecutionOptions: Sendable {
  public var threads = 1
  /// Seconds between checkpoints.
  public var checkpointInterval = 20.0
  /// Whether each step's time is kept.
  public var keepsStepTimes = false
  /// Asked after every update; when true the run saves a checkpoint and ends with `Interruption`.
  public var shouldStop: @Sendable () -> Bool = { false }

  public init() {}
}

/// A model, a method and a trainer, put together as a run says.
public struct AssembledRun {
  public let fineTuning: FineTuning
  /// Parameters of the head that the checkpoint lacks.
  public let newlyInitialized: [String]

  /// - Throws: what is wrong with the model's or the task's files, or with the method's options on this model.
  public init(_ run: PlannedRun, inputs: RunInputs, backend: any Backend) throws {
    let specification = run.specification
    let recipe = specification.training
    let checkpoint = try ModelLoader.configuration(folder: run.modelFolder)
    let task = try inputs.encoded(run, modelType: checkpoint.architecture.rawValue)
    if let limit = checkpoint.maximumTokens, recipe.maximumLength > limit {
      throw ExperimentError.tooLong(model: run.modelFolder.path, length: recipe.maximumLength, limit: limit)
    }
    let highest = (task.train + task.validation.flatMap(\.examples)).reduce(0) { max($0, Int($1.tokens.max() ?? 0)) }
    guard highest < checkpoint.vocabularySize else {
      throw ExperimentError.vocabulary(model: run.modelFolder.path, tokenizer: highest + 1, embedding: checkpoint.vocabularySize)
    }
    let seed = UInt64(bitPattern: Int64(specification.seed))
    let loaded = try ModelLoader.load(folder: run.modelFolder, seed: seed, on: backend) { configuration in
      configuration.classes = task.outputs
      if let rate = recipe.hiddenDropout { configuration.hiddenDropout = rate }
      if let rate = recipe.attentionDropout { configuration.attentionDropout = rate }
      if let rate = recipe.classifierDropout { configuration.classifierDropout = rate }
    }
    let settings = OptimizationSettings(recipe)
    let length = FineTuning.length(examples: task.train.count, settings: settings)
    let host = MethodHost(loaded.model, backend: backend, seed: seed, schedule: length)
    let method = try specification.attach(to: host)
    fineTuning = FineTuning(
      model: loaded.model, method: method, settings: settings, train: task.train, validation: task.validation,
      metrics: task.metrics, seed: seed, backend: backend)
    newlyInitialized = loaded.newlyInitialized
  }
}

extension OptimizationSettings {
  init(_ recipe: TrainingRecipe) {
    let warmup: Warmup =
      switch recipe.warmup {
      case .ratio(let share): .ratio(share)
      case .steps(let steps): .steps(steps)
      }
    self.init(
      epochs: recipe.epochs, batchSize: recipe.batchSize, learningRate: recipe.learningRate,
      headLearningRate: recipe.headLearningRate,
      warmup: warmup, weightDecay: recipe.weightDecay, decaysVectors: recipe.decaysVectors, beta1: recipe.betas[0],
      beta2: recipe.betas[1], epsilon: recipe.epsilon, maximumGradientNorm: recipe.maximumGradientNorm)
  }
}

/// Runs a plan and writes what it leaves: `tensors.h5`, both epochs' weights, `timing.json`, and `record.json` last.
public struct RunExecutor: Sendable {
  public let inputs: RunInputs
  public let options: ExecutionOptions

  public init(inputs: RunInputs, options: ExecutionOptions) {
    self.inputs = inputs
    self.options = options
  }

  /// Trains, or goes on from a checkpoint, and leaves a record in `folder`.
  ///
  /// - Throws: `Interruption` when asked to stop; errors of files. A run that diverges is a result, not an error.
  public func execute(_ run: PlannedRun, in folder: URL, observer: (any TrainingObserver)? = nil) throws -> RunRecord {
    let started = Date.now
    let clock = ContinuousClock.now
    let backend = try CPUBackend(threads: options.threads)
    let assembled = try AssembledRun(run, inputs: inputs, backend: backend)
    let stopwatch = Stopwatch(observer, keepsSteps: options.keepsStepTimes)
    var fineTuning = assembled.fineTuning
    fineTuning.checkpoint = Checkpoint(url: RunFile.checkpoint.url(in: folder), identity: run.identity)
    fineTuning.checkpointInterval = options.checkpointInterval
    fineTuning.weights = folder
    fineTuning.observer = stopwatch
    fineTuning.shouldStop = options.shouldStop
    let timingFile = RunFile.timing.url(in: folder)
    let saveTiming = { (last: Int) in
      let segment = stopwatch.segment(
        started: started, total: clock.duration(to: .now), last: last, peak: backend.peakBytes, threads: options.threads)
      let held = try? TimingRecord(jsonData: Data(contentsOf: timingFile), file: timingFile.path)
      let before = held?.identity == run.identity ? held : nil
      let record = (before ?? TimingRecord(identity: run.identity, segments: [])).appending(segment)
      try AtomicFile.write(try record.jsonData(), to: timingFile)
    }
    let history: TrainingHistory, outcome: TrainingOutcome
    do {
      (history, outcome) = try fineTuning.run()
    } catch let interruption as Interruption {
      try saveTiming(stopwatch.updates)
      throw interruption
    }
    let tensors = RunFile.tensors.url(in: folder)
    try HDF5File.write(
      RunTensors.tree(history, gold: fineTuning.validation, diagnostics: fineTuning.method.diagnostics), to: tensors)
    try saveTiming(history.updates)
    let record = RunRecord(
      run, history, outcome, metrics: fineTuning.metrics, validation: fineTuning.validation,
      measures: fineTuning.method.measures, tensors: try FileDigest.sha256(of: tensors), threads: options.threads)
    try AtomicFile.write(try record.jsonData(), to: RunFile.record.url(in: folder))
    fineTuning.checkpoint?.delete()
    return record
  }
}
