// What precedes training proper: a method's updates on a sample, and its measurement there.
import Adapters
import Datasets
import Layers
import Models
import Tensors

/// The preliminary of a method on a run's model and data.
struct PreliminaryRun: PreliminarySample {
  let phase: TrainingPhase
  private let method: any TuningMethod
  private let batches: [LabelledBatch]
  private let backend: any Backend

  /// Its own streams: the order of its rows and its dropout repeat nothing of training proper.
  private static let seedOffset: UInt64 = 0x7072_656c_696d

  /// `nil` for a method without a preliminary.
  init?(_ run: FineTuning) throws {
    guard let preliminary = run.method.preliminary else { return nil }
    let labels = run.train.map(\.label)
    let fraction =
      switch preliminary.sample {
      case .share(let share): share
      case .rowsPerClass(let rows): min(1, Double(rows * run.model.classes) / Double(max(1, labels.count)))
      }
    let examples = try StratifiedSample.indices(labels: labels, fraction: fraction, seed: run.seed).map { run.train[$0] }
    var settings = run.settings
    settings.epochs = preliminary.epochs
    let length = FineTuning.length(examples: examples.count, settings: settings)
    self.init(
      method: run.method,
      stepper: Stepper(
        model: run.model, method: run.method, settings: settings, totalSteps: length.totalSteps, backend: run.backend),
      examples: examples, length: length, seed: run.seed ^ Self.seedOffset, backend: run.backend)
  }

  private init(
    method: any TuningMethod, stepper: Stepper, examples: [EncodedExample], length: TrainingLength, seed: UInt64,
    backend: any Backend
  ) {
    self.method = method
    self.backend = backend
    phase = TrainingPhase(
      stepper: stepper, examples: examples, length: length, seed: seed, steps: \.preliminary, isMain: false)
    let size = stepper.settings.batchSize
    batches = stride(from: 0, to: examples.count, by: size).map {
      LabelledBatch(Array(examples[$0..<min(examples.count, $0 + size)]))
    }
  }

  /// Lets the method measure and set up training proper; returns the operations that took.
  func finish() -> Int {
    let before = backend.operations
    method.finishPreliminary(self)
    phase.stepper.optimizer.clearGradients()
    return backend.operations - before
  }

  func forward(_ body: (TokenBatch) -> Void) {
    for batch in batches {
      backend.withoutGradients { _ = phase.stepper.model.logits(batch.batch, pass: .evaluation, everyToken: true) }
      body(batch.batch)
    }
  }

  func addGradients() {
    for batch in batches { phase.stepper.taskLoss(batch, pass: .evaluation).backward() }
  }
}

extension FineTuning {
  /// What the preliminary takes, judged by its first update, and its measurement; training proper is set up then. It is for a backend
  /// that counts and computes nothing.
  public func planPreliminary() throws -> (updates: Int, operations: Double) {
    guard let preliminary = try PreliminaryRun(self) else { return (0, 0) }
    let (phase, updates) = (preliminary.phase, preliminary.phase.length.totalSteps)
    let batch = LabelledBatch(Array(phase.examples.prefix(settings.batchSize)))
    let step = updates == 0 ? nil : try phase.stepper.step(0, batch, pass: .training(seed: phase.seed, step: 0))
    let tokens = phase.examples.reduce(0) { $0 + $1.tokens.count } * phase.length.epochs
    let training = Double(step?.floatingPointOperations ?? 0) * Double(tokens) / Double(max(1, batch.batch.tokens.count))
    return (updates, training + Double(preliminary.finish()))
  }
}
