// One method on one small model, ready to train.
import CPUBackend
import Datasets
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

/// A model of random weights with a method on it; what precedes training proper is done.
struct MethodSubject {
  let model: any SequenceClassifier
  let method: any TuningMethod
  let stepper: Stepper
  let backend: any Backend
  static let steps = 10

  static func configuration(_ architecture: Architecture) -> EncoderConfiguration {
    EncoderConfiguration(
      architecture: architecture, vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12,
      maximumPositions: 24, initializerRange: 0.3, classes: 3,
      relativePositions: architecture == .deberta ? RelativePositions(buckets: 8, maximumDistance: 24) : nil)
  }

  static func host(_ model: any SequenceClassifier, seed: UInt64 = 3, steps: Int, epochs: Int = 2, on backend: any Backend)
    -> MethodHost
  {
    MethodHost(
      model, backend: backend, seed: seed, schedule: TrainingLength(stepsPerEpoch: max(1, steps / epochs), epochs: epochs))
  }

  /// - Parameter state: a saved state to take up, in place of a preliminary.
  init(
    _ method: any TuningMethod.Type, _ options: [String: OptionValue], configuration: EncoderConfiguration, steps: Int = Self.steps,
    epochs: Int = 2,
    weightDecay: Double = 0, restoring state: [Diagnostic]? = nil, on backend: any Backend
  ) throws {
    let model = try ModelLoader.random(configuration, seed: 5, on: backend)
    let method = try MethodRegistry.attach(
      method, options: options, to: Self.host(model, steps: steps, epochs: epochs, on: backend))
    let makeStepper = {
      Stepper(
        model: model, method: method,
        settings: TrainingSettings(
          epochs: 2, batchSize: 4, learningRate: 0.02, warmup: .steps(0), weightDecay: weightDecay),
        totalSteps: steps, backend: backend)
    }
    if let state {
      try method.restore(state)
    } else if let preliminary = method.preliminary {
      let stepper = makeStepper(), batches = (50..<53).map { Self.batch($0, classes: configuration.classes) }
      for step in 0..<batches.count * preliminary.epochs {
        _ = try stepper.step(step, batches[step % batches.count], pass: .training(seed: 4, step: step))
      }
      let examples = batches.reduce(0) { $0 + $1.batch.count }
      try method.finishPreliminary(
        TrainingSample(batches, rows: Array(0..<examples), stepper: stepper, backend: backend))
      stepper.optimizer.clearGradients()
    }
    (self.model, self.method, self.backend, stepper) = (model, method, backend, makeStepper())
  }

  init(
    _ id: String, _ options: [String: OptionValue], configuration: EncoderConfiguration, steps: Int = Self.steps,
    epochs: Int = 2, weightDecay: Double = 0, on backend: any Backend
  ) throws {
    try self.init(
      MethodRegistry.method(id), options, configuration: configuration, steps: steps, epochs: epochs, weightDecay: weightDecay,
      on: backend)
  }

  init(_ row: MethodCase, _ architecture: Architecture = .roberta, restoring state: [Diagnostic]? = nil) throws {
    try self.init(
      row.method, row.options, configuration: Self.configuration(architecture), restoring: state, on: CPUBackend(threads: 1))
  }

  /// Batch number `step` of a made-up task.
  static func batch(_ step: Int, rows: Int = 4, classes: Int = 3) -> LabelledBatch {
    let rows = (0..<rows).map { row -> (tokens: [Int32], segments: [Int32]) in
      let tokens = (0..<(4 + (row + step) % 5)).map { Int32(3 + (7 * $0 + 5 * row + 11 * step) % 35) }
      return (tokens, [Int32](repeating: 0, count: tokens.count))
    }
    return LabelledBatch(TokenBatch(rows), .classes(rows.indices.map { Int32(($0 + step) % classes) }))
  }

  @discardableResult
  func train(_ range: Range<Int>, dropout: Bool = true) throws -> [StepResult] {
    try range.map {
      try stepper.step($0, Self.batch($0), pass: dropout ? .training(seed: 3, step: $0) : .evaluation)
    }
  }

  var logits: [Float] {
    backend.withoutGradients { model.logits(Self.batch(0).batch, pass: .evaluation).values }
  }

  var parameters: [Parameter] { method.parameters + model.parameters }

  /// Bits of every parameter.
  var bits: [[UInt32]] { parameters.map { $0.tensor.values.map(\.bitPattern) } }

  /// What the numbers of parameters follow from.
  var adapted: AdaptedModel {
    AdaptedModel(
      layers: model.projections.filter { $0.adapter != nil }.map {
        AdaptedModel.Layer(input: $0.linear.inputSize, output: $0.linear.outputSize, role: $0.role, layer: $0.layer)
      }, hidden: model.configuration.hiddenSize, depth: model.configuration.layers)
  }
}

extension Diagnostic.Values {
  /// The entries, where they are numbers.
  var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }
  /// The entries, where they are integers.
  var integers: [Int64]? { if case .integers(let values) = self { values } else { nil } }
}
