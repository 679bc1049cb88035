// One method on one small model, ready to train.
import CPUBackend
import Datasets
import Layers
import Models
import Objectives
import Settings
import Tensors
import TestSupport
import Testing

@testable import Adapters
@testable import Training

/// A model of random weights with a method on it; what precedes training proper is done.
struct MethodSubject {
  let model: Model
  let method: any TuningMethod
  let stepper: Stepper
  let backend: any Backend
  private let rows: Int
  static let steps = 10

  /// What a method is tried on: an architecture and a task.
  struct Setting: Sendable, CustomTestStringConvertible {
    /// What is asked of the rows.
    enum Task: String, Sendable {
      case classes
      /// A tag for each token, from every row, in place of a class for each sequence.
      case tags
      /// The second half of each row, a token at a time.
      case completions
    }

    let architecture: Architecture
    var task = Task.classes

    static let roberta = Setting(architecture: .roberta)
    static let deberta = Setting(architecture: .deberta)
    static let tagging = Setting(architecture: .roberta, task: .tags)
    static let writing = Setting(architecture: .llama, task: .completions)
    static let all = [roberta, deberta, tagging, Setting(architecture: .llama), writing]

    var testDescription: String { task == .classes ? "\(architecture)" : "\(architecture), \(task)" }
    var configuration: any ModelConfiguration {
      guard architecture == .llama else { return MethodSubject.configuration(architecture) }
      // biases, so that every method has something to train
      var llama = LlamaConfiguration(
        vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 4, keyHeads: 2, intermediateSize: 12, maximumPositions: 24, classes: 3)
      (llama.initializerRange, llama.attentionHasBias, llama.feedForwardHasBias) = (0.3, true, true)
      (llama.hiddenDropout, llama.attentionDropout) = (0.1, 0.1)
      llama.headKind = task == .completions ? .words : .sequences
      return llama
    }

    /// The model that methods are put on.
    func model(on backend: any Backend) throws -> Model {
      try task == .tags ? .tagging(configuration, seed: 5, on: backend) : ModelLoader.random(configuration, seed: 5, on: backend)
    }

    /// Sixty batches of a made-up task, of four rows each.
    func objective() -> any Objective {
      switch task {
      case .classes: MethodSubject.classification(rows: 4, classes: configuration.classes)
      case .tags: MethodSubject.tagging
      case .completions: MethodSubject.completion
      }
    }
  }

  static func configuration(_ architecture: Architecture) -> EncoderConfiguration {
    EncoderConfiguration(
      architecture: architecture, vocabularySize: 40, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12,
      maximumPositions: 24, initializerRange: 0.3, classes: 3,
      relativePositions: architecture == .deberta ? RelativePositions(buckets: 8, maximumDistance: 24) : nil)
  }

  static func host(_ model: Model, seed: UInt64 = 3, steps: Int, epochs: Int = 2, on backend: any Backend)
    -> MethodHost
  {
    MethodHost(
      model, backend: backend, seed: seed, schedule: TrainingLength(stepsPerEpoch: max(1, steps / epochs), epochs: epochs))
  }

  /// - Parameter state: a saved state to take up, in place of a preliminary.
  init(
    _ method: any TuningMethod.Type, _ options: [String: OptionValue], configuration: EncoderConfiguration, steps: Int = Self.steps,
    epochs: Int = 2, rows: Int = 4, weightDecay: Double = 0, restoring state: [Diagnostic]? = nil, on backend: any Backend,
    adjust: (inout TrainingSettings) -> Void = { _ in }
  ) throws {
    try self.init(
      method, options, ModelLoader.random(configuration, seed: 5, on: backend),
      Self.classification(rows: rows, classes: configuration.classes), steps: steps, epochs: epochs, rows: rows,
      weightDecay: weightDecay, restoring: state, on: backend, adjust: adjust)
  }

  private init(
    _ method: any TuningMethod.Type, _ options: [String: OptionValue], _ model: Model, _ objective: any Objective, steps: Int,
    epochs: Int, rows: Int, weightDecay: Double, restoring state: [Diagnostic]?, on backend: any Backend,
    adjust: (inout TrainingSettings) -> Void = { _ in }
  ) throws {
    self.rows = rows
    let method = try MethodRegistry.attach(
      method, options: options, to: Self.host(model, steps: steps, epochs: epochs, on: backend))
    var settings = TrainingSettings(epochs: 2, batchSize: 4, learningRate: 0.02, warmup: .steps(0), weightDecay: weightDecay)
    adjust(&settings)
    let makeStepper = { [settings] in
      Stepper(model: model, method: method, objective: objective, settings: settings, totalSteps: steps, backend: backend)
    }
    if let state {
      try method.restore(state)
    } else if let preliminary = method.preliminary {
      let stepper = makeStepper(), batches = (50..<53).map { Self.rows($0, of: rows) }
      for step in 0..<preliminary.length.updates(stepsPerEpoch: batches.count).totalSteps {
        _ = try stepper.step(step, batches[step % batches.count], pass: .training(seed: 4, step: step))
      }
      try method.finishPreliminary(TrainingSample(batches: batches, stepper: stepper, backend: backend))
      stepper.optimizer.clearGradients()
    }
    (self.model, self.method, self.backend, stepper) = (model, method, backend, makeStepper())
  }

