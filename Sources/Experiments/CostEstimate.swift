// What a run will cost, counted by the very code that will run it on a backend that computes nothing.
import Datasets
import Foundation
import Layers
import Records
import Settings
import Tensors
import Training

/// The cost of a run before it is made.
package struct CostEstimate: Sendable, Equatable {
  /// Parameters that learn at the first update, without and with the head.
  package let trainable: Int
  /// Numbers that train at the start, the head's with them.
  package let trainableWithHead: Int
  /// Updates of the whole run.
  package let steps: Int
  /// Operations of all matrix products: training at the cost of its first update's tokens, and evaluation after each epoch.
  package let floatingPointOperations: Double
  /// The most memory in use at one time during an update, weights included.
  package let peakBytes: Int

  /// - Throws: what would keep the run itself from starting.
  package init(_ run: PlannedRun, inputs: RunInputs) throws {
    let backend = PlanningBackend()
    try self.init(AssembledRun(run, inputs: inputs, backend: backend).fineTuning, backend)
  }

  /// By the published sizes of the model and the task; nil where either is not known.
  ///
  /// - Throws: `AdapterError`, `ModelError`.
  init?(published specification: RunSpecification) throws {
    guard let configuration = PublishedSizes.configuration(of: specification.model),
      let task = GLUETask(rawValue: specification.task.id)
    else { return nil }
    let backend = PlanningBackend(), rows = PublishedSizes.rows(task, specification.training)
    let run = try AssembledRun(specification, configuration: configuration, task: rows, backend: backend)
    try self.init(run.fineTuning, backend)
  }

  private init(_ fineTuning: FineTuning, _ backend: PlanningBackend) throws {
    let preliminary = try fineTuning.planPreliminary()
    let (length, stepper) = (fineTuning.length, fineTuning.makeStepper())
    steps = preliminary.updates + length.totalSteps
    let plan = BatchPlan(count: fineTuning.train.count, batchSize: fineTuning.settings.batchSize)
    let batch = LabelledBatch(plan.shuffled(seed: fineTuning.seed, epoch: 0)[0].map { fineTuning.train[$0] })
    let step = try stepper.step(0, batch, pass: .training(seed: fineTuning.seed, step: 0))
    trainable = step.trainable
    trainableWithHead = step.trainableWithHead
    let tokens = fineTuning.train.reduce(0) { $0 + $1.tokens.count } * length.epochs
    var operations = preliminary.operations
    operations += Double(step.floatingPointOperations) * Double(tokens) / Double(max(1, batch.batch.tokens.count))
    for set in fineTuning.validation {
      let sample = set.examples.prefix(32)
      let before = backend.operations
      _ = backend.withoutGradients {
        fineTuning.model.logits(TokenBatch(sample.map { ($0.tokens, $0.segments) }), pass: .evaluation)
      }
      let share =
        Double(set.examples.reduce(0) { $0 + $1.tokens.count }) / Double(max(1, sample.reduce(0) { $0 + $1.tokens.count }))
      operations += Double(backend.operations - before) * share * Double(length.epochs)
    }
    floatingPointOperations = operations
    peakBytes = backend.peakBytes
  }
}
