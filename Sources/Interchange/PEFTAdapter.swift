// An adapter in the peft library's terms, wherever it came from: its configuration and its tensors.
import Adapters
import Foundation
import Layers
import Models
import Storage
import Tensors

/// An adapter that the peft library can say: read from a folder, or what a method trained.
package struct PEFTAdapter: Sendable {
  /// What `adapter_config.json` says of it.
  package var configuration: PEFTConfiguration
  /// The tensors by plain name: `<module path>.lora_A.weight`, and the head's parameters under the model's names. VeRA's shared
  /// matrices are `base_model.vera_A` and `base_model.vera_B`.
  package private(set) var tensors: [String: SafetensorsEntry]
  /// The adapted model with its head, whose outputs the library's own files do not name; nil where nothing says so.
  package let model: (any ModelConfiguration)?
  /// Where it came from, for messages.
  package let origin: String
  /// Where its configuration came from, for messages.
  private let configurationPath: String

  init(
    configuration: PEFTConfiguration, tensors: [SafetensorsEntry], model: (any ModelConfiguration)? = nil, origin: String,
    configurationPath: String? = nil
  ) {
    self.configuration = configuration
    self.model = model
    self.tensors = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    self.origin = origin
    self.configurationPath = configurationPath ?? origin
  }

  /// Reads a folder.
  ///
  /// - Throws: `InterchangeError.configuration`, `.tensors` where values are not finite or names are there twice, `StorageError`.
  package init(folder url: URL) throws {
    let folder = try PEFTAdapterFolder(url: url)
    var entries: [SafetensorsEntry] = [], problems: [String] = [], names: Set<String> = []
    for description in folder.archive.descriptions {
      let name = PEFTAdapterFolder.plainName(description.name, of: folder.configuration.kind)
      let values = try folder.archive.floats(description.name)
      if !names.insert(name).inserted { problems.append("'\(description.name)' is there twice") }
      if !values.allSatisfy(\.isFinite) { problems.append("'\(description.name)' has infinite or NaN values") }
      entries.append(SafetensorsEntry(name: name, shape: description.shape, values: values))
    }
    guard problems.isEmpty else { throw InterchangeError.tensors(path: folder.archive.path, problems: problems) }
    // many adapters have none, or that of a model of another kind
    let file = url.appending(path: "config.json")
    let model = (try? SmallFile.contents(of: file)).flatMap { try? ModelConfigurations.read(json: $0, path: file.path) }
    self.init(
      configuration: folder.configuration, tensors: entries, model: model, origin: folder.archive.path,
      configurationPath: url.appending(path: PEFTAdapterFolder.configurationName).path)
  }

  /// Writes a folder that `PeftModel.from_pretrained` loads: all of it, or nothing.
  ///
  /// - Parameter files: what else goes into it, by name; the library reads none of them.
  /// - Throws: `StorageError`, also where a folder with files is there already; `InterchangeError.notComputed` for a read adapter
  ///   that says more than what methods here train.
  package func write(to url: URL, with files: [String: Data] = [:]) throws {
    let entries = tensors.values.map {
      SafetensorsEntry(
        name: PEFTAdapterFolder.libraryName($0.name, of: configuration.kind), shape: $0.shape, values: $0.values)
    }
    try Folder.makeWhole(at: url) { folder in
      try SafetensorsWriter.write(entries, metadata: ["format": "pt"], to: folder.appending(path: PEFTAdapterFolder.weightsName))
      if let model { try AtomicFile.write(try model.json(), to: folder.appending(path: "config.json")) }
      for (name, data) in files { try AtomicFile.write(data, to: folder.appending(path: name)) }
      try AtomicFile.write(try configuration.json(), to: folder.appending(path: PEFTAdapterFolder.configurationName))
    }
  }

  /// The base model in a folder with this adapter on it, its head made as large as the adapter's. Its outputs are called what the
  /// adapter's `config.json` says, else what the base model's does.
  ///
  /// - Throws: `InterchangeError.tensors`, `.notComputed`, `ModelError`, `StorageError`.
  package func load(onto folder: URL, on backend: any Backend) throws -> Model {
    let loaded = try ModelLoader.load(folder: folder, seed: 0, on: backend) { configuration in
      let hasHead = tensors["\(configuration.architecture.outputPath).weight"] != nil
      if self.configuration.selection.task == ModuleSelection.completion {
        configuration.headKind = .words
      } else if hasHead || model?.headKind == .sequences {
        configuration.headKind = .sequences
      }
      configuration.fitHead(rows: tensors["\(configuration.architecture.outputPath).weight"]?.shape.first)
      if let model, model.classes == configuration.classes {
        (configuration.labels, configuration.problem) = (model.labels, model.problem)
      }
    }
    let missing = loaded.newlyInitialized.filter { tensors[$0] == nil }
    guard missing.isEmpty else {
      throw InterchangeError.tensors(
        path: origin,
        problems: missing.map {
          "'\(PEFTAdapterFolder.libraryName($0, of: configuration.kind))' is missing, and the base model lacks '\($0)'"
        })
    }
    try attach(to: loaded.model)
    return loaded.model
  }

  /// Puts the adapter on its base model: every adapted layer's change, prompts, and the parameters that are stored whole. A layer of a
  /// block keeps its weight beside the change; pooler, head, embeddings and norms take the change into theirs. A layer that it does not
  /// adapt loses what wrapped it before.
  ///
  /// - Throws: `InterchangeError.tensors` with all that is missing, misshapen or unknown, `.notComputed` where a module cannot be
  ///   adapted; the model is then as it was.
  package func attach(to model: Model) throws {
    let modules = configuration.kind.isOfPrompts ? [] : try ModelModules(model).adapted(by: configuration, path: configurationPath)
    let biases = Set(modules.compactMap(\.bias?.name)), weights = Set(modules.map(\.weight.name))
    var reading = TensorReading(self)
    if configuration.kind == .vera { reading.readSharedMatrices(of: modules) }
    let prompts = try configuration.prompts.flatMap { try reading.prompts($0, on: model, path: configurationPath) }
    var changes: [(ModelModules.Module, TensorReading.Change)] = [], whole: [(Parameter, [Float])] = []
    for module in modules {
      if configuration.kind == .normTuning {
        whole += reading.norm(module)
      } else if let change = module.weight.tensor.backend.withoutGradients({ reading.change(of: module) }) {
        changes.append((module, change))
      }
    }
    let adapted = changes.count + whole.count + (prompts == nil ? 0 : 1)
    for parameter in model.parameters where !biases.contains(parameter.name) && !weights.contains(parameter.name) {
      if let values = reading.whole(parameter) { whole.append((parameter, values)) }
    }
    try reading.finish(adapted: adapted)
    for projection in model.projections { projection.adapter = nil }
    model.backbone.embedded.adapter = configuration.kind == .promptTuning ? prompts.map { VirtualTokens($0) } : nil
    for place in model.backbone.keysAndValues {
      place.adapter = configuration.kind == .prefixTuning ? prompts.map { Prefix($0, of: place) } : nil
    }
    for (parameter, values) in whole { parameter.tensor.assign(values) }
    for (module, change) in changes {
      if let weight = change.base { module.weight.tensor.assign(weight) }
      if let bias = change.bias { module.bias?.tensor.assign(bias) }
      if let projection = module.projection {
        projection.adapter = WeightChange(change.weight)
      } else {
        let weight = module.weight.tensor
        weight.assign(weight.backend.withoutGradients { weight.adding(change.weight) })
      }
    }
  }
}

/// An adapter that came from elsewhere: a change of the weight, ready-made.
private final class WeightChange: ProjectionAdapter {
  private let change: Tensor

  init(_ change: Tensor) { self.change = change }

  func forward(_ x: Tensor, through linear: Linear, input: ProjectionInput, pass: Pass) -> Tensor {
    x.linear(weight: linear.weight.tensor.adding(change), bias: linear.bias?.tensor)
  }

  var weightChange: Tensor? { change }
}