  init(
    _ id: String, _ options: [String: OptionValue], configuration: EncoderConfiguration, steps: Int = Self.steps,
    epochs: Int = 2, rows: Int = 4, weightDecay: Double = 0, on backend: any Backend
  ) throws {
    try self.init(
      MethodRegistry.method(id), options, configuration: configuration, steps: steps, epochs: epochs, rows: rows,
      weightDecay: weightDecay, on: backend)
  }

  /// On a model that is there.
  init(_ method: any TuningMethod.Type, _ options: [String: OptionValue], on model: Model, backend: any Backend) throws {
    try self.init(
      method, options, model, Self.classification(rows: 4, classes: model.head.outputs), steps: Self.steps, epochs: 2, rows: 4,
      weightDecay: 0, restoring: nil, on: backend)
  }

  init(
    _ row: MethodCase, _ setting: Setting = .roberta, restoring state: [Diagnostic]? = nil,
    adjust: (inout TrainingSettings) -> Void = { _ in }
  ) throws {
    let backend = try CPUBackend(threads: 1)
    try self.init(
      row.method, row.options, setting.model(on: backend), setting.objective(), steps: Self.steps, epochs: 2, rows: 4,
      weightDecay: 0, restoring: state, on: backend, adjust: adjust)
  }

  /// The tokens of row `row` of batch number `step` of a made-up task.
  private static func tokens(_ row: Int, _ step: Int) -> [Int32] {
    (0..<(4 + (row + step) % 5)).map { Int32(3 + (7 * $0 + 5 * row + 11 * step) % 35) }
  }

  /// Batch number `step` of a made-up task.
  static func batch(_ step: Int, rows: Int = 4) -> TokenBatch { TokenBatch(sequences: (0..<rows).map { tokens($0, step) }) }

  /// The made-up task: sixty batches, a class for each row.
  private static func classification(rows: Int, classes: Int) -> any Objective {
    let examples = (0..<60).flatMap { step in
      (0..<rows).map { row in
        let tokens = tokens(row, step)
        return EncodedExample(tokens: tokens, segments: tokens.map { _ in 0 }, label: .class((row + step) % classes))
      }
    }
    return Classification(LabelledSets(training: examples, validation: []), classes: classes, metrics: [.accuracy])
  }

  /// The same sixty batches, a tag for each token.
  private static var tagging: any Objective {
    TokenTagging(training: (0..<60).flatMap { step in (0..<4).map { tokens($0, step) } })
  }

  /// The same sixty batches, the first half of each row a prompt.
  private static var completion: any Objective {
    let rows = (0..<60).flatMap { step in
      (0..<4).map { row in
        let tokens = tokens(row, step)
        return Completed(tokens: tokens, promptLength: tokens.count / 2)
      }
    }
    return Completion(CompletionSets(training: rows), metrics: [], generation: GenerationSettings())
  }

  /// The rows of batch number `step`, of `rows` each.
  private static func rows(_ step: Int, of rows: Int) -> [Int] { Array(step * rows..<(step + 1) * rows) }

  /// The rows of batch number `step`.
  func rows(_ step: Int) -> [Int] { Self.rows(step, of: rows) }

  @discardableResult
  func train(_ range: Range<Int>, dropout: Bool = true) throws -> [StepResult] {
    try range.map {
      try stepper.step(
        $0, rows($0), pass: .training(seed: 3, step: $0, drops: dropout))
    }
  }

  var logits: [Float] {
    backend.withoutGradients { model.logits(Self.batch(0), pass: .evaluation).values }
  }

  var parameters: [Parameter] { method.parameters + model.parameters }

  /// Bits of every parameter.
  var bits: [[UInt32]] { parameters.map { $0.tensor.values.map(\.bitPattern) } }

  /// What the numbers of parameters follow from.
  var adapted: AdaptedModel {
    AdaptedModel(
      layers: model.projections.filter { $0.adapter != nil }.map {
        AdaptedModel.Layer(input: $0.linear.inputSize, output: $0.linear.outputSize, role: $0.role, layer: $0.layer)
      }, hidden: model.configuration.hiddenSize, keyWidth: model.backbone.keysAndValues[0].width,
      depth: model.configuration.layers, norms: model.backbone.norms.count)
  }
}

extension Diagnostic.Values {
  /// The entries, where they are numbers.
  var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }
  /// The entries, where they are integers.
  var integers: [Int64]? { if case .integers(let values) = self { values } else { nil } }
}
