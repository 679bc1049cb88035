// What a run will cost, counted by the very code that will run it on a backend that computes nothing.
import Datasets
import Foundation
import Layers
import Objectives
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
  /// Those among them that a method makes on a sample before training proper.
  let preliminarySteps: Int
  /// Operations of all matrix products: training at the cost of its first update's tokens, and evaluation after each epoch.
  package let floatingPointOperations: Double
  /// The most memory in use at one time, weights included.
  package let peakBytes: Int
  /// About the bytes that the run leaves on disk: what was trained, as it was after the best epoch and at the end, in float32.
  package var diskBytes: Double { 2 * 4 * Double(trainableWithHead) }

  /// - Throws: what would keep the run itself from starting.
  package init(_ run: PlannedRun, inputs: RunInputs) throws {
    let backend = PlanningBackend(), retention = try RunRetention(run, inputs: inputs)
    try self.init(AssembledRun(run, inputs: inputs, backend: backend).fineTuning, backend) { try retention?.plan(on: backend) }
  }

  /// By the published sizes of the model and the task; nil where either is not known.
  ///
  /// - Throws: `AdapterError`, `ModelError`.
  init?(published specification: RunSpecification) throws {
    guard let configuration = PublishedSizes.configuration(of: specification.model),
      let objective = PublishedSizes.objective(specification.task, specification.training)
    else { return nil }
    let backend = PlanningBackend()
    let run = try AssembledRun(specification, configuration: configuration, objective: objective, backend: backend)
    try self.init(run.fineTuning, backend) {}
  }

  /// - Parameter afterTraining: what the run computes beside its trained model; of that the memory counts alone.
  private init(_ fineTuning: FineTuning, _ backend: PlanningBackend, afterTraining: () throws -> Void) throws {
    let preliminary = try fineTuning.planPreliminary()
    let (length, stepper) = (fineTuning.length, fineTuning.makeStepper())
    preliminarySteps = preliminary.updates
    steps = preliminary.updates + length.totalSteps
    let (objective, training) = (fineTuning.objective, fineTuning.objective.training)
    let plan = BatchPlan(count: training.count, batchSize: fineTuning.settings.batchSize)
    let rows = plan.shuffled(seed: fineTuning.seed, epoch: 0)[0]
    let step = try stepper.step(0, rows, pass: .training(seed: fineTuning.seed, step: 0))
    trainable = step.trainable
    trainableWithHead = step.trainableWithHead
    let tokens = training.tokens * length.epochs
    var operations = preliminary.operations
    operations += Double(step.floatingPointOperations) * Double(tokens) / Double(max(1, training.tokens(of: rows)))
    for (index, set) in objective.validation.enumerated() {
      let sample = Array(0..<min(32, set.count)), before = backend.operations
      _ = backend.withoutGradients {
        objective.outputs(of: fineTuning.model, sample, of: .validation(index), pass: .evaluation, everyToken: false)
      }
      let tokens = objective.evaluatedTokens(of: index, epochs: length.epochs)
      operations += Double(backend.operations - before) * Double(tokens) / Double(max(1, set.tokens(of: sample)))
    }
    floatingPointOperations = operations
    try withExtendedLifetime(fineTuning, afterTraining)
    peakBytes = backend.peakBytes
  }
}
