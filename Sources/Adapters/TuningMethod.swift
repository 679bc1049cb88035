import Layers
import Settings
import Tensors

/// What a method finds when it is put on a model. Methods know no architecture: a model is its projections and its parameters.
package struct MethodHost {
  /// Every linear layer of the blocks, layer by layer, each layer in the order of `ProjectionRole`.
  package let projections: [Projection]
  /// The halves of the blocks, layer by layer, attention before feed-forward.
  package let sublayers: [Sublayer]
  /// Every norm in the order of the forward pass: those of hidden states, and that of a table of relative positions.
  package let norms: [any Norm]
  /// The word embeddings; virtual tokens can be put before each sequence.
  package let embedded: EmbeddedSequence
  /// Each block's keys and values; more can be put before those of each sequence.
  package let keysAndValues: [KeysAndValues]
  /// The model's own parameters but for the head's.
  package let backbone: [Parameter]
  /// The task head: it always learns.
  package let head: [Parameter]
  /// Where the tensors of the model lie, and those of the method are made.
  package let backend: any Backend
  /// What is fixed before the first update starts from it (`RunSeed.initialization`): initial values are functions of it and of the
  /// parameter's name.
  package let seed: UInt64
  /// What a method draws while the run trains starts from it (`RunSeed.order`).
  package let orderSeed: UInt64
  /// How long training will be.
  package let schedule: TrainingLength

  /// What a run tells its method before it attaches.
  ///
  /// - Parameter orderSeed: by default the same as `seed`.
  package init(
    projections: [Projection], sublayers: [Sublayer], norms: [any Norm], embedded: EmbeddedSequence, keysAndValues: [KeysAndValues],
    backbone: [Parameter], head: [Parameter], backend: any Backend, seed: UInt64, orderSeed: UInt64? = nil, schedule: TrainingLength
  ) {
    self.projections = projections
    self.sublayers = sublayers
    self.norms = norms
    self.embedded = embedded
    self.keysAndValues = keysAndValues
    self.backbone = backbone
    self.head = head
    self.backend = backend
    self.seed = seed
    self.orderSeed = orderSeed ?? seed
    self.schedule = schedule
  }
}

/// How many updates a run makes.
package struct TrainingLength: Sendable, Equatable {
  /// Updates in one pass over the training set.
  package let stepsPerEpoch: Int
  /// Passes over it; the last may be cut short.
  package let epochs: Int
  /// All updates.
  package let totalSteps: Int

  /// So many updates an epoch, over so many epochs.
  package init(stepsPerEpoch: Int, epochs: Int) {
    (self.stepsPerEpoch, self.epochs, totalSteps) = (stepsPerEpoch, epochs, stepsPerEpoch * epochs)
  }

  /// So many updates, whole passes or not; none where a pass has none.
  package init(stepsPerEpoch: Int, totalSteps: Int) {
    self.stepsPerEpoch = stepsPerEpoch
    self.totalSteps = stepsPerEpoch > 0 ? totalSteps : 0
    epochs = stepsPerEpoch > 0 ? (totalSteps + stepsPerEpoch - 1) / stepsPerEpoch : 0
  }
}

/// A way of fine-tuning: where it attaches, how a projection's output changes, what learns, and what it does at the points of a run.
///
/// The trainer calls every hook of every method and knows none by name. One value serves one run.
package protocol TuningMethod: AnyObject {
  /// Its id, options and what it is, for manifests and help.
  static var description: MethodSchema { get }
  /// What a benchmark of a few steps sets beside the targets, so that it shows the method at its papers' size and at its work: a
  /// schedule short enough that all the method does falls into those steps.
  static var benchmarkOptions: [String: OptionValue] { get }

  /// Whether the model's own matrices learn, so that none is frozen.
  static var trainsMatrices: Bool { get }

  /// Puts the method on a model: wraps projections, draws initial values, and decides what learns. The head learns already.
  ///
  /// - Parameter options: validated against `description`.
  /// - Throws: `AdapterError` when the options make no sense on this model.
  init(_ options: MethodOptions, on host: MethodHost) throws

  /// What it makes of the model, for programs that read what was trained.
  var form: AdaptedForm { get }
  /// The method's own parameters, in a fixed order, as they are saved. They may change in `finishPreliminary(_:)` and
  /// in `beforeLastEvaluation(_:)`, at no other time.
  var parameters: [Parameter] { get }
  /// Entries of learning parameters that a mask keeps from learning.
  var idleParameters: Int { get }
  /// How many entries of the method's own learn, averaged over all updates of a run, as far as it is known before the first: the same
  /// number three times where nothing but the schedule decides, else the least and the greatest possible one, and the mean over all
  /// orders between them.
  var meanTrainable: (least: Double, expected: Double, greatest: Double) { get }
  /// The model's own parameters that the method trains, without the head; they are never pruned.
  var trainedBackbone: [Parameter] { get }
  /// Entries of all that a run leaves but the head: of the model's own parameters that were trained, and of the method's, once pruned
  /// ranks, gates and entries are taken away.
  var keptParameters: Int { get }
  /// Whether it measures what goes through projections, so that the last layer must compute all tokens and not the first alone.
  var needsEveryToken: Bool { get }

  /// What precedes training proper; `nil` for most methods.
  var preliminary: Preliminary? { get }
  /// The preliminary's updates are done: measure on its sample, and set up training proper.
  ///
  /// - Throws: what the sample throws when the run is to stop; the method is then used no more.
  func finishPreliminary(_ sample: any MeasuredSample) throws

  /// A forward pass of training comes next. `step` counts updates done before this one, from 0.
  func beforeStep(_ step: Int)
  /// A term added to the task's loss, such as a regulariser.
  func additionalLoss() -> Tensor?
  /// Gradients are there, nothing is clipped or updated yet. `step` counts updates done before this one, from 0.
  func afterGradients(step: Int)
  /// The norm of all gradients is known, and by how much it clips them; an update comes next. What is done to gradients here changes the
  /// update alone. `step` counts updates done before this one, from 0.
  func beforeUpdate(step: Int)
  /// An update is done; the gradients it was made from are still there, before clipping.
  func afterUpdate(_ update: FinishedUpdate)
  /// The part of the training set that the method measures on before the last evaluation; `nil` for most methods.
  var lastSample: Preliminary.Sample? { get }
  /// Whether `beforeLastEvaluation(_:)` does anything, so that the last epoch must be known before it is evaluated.
  var actsBeforeLastEvaluation: Bool { get }
  /// All updates are done, and the last evaluation comes next. `sample` is there where `lastSample` asks for one.
  ///
  /// - Throws: what the sample throws when the run is to stop; the method is then used no more.
  func beforeLastEvaluation(_ sample: (any MeasuredSample)?) throws

  /// Single numbers that tables may show, by name.
  var measures: [String: Double] { get }
  /// What the method has recorded so far, for the run's tensors.
  var diagnostics: [Diagnostic] { get }
  /// All that a resumed run needs beside the parameters' values.
  var state: [Diagnostic] { get }
  /// Takes up a saved state; afterwards `parameters` are those of the moment it was saved at.
  ///
  /// - Throws: `AdapterError.state` when it is not one of this method's.
  func restore(_ state: [Diagnostic]) throws
  /// Takes up the form that a finished run had, told by the names of the parameters that it saved; `parameters` are then those.
  func adopt(savedNames: Set<String>)
}

