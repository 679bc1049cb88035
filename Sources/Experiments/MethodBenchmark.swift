// Every method's training step beside LoRA's, at a published model's size with random weights.
import Adapters
import Devices
import Foundation
import Layers
import Models
import Settings
import Tensors
import Training

/// One method's cost relative to LoRA's.
package struct MethodCost: Sendable, Equatable {
  /// The method's id.
  package let method: String
  /// The median time of its steps, in seconds.
  package let stepSeconds: Double
  /// The time of all steps over that of LoRA's, the two in turn, so that the machine's drift falls out.
  package let timeRatio: Double
  /// Operations of a step's matrix products over those of LoRA's.
  package let operationRatio: Double
  /// The most memory in use at one time during a step, weights included, by plan.
  package let plannedBytes: Int
}

/// Measures methods one after the other, each in turn with LoRA on the same linear layers.
package struct MethodBenchmark {
  /// The model's sizes; its weights are random.
  package var size: PublishedModel
  /// Tokens of every sequence.
  package var length: Int
  /// Sequences in a step.
  package var batchSize: Int
  /// Steps of each method that are timed, after one that is not.
  package var steps: Int
  /// Threads of the backend.
  package var threads: Int

  /// A benchmark of so many steps of each method.
  package init(size: PublishedModel, length: Int, batchSize: Int, steps: Int, threads: Int) {
    self.size = size
    self.length = length
    self.batchSize = batchSize
    self.steps = steps
    self.threads = threads
  }

  /// What the method says of itself, on all linear layers where it has a choice.
  ///
  /// - Throws: `AdapterError.unknownMethod`.
  static func options(_ id: String) throws -> [String: OptionValue] {
    let method = try MethodRegistry.method(id)
    guard method.description.option(named: "targets") != nil else { return method.benchmarkOptions }
    return method.benchmarkOptions.merging(["targets": .texts(["all-linear"])]) { $1 }
  }

  /// Times `method` against LoRA.
  ///
  /// - Parameter shouldStop: asked after every pair of steps.
  /// - Throws: `AdapterError`, also where the model has no place for the method, `ExperimentError.noPositions`, `ModelError`,
  ///   `BackendError`; `Interruption` when asked to stop.
  package func run(_ method: String, shouldStop: () -> Bool = { false }) throws -> MethodCost {
    let backend = try Device.processor.backend(threads: threads)
    let baseline = try assemble("lora", on: backend)
    let measured = try assemble(method, on: backend)
    var (times, baselineTimes): ([Double], [Double]) = ([], [])
    var operations = (baseline: 0, measured: 0)
    for step in 0...steps {
      let (first, second) = (try time(baseline, step), try time(measured, step))
      if shouldStop() { throw Interruption() }
      guard step > 0 else { continue }  // the first step of each fills the pool of buffers
      operations = (first.operations, second.operations)
      times.append(second.seconds)
      baselineTimes.append(first.seconds)
    }
    return MethodCost(
      method: method, stepSeconds: times.sorted()[times.count / 2], timeRatio: times.reduce(0, +) / baselineTimes.reduce(0, +),
      operationRatio: Double(operations.measured) / Double(operations.baseline), plannedBytes: try plannedBytes(method))
  }

  private func time(_ stepper: Stepper, _ step: Int) throws -> (seconds: Double, operations: Int) {
    let start = ContinuousClock.now
    let result = try stepper.step(step, task.rows(step), pass: .training(seed: 0, step: step))
    return (start.duration(to: .now).seconds, result.floatingPointOperations)
  }

  private func plannedBytes(_ method: String) throws -> Int {
    let backend = PlanningBackend()
    _ = try assemble(method, on: backend).step(0, task.rows(0), pass: .training(seed: 0, step: 0))
    return backend.peakBytes
  }

  private func assemble(_ method: String, on backend: any Backend) throws -> Stepper {
    let model = try ModelLoader.random(size.timedConfiguration, seed: 0, on: backend)
    let host = MethodHost(
      model, backend: backend, seed: 0, schedule: TrainingLength(stepsPerEpoch: steps + 1, epochs: 1))
    let attached = try MethodRegistry.attach(method, options: try Self.options(method), to: host)
    try model.checkPositions(length: length, of: size.rawValue)
    let settings = TrainingSettings(epochs: 1, batchSize: batchSize, learningRate: 1e-4)
    let objective = task.objective
    func stepper() -> Stepper {
      Stepper(
        model: model, method: attached, objective: objective, settings: settings, totalSteps: steps + 1, backend: backend)
    }
    guard attached.preliminary != nil else { return stepper() }
    // a preliminary without training: what it leads to is what is timed
    try attached.finishPreliminary(TrainingSample(batches: [task.rows(0)], stepper: stepper(), backend: backend))
    for parameter in attached.parameters + model.parameters { parameter.tensor.clearGradient() }
    return stepper()
  }

  private var task: BenchmarkCase {
    BenchmarkCase(size: size, lengths: [length], batchSize: batchSize, steps: steps, warmup: 1, threads: threads)
  }
}
