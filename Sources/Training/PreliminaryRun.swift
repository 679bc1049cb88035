// What precedes training proper: a method's updates on a sample, and its measurement there.
import Adapters
import Datasets
import Layers
import Models
import Objectives
import Tensors

/// The preliminary of a method on a run's model and data.
struct PreliminaryRun {
  let phase: TrainingPhase
  private let method: any TuningMethod
  private let sample: TrainingSample

  /// Its own streams: the order of its rows and its dropout repeat nothing of training proper.
  private static let seedOffset: UInt64 = 0x7072_656c_696d

  /// `nil` for a method without a preliminary.
  init?(_ run: FineTuning) throws {
    guard let preliminary = run.method.preliminary else { return nil }
    method = run.method
    let rows = try run.rows(preliminary.sample)
    var settings = run.settings
    // a warm-up of so many updates keeps its share of a schedule of this length
    if case .steps(let steps) = settings.warmup { settings.warmup = .ratio(min(1, Double(steps) / Double(run.length.totalSteps))) }
    let length = preliminary.length.updates(stepsPerEpoch: FineTuning.length(rows: rows.count, settings: settings).stepsPerEpoch)
    let stepper = Stepper(
      model: run.model, method: run.method, objective: run.objective, settings: settings, totalSteps: length.totalSteps,
      backend: run.backend)
    phase = TrainingPhase(
      stepper: stepper, rows: rows, length: length, seed: run.seed ^ Self.seedOffset, steps: \.preliminary, isMain: false)
    sample = TrainingSample(rows, stepper: stepper, backend: run.backend, shouldStop: run.shouldStop)
  }

  /// Lets the method measure and set up training proper; returns the operations that took.
  ///
  /// - Throws: `Interruption`.
  func finish() throws -> Int {
    let backend = sample.backend, before = backend.operations
    try method.finishPreliminary(sample)
    phase.stepper.optimizer.clearGradients()
    return backend.operations - before
  }
}

/// Batches of the training set, as a method measures on them.
package struct TrainingSample: MeasuredSample {
  /// Where the model's tensors lie.
  package let backend: any Backend
  package let rows: [Int]
  private let stepper: Stepper
  private let batches: [[Int]]
  private let shouldStop: () -> Bool

  /// Rows of the training set, in batches.
  ///
  /// - Parameter shouldStop: asked before every batch.
  package init(
    batches: [[Int]], stepper: Stepper, backend: any Backend, shouldStop: @escaping () -> Bool = { false }
  ) {
    self.shouldStop = shouldStop
    self.backend = backend
    self.stepper = stepper
    self.batches = batches
    rows = batches.flatMap { $0 }
  }

  /// Rows of the training set in their order, in batches of the stepper's size.
  init(_ rows: [Int], stepper: Stepper, backend: any Backend, shouldStop: @escaping () -> Bool) {
    let size = stepper.settings.batchSize
    let batches = stride(from: 0, to: rows.count, by: size).map { Array(rows[$0..<min(rows.count, $0 + size)]) }
    self.init(batches: batches, stepper: stepper, backend: backend, shouldStop: shouldStop)
  }

  package func forward(_ body: (TokenBatch) -> Void) throws {
    let (objective, model) = (stepper.objective, stepper.model)
    for batch in batches {
      if shouldStop() { throw Interruption() }
      backend.withoutGradients {
        _ = objective.outputs(of: model, batch, of: .training, pass: .evaluation, everyToken: true)
      }
      body(objective.batch(batch, of: .training))
    }
  }

  package func addGradients() throws {
    for batch in batches {
      if shouldStop() { throw Interruption() }
      stepper.taskLoss(batch, pass: .evaluation).backward()
    }
  }
}

extension FineTuning {
  /// The rows of a sample: stratified, in the order of the training set.
  func rows(_ sample: Preliminary.Sample) throws -> [Int] {
    let strata = objective.strata
    let fraction =
      switch sample {
      case .share(let share): share
      case .rowsPerClass(let rows): min(1, Double(rows * strata.count) / Double(max(1, strata.ofRows.count)))
      }
    return try StratifiedSample.indices(strata: strata.ofRows, fraction: fraction, seed: seed)
  }
}

extension FineTuning {
  /// What the preliminary takes, judged by its first update, and its measurement; training proper is set up then. It is for a backend
  /// that counts and computes nothing.
  ///
  /// - Throws: what the method throws at the end of its preliminary phase.
  package func planPreliminary() throws -> (updates: Int, operations: Double) {
    guard let preliminary = try PreliminaryRun(self) else { return (0, 0) }
    let (phase, updates) = (preliminary.phase, preliminary.phase.length.totalSteps)
    let rows = Array(phase.rows.prefix(settings.batchSize)), set = objective.training
    let step = updates == 0 ? nil : try phase.stepper.step(0, rows, pass: .training(seed: phase.seed, step: 0))
    let passes = Double(updates) / Double(max(1, phase.length.stepsPerEpoch))
    let tokens = Double(set.tokens(of: phase.rows)) * passes
    let training = Double(step?.floatingPointOperations ?? 0) * tokens / Double(max(1, set.tokens(of: rows)))
    return (updates, training + Double(try preliminary.finish()))
  }
}
