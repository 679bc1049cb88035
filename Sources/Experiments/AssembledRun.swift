// A model, a method and a trainer, put together as a run says.
import Adapters
import Foundation
import Layers
import Models
import Objectives
import Records
import Settings
import Tensors
import Training

/// A run that can be trained.
package struct AssembledRun {
  /// The model with its method, the data and the settings, before the first update.
  let fineTuning: FineTuning
  /// Parameters of the head that the checkpoint lacks.
  package let newlyInitialized: [String]

  /// - Throws: what is wrong with the model's or the task's files, or with the method's options on this model.
  package init(_ run: PlannedRun, inputs: RunInputs, backend: any Backend) throws {
    let specification = run.specification
    let recipe = specification.training
    let checkpoint = try ModelLoader.configuration(folder: run.modelFolder)
    let objective = try inputs.objective(of: run, modelType: checkpoint.architecture.modelType)
    let extent = objective.extent
    try checkpoint.checkInputs(length: recipe.maximumLength, tokenTypes: extent.tokenTypes, of: run.modelFolder)
    guard extent.vocabulary <= checkpoint.vocabularySize else {
      throw ExperimentError.vocabulary(
        model: run.modelFolder.path, tokenizer: extent.vocabulary, embedding: checkpoint.vocabularySize)
    }
    let loaded = try ModelLoader.load(
      folder: run.modelFolder, seed: specification.seed.initializationKey, on: backend, target: specification.task.headTarget,
      roundsMatrices: specification.roundsMatrices
    ) { $0.adapt(to: recipe) }
    fineTuning = try Self.fineTuning(specification, loaded.model, objective, backend)
    try loaded.model.checkPositions(length: recipe.maximumLength, of: run.modelFolder.path)
    newlyInitialized = loaded.newlyInitialized
  }

  /// A run without files, on a model of random weights; to count its cost.
  ///
  /// - Throws: `ModelError.configuration`, `AdapterError`, `ExperimentError.noPositions`.
  init(
    _ specification: RunSpecification, configuration: any ModelConfiguration, objective: any Objective, backend: any Backend
  ) throws {
    var configuration = configuration
    configuration.adopt(specification.task.headTarget)
    configuration.adapt(to: specification.training)
    let model = try ModelLoader.random(configuration, seed: 0, on: backend)
    fineTuning = try Self.fineTuning(specification, model, objective, backend)
    try model.checkPositions(length: specification.training.maximumLength, of: specification.model)
    newlyInitialized = []
  }

  private static func fineTuning(
    _ specification: RunSpecification, _ model: Model, _ objective: any Objective, _ backend: any Backend
  ) throws -> FineTuning {
    let seed = specification.seed, settings = specification.training
    let length = FineTuning.length(rows: objective.training.count, settings: settings)
    let method = try specification.attach(
      to: MethodHost(model, backend: backend, seed: seed.initializationKey, orderSeed: seed.orderKey, schedule: length))
    return FineTuning(
      model: model, method: method, objective: objective, settings: settings, seed: seed.orderKey, backend: backend)
  }
}

extension ModelConfiguration {
  /// Checks that the model in `folder` has positions for inputs of this length, and rows for so many token types.
  ///
  /// - Throws: `ExperimentError.tooLong`, `.tokenTypes`.
  func checkInputs(length: Int, tokenTypes: Int, of folder: URL) throws(ExperimentError) {
    if let limit = limits.tokens, length > limit { throw .tooLong(model: folder.path, length: length, limit: limit) }
    if let limit = limits.tokenTypes, tokenTypes > limit {
      throw .tokenTypes(model: folder.path, inputs: tokenTypes, table: limit)
    }
  }

  /// Takes what a recipe says of dropout.
  mutating func adapt(to recipe: TrainingSettings) {
    if let rate = recipe.hiddenDropout { hiddenDropout = rate }
    if let rate = recipe.attentionDropout { attentionDropout = rate }
    if let rate = recipe.classifierDropout { classifierDropout = rate }
  }
}

extension Model {
  /// Checks that a method's virtual tokens leave positions for inputs of this length.
  ///
  /// - Parameter name: the model's folder or name, for messages.
  /// - Throws: `ExperimentError.noPositions`.
  func checkPositions(length: Int, of name: String) throws(ExperimentError) {
    let taken = backbone.positionsBefore
    guard taken > 0, let limit = configuration.limits.tokens, let rest = limits.tokens, length > rest else { return }
    throw .noPositions(model: name, length: length, virtualTokens: taken, limit: limit)
  }
}

extension RunSpecification {
  /// Whether the backbone's matrices are to be bfloat16, whatever their file holds.
  ///
  /// - Throws: `AdapterError.unknownMethod`.
  var roundsMatrices: Bool {
    get throws { try training.frozenPrecision == .bfloat16 && !MethodRegistry.method(method).trainsMatrices }
  }

  /// Puts the run's method on a model, whose frozen matrices are held as the run says.
  ///
  /// - Throws: `AdapterError`.
  func attach(to host: MethodHost) throws -> any TuningMethod {
    if try roundsMatrices { host.roundMatrices() }
    return try MethodRegistry.attach(method, options: options.byName, to: host)
  }
}
