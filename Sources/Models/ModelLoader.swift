// From a folder in the hub's layout, or from random numbers, to a model.
import Foundation
import Layers
import Storage
import Tensors

/// A model that came from a checkpoint, and what its files did and did not hold.
package struct LoadedModel {
  /// The model, its body from the checkpoint.
  package let model: Model
  /// Parameters that the checkpoint lacks, or has for another number of classes: they start from random values.
  package let newlyInitialized: [String]
  /// Stored tensors that a classifier has no use for, by their names on the hub.
  package let ignored: [String]
  /// What the last layer started from.
  package let head: HeadStart
  /// The files that the weights came from; for digests.
  package let weightFiles: [URL]
}

/// Builds models.
package enum ModelLoader {
  /// Loads the checkpoint in a folder.
  ///
  /// - Parameters:
  ///   - seed: decides the values of a head that the checkpoint lacks.
  ///   - target: what the outputs are to stand for; a head of the checkpoint is taken for it by its labels' names. `nil` takes a head as
  ///     it is.
  ///   - roundsMatrices: whether the body's matrices, all of which stay frozen, are rounded to bfloat16 as they are read.
  ///   - adjust: changes the configuration before the model is built: the number of classes, dropout rates.
  /// - Throws: `StorageError`, `ModelError.configuration`, and `ModelError.weights` with all tensors that do not fit.
  package static func load(
    folder: URL, seed: UInt64, on backend: any Backend, target: HeadTarget? = nil, roundsMatrices: Bool = false,
    adjust: (inout any ModelConfiguration) -> Void = { _ in }
  ) throws -> LoadedModel {
    let checkpoint = try CheckpointFolder(url: folder)
    let path = folder.appendingPathComponent("config.json").path
    var configuration = try ModelConfigurations.read(json: checkpoint.configuration, path: path)
    let origin = (try? JSONDecoder().decode(SavedKind.self, from: checkpoint.configuration)) ?? SavedKind()
    let match = HeadMatch(configuration, origin, to: target)
    if let target {
      if case .start(let start) = match { configuration.adopt(target, start: start) } else { configuration.adopt(target) }
    }
    adjust(&configuration)
    guard configuration.problems.isEmpty else {
      throw ModelError.configuration(path: path, problems: configuration.problems)
    }
    let source = CheckpointTensors(
      checkpoint, configuration.architecture, origin: origin, match: match, roundsMatrices: roundsMatrices,
      initialValues: InitialValues(seed: seed, deviation: Float(configuration.initializerRange), on: backend),
      on: backend)
    let model = try model(configuration, ParameterBuilder(source))
    let ignored = try source.finish()
    if let refusal = source.refusal {
      throw ModelError.configuration(path: path, problems: ["what its labels stand for is unclear: \(refusal)"])
    }
    return LoadedModel(
      model: model, newlyInitialized: source.newlyInitialized, ignored: ignored, head: source.head,
      weightFiles: checkpoint.weightFiles)
  }

  /// What the folder's `config.json` says. Its sizes are within their ranges, but may be larger than any memory: build from them only
  /// what `load` does, which compares them with the tensors first.
  ///
  /// - Throws: `StorageError`, `ModelError.configuration`.
  package static func configuration(folder: URL) throws -> any ModelConfiguration {
    try ModelConfigurations.read(
      json: CheckpointFolder(url: folder).configuration, path: folder.appendingPathComponent("config.json").path)
  }

  /// A model of random weights: matrices from a normal distribution, biases 0, gains 1.
  ///
  /// - Parameters:
  ///   - deviation: of the matrices; `nil` takes the configuration's `initializerRange`.
  ///   - roundsMatrices: whether the body's matrices, all of which stay frozen, are rounded to bfloat16 as they are drawn.
  /// - Throws: `ModelError.configuration`.
  package static func random(
    _ configuration: any ModelConfiguration, seed: UInt64, deviation: Float? = nil, roundsMatrices: Bool = false,
    on backend: any Backend
  ) throws -> Model {
    try model(
      configuration,
      randomBuilder(configuration, seed: seed, deviation: deviation, roundsMatrices: roundsMatrices, on: backend))
  }

  /// A model without a head, of random weights; for pre-training.
  ///
  /// - Parameter deviation: of the matrices; `nil` takes the configuration's `initializerRange`.
  /// - Throws: `ModelError.configuration`.
  package static func randomBackbone(
    _ configuration: any ModelConfiguration, seed: UInt64, deviation: Float? = nil, on backend: any Backend
  ) throws -> any Backbone {
    try configuration.backbone(randomBuilder(configuration, seed: seed, deviation: deviation, on: backend))
  }

  private static func randomBuilder(
    _ configuration: any ModelConfiguration, seed: UInt64, deviation: Float?, roundsMatrices: Bool = false,
    on backend: any Backend
  ) throws -> ParameterBuilder {
    guard configuration.problems.isEmpty else {
      throw ModelError.configuration(path: "the configuration", problems: configuration.problems)
    }
    return ParameterBuilder(
      InitialValues(
        seed: seed, deviation: deviation ?? Float(configuration.initializerRange), roundsMatrices: roundsMatrices, on: backend))
  }

  private static func model(_ configuration: any ModelConfiguration, _ builder: ParameterBuilder) throws -> Model {
    let backbone = try configuration.backbone(builder)
    return Model(backbone, head: try configuration.head(for: backbone, builder))
  }
}
