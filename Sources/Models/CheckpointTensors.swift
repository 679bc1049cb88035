// A checkpoint's tensors under the names that the model uses, and what does not fit.
import Layers
import Storage
import Tensors

/// Gives a model its tensors from a checkpoint, and new ones for a head that the checkpoint lacks.
final class CheckpointTensors: ParameterSource {
  private let folder: CheckpointFolder
  private let initialValues: InitialValues
  private let backend: any Backend
  /// The name in the file by the name in the model.
  private var stored: [String: TensorDescription] = [:]
  private var order: [String] = []
  private var used: Set<String> = []
  private var missing: [String] = []
  private var misshapen: [String] = []
  private var notFinite: [String] = []
  private var unexpected: [String] = []
  private(set) var newlyInitialized: [String] = []

  init(_ folder: CheckpointFolder, _ architecture: Architecture, initialValues: InitialValues, on backend: any Backend) {
    self.folder = folder
    self.initialValues = initialValues
    self.backend = backend
    let names = CheckpointNames(architecture, among: folder.archive.descriptions.map(\.name))
    for description in folder.archive.descriptions {
      let name = names.canonical(description.name)
      if stored.updateValue(description, forKey: name) == nil {
        order.append(name)
      } else {
        unexpected.append("'\(description.name)', a second '\(name)'")
      }
    }
  }

  func tensor(_ request: ParameterRequest) throws -> Tensor {
    used.insert(request.name)
    guard let found = stored[request.name] else {
      guard request.isOptional else { return refuse(&missing, "'\(request.name)'") }
      return initialize(request)
    }
    guard found.shape == request.shape else {
      if request.isOutput, found.shape.dropFirst() == request.shape.dropFirst() { return initialize(request) }
      return refuse(&misshapen, "'\(found.name)' is \(found.shape), expected \(request.shape)")
    }
    // a backend that computes nothing needs no values
    if backend is PlanningBackend, found.elementType.isFloatingPoint { return .zeros(request.shape, on: backend) }
    let tensor = Tensor(try folder.archive.floats(found.name), shape: request.shape, on: backend)
    return tensor.isFinite ? tensor : refuse(&notFinite, "'\(found.name)'")
  }

  /// What the model did not ask for, all of it known to be useless for it.
  ///
  /// - Throws: `ModelError.weights` with all that is missing, misshapen, not finite or unexpected.
  func finish(_ architecture: Architecture) throws -> [String] {
    let rest = order.filter { !used.contains($0) }
    unexpected += rest.filter { !CheckpointNames.isKnownToBeUseless($0, for: architecture) }.map { "'\($0)'" }
    guard missing.isEmpty, misshapen.isEmpty, notFinite.isEmpty, unexpected.isEmpty else {
      throw ModelError.weights(
        path: folder.archive.path, missing: missing, misshapen: misshapen, notFinite: notFinite, unexpected: unexpected)
    }
    return rest
  }

  private func initialize(_ request: ParameterRequest) -> Tensor {
    // a body that does not fit is an error in the end: nothing is drawn, nor allocated, for its head
    guard missing.isEmpty, misshapen.isEmpty else { return .zeros([0], on: backend) }
    newlyInitialized.append(request.name)
    return initialValues.tensor(request)
  }

  /// Notes a problem; an empty tensor stands in until `finish` throws.
  private func refuse(_ list: inout [String], _ problem: String) -> Tensor {
    list.append(problem)
    return .zeros([0], on: backend)
  }
}

/// How the names in a file relate to the model's: older ones, and those of a body saved without its prefix.
struct CheckpointNames {
  private let architecture: Architecture
  private let hasPrefix: Bool

  init(_ architecture: Architecture, among names: [String]) {
    self.architecture = architecture
    hasPrefix = names.contains { $0.hasPrefix("\(architecture.prefix).") }
  }

  /// The model's name for a stored tensor.
  func canonical(_ stored: String) -> String {
    var name = stored
    for (old, new) in [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")]
    where name.hasSuffix(old) {
      name = name.dropLast(old.count) + new
    }
    // DeBERTa's pooler belongs to its head and never has the prefix
    let parts = architecture == .deberta ? ["embeddings.", "encoder."] : ["embeddings.", "encoder.", "pooler."]
    return !hasPrefix && parts.contains { name.hasPrefix($0) } ? "\(architecture.prefix).\(name)" : name
  }

  /// Whether a tensor is one of those that published checkpoints hold beside the classifier's: heads of the
  /// pre-training, counted positions, and parts that the architecture's classifier leaves unused.
  static func isKnownToBeUseless(_ name: String, for architecture: Architecture) -> Bool {
    let prefix = architecture.prefix
    let names: [String]
    let prefixes: [String]
    switch architecture {
    case .bert: (names, prefixes) = ([], ["cls."])
    case .roberta: (names, prefixes) = ([], ["lm_head.", "roberta.pooler."])
    case .deberta:
      names = ["deberta.embeddings.position_embeddings.weight"]
      prefixes = ["cls.", "lm_predictions.", "mask_predictions."]
    }
    return name == "\(prefix).embeddings.position_ids" || name == "\(prefix).embeddings.token_type_ids"
      || names.contains(name) || prefixes.contains { name.hasPrefix($0) }
  }
}
