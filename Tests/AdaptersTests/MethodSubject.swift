// One method on one small model, ready to train.
import Datasets
import Layers
import Models
import Tensors
import Testing

@testable import Adapters
@testable import Training

/// A row of the contract suite: a method, options under which all it does happens within a few steps, and what it trains.
struct MethodCase: Sendable, CustomTestStringConvertible {
  let id: String
  var options: [String: OptionValue] = [:]
  /// Whether the backbone itself learns.
  var trainsBackbone = false
  /// The number of the method's own parameters that learn at first, from rank and the sizes of the adapted layers.
  let trainable: @Sendable (_ layers: [(input: Int, output: Int, isFeedForward: Bool)]) -> Int
  let rank = 3

  var testDescription: String { id }

  /// Every method has a row here.
  static let all: [MethodCase] = [
    MethodCase(id: "fft", trainsBackbone: true) { _ in 0 },
    MethodCase(id: "lora", options: ["rank": .integer(3), "targets": .list(["all-linear"]), "alpha": .number(5)]) {
      $0.reduce(0) { $0 + 3 * ($1.input + $1.output) }
    },
    MethodCase(id: "vera", options: ["rank": .integer(3), "targets": .list(["all-linear"])]) {
      $0.reduce(0) { $0 + 3 + $1.output }
    },
    MethodCase(
      id: "aflora", options: ["rank": .integer(3), "initial_epochs": .number(0.4), "final_fraction": .number(0.3)]
    ) {
      $0.reduce(0) { $0 + 3 + $1.output + ($1.isFeedForward ? 3 * ($1.input + $1.output) : 0) }
    },
  ]
}

/// A model of random weights with a method on it.
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

  static func host(_ model: any SequenceClassifier, seed: UInt64 = 3, steps: Int, on backend: any Backend) -> MethodHost {
    MethodHost(model, backend: backend, seed: seed, schedule: TrainingLength(stepsPerEpoch: max(1, steps / 2), epochs: 2))
  }

  init(
    _ id: String, _ options: [String: OptionValue], configuration: EncoderConfiguration, steps: Int = Self.steps,
    weightDecay: Double = 0, on backend: any Backend
  ) throws {
    self.backend = backend
    model = try ModelLoader.random(configuration, seed: 5, on: backend)
    method = try MethodRegistry.attach(id, options: options, to: Self.host(model, steps: steps, on: backend))
    stepper = Stepper(
      model: model, method: method,
      settings: OptimizationSettings(
        epochs: 2, batchSize: 4, learningRate: 0.02, warmup: .steps(0), weightDecay: weightDecay),
      totalSteps: steps, backend: backend)
  }

  init(_ row: MethodCase, _ architecture: Architecture = .roberta) throws {
    try self.init(
      row.id, row.options, configuration: Self.configuration(architecture), on: CPUBackend(threads: 1))
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
}