extension TuningMethod {
  package static var benchmarkOptions: [String: OptionValue] { [:] }
  package static var trainsMatrices: Bool { false }
  package var idleParameters: Int { 0 }
  package var meanTrainable: (least: Double, expected: Double, greatest: Double) {
    let count = Double(parameters.filter(\.isTrainable).reduce(-idleParameters) { $0 + $1.count })
    return (count, count, count)
  }
  package var trainedBackbone: [Parameter] { [] }
  package var keptParameters: Int { (parameters + trainedBackbone).reduce(0) { $0 + $1.count } }
  package var needsEveryToken: Bool { false }
  package var preliminary: Preliminary? { nil }
  package func finishPreliminary(_ sample: any MeasuredSample) {}
  package func beforeStep(_ step: Int) {}
  package func additionalLoss() -> Tensor? { nil }
  package func afterGradients(step: Int) {}
  package func beforeUpdate(step: Int) {}
  package func afterUpdate(_ update: FinishedUpdate) {}
  package var lastSample: Preliminary.Sample? { nil }
  package var actsBeforeLastEvaluation: Bool { lastSample != nil }
  package func beforeLastEvaluation(_ sample: (any MeasuredSample)?) {}
  package var measures: [String: Double] { ["kept.parameters": Double(keptParameters)] }
  package var diagnostics: [Diagnostic] { [] }
  package var state: [Diagnostic] { [] }
  package func adopt(savedNames: Set<String>) {}
  package func restore(_ state: [Diagnostic]) throws {
    if let first = state.first { throw AdapterError.state(first.path, "unknown to this method") }
  }
}

/// What can be wrong with a method's options or its saved state.
package enum AdapterError: Error, CustomStringConvertible, Equatable {
  case unknownMethod(String, known: [String])
  case unknownOption(method: String, option: String, known: [String])
  case badOption(method: String, option: String, found: String, expected: String)
  /// A method asks for an option that its description lacks, or has with another type.
  case undescribedOption(String)
  case noProjection(method: String, targets: String)
  case noBiases(method: String)
  /// The model lacks what the method hangs on. The reason ends with what to do.
  case unsuitedModel(method: String, reason: String)
  case state(String, String)

  package var description: String {
    switch self {
    case .unknownMethod(let id, let known):
      "'\(id)' is not a method (methods: \(known.joined(separator: ", ")))"
    case .unknownOption(let method, let option, let known):
      "'\(option)' is not an option of \(method) (options: \(known.isEmpty ? "none" : known.joined(separator: ", ")))"
    case .badOption(let method, let option, let found, let expected):
      "\(method): option '\(option)' is \(found), expected \(expected)"
    case .undescribedOption(let option): "the method asks for '\(option)', which its description has not, or not with this type"
    case .noProjection(let method, let targets):
      "\(method): the model has no linear layer among the targets \(targets)"
    case .noBiases(let method):
      "\(method): the model has no biases, which alone this method trains (a Llama has none); take another method"
    case .unsuitedModel(let method, let reason): "\(method): \(reason)"
    case .state(let name, let reason):
      "the saved state of the method does not fit: '\(name)' \(reason)"
    }
  }
}
