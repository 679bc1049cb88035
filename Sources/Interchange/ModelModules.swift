// A model's modules by the paths that the peft library matches its patterns with.
import Layers
import Models

/// What an adapter may change in a model, and what it may not.
struct ModelModules {
  /// A module with a weight.
  struct Module {
    enum Kind {
      case linear
      /// Rows by token, position or type.
      case table
      /// A normalisation.
      case norm
      case other
    }

    let path: String
    let kind: Kind
    let weight: Parameter
    let bias: Parameter?
    /// The layer that an adapter may wrap; nil for one whose weight takes the change itself.
    let projection: Projection?
  }

  /// All modules with a weight, in the model's order.
  let modules: [Module]
  /// Paths of modules that hold others.
  private let containers: [String]
  private let architecture: Architecture
  /// The weight of a head that tells the next token.
  private let wordWeight: Parameter?

  init(_ model: Model) {
    architecture = model.configuration.architecture
    wordWeight = model.configuration.headKind == .words ? model.head.output.weight : nil
    let projections = Dictionary(model.projections.map { ($0.path, $0) }) { first, _ in first }
    let norms = Set(model.backbone.norms.map(\.path))
    let biases = Dictionary(model.parameters.map { ($0.name, $0) }) { first, _ in first }
    modules = model.parameters.compactMap { parameter in
      guard parameter.name.hasSuffix(".weight") else { return nil }
      let path = String(parameter.name.dropLast(".weight".count))
      return Module(
        path: path, kind: norms.contains(path) ? .norm : Self.kind(path, parameter), weight: parameter,
        bias: biases["\(path).bias"], projection: projections[path]
      )
    }
    var seen: Set<String> = []
    containers = modules.flatMap { Self.containers(of: $0.path) }.filter { seen.insert($0).inserted }
  }

  private static func kind(_ path: String, _ weight: Parameter) -> Module.Kind {
    guard weight.shape.count == 2 else { return .other }
    // the library's change of DeBERTa's table of distances reaches no result of its own
    return path.hasSuffix(".rel_embeddings") ? .other : isTable(path) ? .table : .linear
  }

  private static func isTable(_ path: String) -> Bool { path.hasSuffix("_embeddings") || path.hasSuffix(".embed_tokens") }

  private static func containers(of path: String) -> [String] {
    path.indices.filter { path[$0] == "." }.map { String(path[..<$0]) }
  }

  /// The modules that a configuration adapts.
  ///
  /// - Parameter path: the configuration's file, for messages.
  /// - Throws: `InterchangeError.notComputed` where it names one that cannot be adapted.
  func adapted(by configuration: PEFTConfiguration, path: String) throws -> [Module] {
    var selection = configuration.selection
    switch selection.targets {
    // a head that is stored whole is left out by its name, one that tells words by what it is
    case .allLinear:
      selection.targets = .names(Set(modules.filter { $0.kind == .linear && $0.weight !== wordWeight }.map(\.path)))
    case .usual:
      let usual = usual(configuration.kind)
      guard !usual.isEmpty else {
        throw InterchangeError.configuration(
          path: path,
          problem: "target_modules is missing, and of models such as this one the library adapts none where nothing is said")
      }
      selection.targets = .names(usual)
    case .names, .pattern: break
    }
    func failure(_ module: String, _ reason: String) -> InterchangeError {
      .notComputed(
        path: path, problem: "target_modules takes in '\(module)', \(reason)",
        advice: "Name linear layers only, or leave this one out with exclude_modules, and train the adapter again")
    }
    if let container = containers.first(where: selection.adapts) {
      throw failure(container, "which holds layers and is none; the library adapts none such either")
    }
    let adapted = modules.filter { selection.adapts($0.path) }
    let isOfNorms = configuration.kind == .normTuning
    for module in adapted {
      switch module.kind {
      case .norm where isOfNorms: break
      case _ where isOfNorms:
        throw InterchangeError.notComputed(
          path: path,
          problem: "target_modules takes in '\(module.path)', which is no norm of the model, and LN_TUNING is computed for those",
          advice: InterchangeError.mergeAdvice)
      case .linear: break
      case .table where module.weight === wordWeight:
        throw failure(module.path, "whose weights the head shares, so that the change of one would be one of the other")
      case .table where configuration.kind == .lora && !configuration.isWeightDecomposed && !configuration.hasBranchBias: break
      case .table:
        throw InterchangeError.notComputed(
          path: path, problem: "target_modules takes in the embedding '\(module.path)', which only plain LoRA is computed for",
          advice: InterchangeError.mergeAdvice)
      case .norm, .other: throw failure(module.path, "which is neither a linear layer nor a table of tokens, positions or types")
      }
    }
    return adapted
  }

  private func usual(_ kind: PEFTConfiguration.Kind) -> Set<String> {
    let use: ModuleUse =
      switch kind {
      case .adalora: .rankAllocation
      case .ia3: .scaling
      case .normTuning: .norms
      case .lora, .vera, .promptTuning, .prefixTuning: .lowRank
      }
    return Set(architecture.usualModules(for: use))
  }
}
