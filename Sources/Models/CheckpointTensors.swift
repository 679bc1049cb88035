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
  private var foreign: [String] = []
  private let names: CheckpointNames
  private let match: HeadMatch
  private let isTied: Bool
  /// What the body calls its table of words, and how a file may call it that has it for a head too.
  private let wordTable: (name: String, heads: [String])
  private let roundsMatrices: Bool
  private(set) var newlyInitialized: [String] = []
  /// What the last layer starts from.
  private(set) var head = HeadStart.absent
  /// What keeps anyone from knowing what the outputs of a head that fits stand for.
  private(set) var refusal: String?

  /// - Parameters:
  ///   - origin: what the file says of the model that it was saved from.
  ///   - match: what is to be done with a head of the fitting size.
  ///   - roundsMatrices: whether the body's matrices are rounded to bfloat16 as they are read.
  init(
    _ folder: CheckpointFolder, _ architecture: Architecture, origin: SavedKind, match: HeadMatch, roundsMatrices: Bool,
    initialValues: InitialValues, on backend: any Backend
  ) {
    self.folder = folder
    self.match = match
    self.roundsMatrices = roundsMatrices
    let known = architecture.definition.names
    isTied = origin.tieWordEmbeddings ?? known.tiesWords
    wordTable = ("\(known.prefix).\(known.wordTable)", known.wordHeads)
    self.initialValues = initialValues
    self.backend = backend
    names = CheckpointNames(architecture, among: folder.archive.descriptions.map(\.name))
    for description in folder.archive.descriptions {
      switch names.part(description.name) {
      case .foreign: foreign.append(description.name)
      case .unexpected: unexpected.append("'\(description.name)'")
      case .model(let name):
        if stored.updateValue(description, forKey: name) == nil {
          order.append(name)
        } else {
          unexpected.append("'\(description.name)', a second '\(name)'")
        }
      }
    }
  }

  func tensor(_ request: ParameterRequest) throws -> Tensor {
    used.insert(request.name)
    guard let found = stored[request.name] ?? tied(request) else {
      guard request.isOptional else { return refuse(&missing, "'\(request.name)'") }
      return initialize(request)
    }
    // the bias goes with its weight, which was asked for before
    let isWeight = request.shape.count == 2
    if request.isOutput, !isWeight, hasNewHead { return initialize(request) }
    guard found.shape == request.shape else {
      if request.isOutput, isWeight, found.shape.dropFirst() == request.shape.dropFirst() {
        head = .new("the checkpoint's has \(found.shape.first ?? 0) outputs, not \(request.shape[0])")
        return initialize(request)
      }
      return refuse(&misshapen, "'\(found.name)' is \(found.shape), expected \(request.shape)")
    }
    if request.isOutput, isWeight {
      meetHead()
      if hasNewHead { return initialize(request) }
    }
    var tensor = try load(found, keepsHalf: request.group == .backbone && isWeight)
    if request.isOutput, case .byName(let rows, _) = head {
      tensor = tensor.reshaped([rows.count, tensor.count / rows.count]).rows(rows.map { Int32($0) }).reshaped(request.shape)
    }
    return tensor.isFinite ? tensor : refuse(&notFinite, "'\(found.name)'")
  }

  /// A stored tensor, straight from the file: as it is where that is float32, or bfloat16 that may stay so, else widened;
  /// rounded at once where it is to be, so that no more than one matrix is there unrounded.
  private func load(_ found: TensorDescription, keepsHalf: Bool) throws -> Tensor {
    if keepsHalf, found.elementType == .bfloat16 {
      return try Tensor(shape: found.shape, .bfloat16, on: backend) { try folder.archive.readBytes(found.name, into: $0) }
    }
    // says what it is where it holds no real numbers, also before a backend that reads nothing
    guard found.elementType.isFloatingPoint else {
      return Tensor(try folder.archive.floats(found.name), shape: found.shape, on: backend)
    }
    let tensor = try Tensor(shape: found.shape, .float32, on: backend) {
      try folder.archive.readFloats(found.name, into: $0.bindMemory(to: Float.self))
    }
    if keepsHalf, roundsMatrices { tensor.roundToHalf() }
    return tensor
  }

  /// The word table, where a file holds it once for the body and for a head that predicts words, under the head's name.
  private func tied(_ request: ParameterRequest) -> TensorDescription? {
    guard isTied, request.name == wordTable.name else { return nil }
    return wordTable.heads.lazy.compactMap { self.stored[$0] }.first
  }

  private var hasNewHead: Bool {
    switch head {
    case .absent, .new: true
    case .stored, .byName, .byIndex, .score: false
    }
  }

  private func meetHead() {
    switch match {
    case .start(let start): head = start
    case .refused(let reason): refusal = reason
    }
  }

  /// What the model did not ask for and stands beside its body.
  ///
  /// - Throws: `ModelError.bodies`, `.weights` with all that is missing, misshapen, not finite or unexpected.
  func finish() throws -> [String] {
    guard names.bodies.isEmpty else { throw ModelError.bodies(path: folder.archive.path, prefixes: names.bodies) }
    let rest = order.filter { !used.contains($0) }
    unexpected += rest.filter { names.unused($0) == .unexpected }.map { "'\($0)'" }
    guard missing.isEmpty, misshapen.isEmpty, notFinite.isEmpty, unexpected.isEmpty else {
      throw ModelError.weights(
        path: folder.archive.path, missing: missing, misshapen: misshapen, notFinite: notFinite, unexpected: unexpected)
    }
    return rest + foreign
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
