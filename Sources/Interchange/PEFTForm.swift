// What a trained method is in the peft library's terms. Whatever is a low-rank branch beside a layer can be said as LoRA; methods that
// the library has itself are said in its own form.
import Adapters
import Foundation
import Layers
import Models
import Storage
import Tensors

extension PEFTAdapter {
  /// What a method has made of a model, with the model's head.
  ///
  /// - Parameters:
  ///   - method: attached to the model, with the values that it trained.
  ///   - baseModel: the base model's folder or name, for the library's user.
  /// - Throws: `InterchangeError.notExpressible`.
  package init(_ method: any TuningMethod, on model: Model, baseModel: String) throws {
    let source = ExportSource(method, model)
    var (configuration, tensors) =
      switch method.form {
      case .weights:
        throw InterchangeError.notExpressible(method: source.id, reason: "it trains the model's own weights", canBeMerged: true)
      case .layers:
        throw InterchangeError.notExpressible(
          method: source.id, reason: "it puts layers of its own between those of the model", canBeMerged: false)
      case .lowRank(let isStabilized): try source.lowRank(stabilized: isStabilized)
      case .singularValues: try source.singularValues()
      case .weightDecomposed(let scale): source.weightDecomposed(scale: scale)
      case .sharedMatrices(let a, let b): source.sharedMatrices(a, b)
      case .scaled(let layers): source.scaled(layers)
      case .norms(let paths): source.norms(paths)
      case .principal(let starts): try source.principal(starts)
      case .virtualTokens(let tokens): source.virtualTokens(tokens)
      case .prefixes: source.prefixes()
      }
    let head = model.parameters.filter { $0.group == .head }
    // the library stores the head's modules whole, by the first part of their paths
    for parameter in head {
      let module = parameter.name.prefix { $0 != "." }
      if !configuration.savedModules.contains(where: { $0 == module }) { configuration.savedModules.append(String(module)) }
    }
    configuration.baseModel = baseModel
    if model.configuration.headKind == .words { configuration.selection.task = ModuleSelection.completion }
    self.init(
      configuration: configuration, tensors: tensors + head.map { SafetensorsEntry($0.name, $0.tensor) },
      model: model.configuration, origin: source.id)
  }
}

/// A model as a method left it.
private struct ExportSource {
  let id: String
  let method: any TuningMethod
  let model: Model
  /// The layers that the method adapts.
  let adapted: [(projection: Projection, adapter: any ProjectionAdapter)]
  var paths: [String] { adapted.map(\.projection.path) }

  init(_ method: any TuningMethod, _ model: Model) {
    (self.method, self.model) = (method, model)
    id = type(of: method).description.id
    adapted = model.projections.compactMap { projection in projection.adapter.map { (projection, $0) } }
  }

  /// Every layer's branch `scale · outer ⊙ B (inner ⊙ A x)`.
  func branches() throws -> [(path: String, branch: LowRankBranch)] {
    guard !adapted.isEmpty else {
      throw InterchangeError.notExpressible(method: id, reason: "it adapts no layer", canBeMerged: true)
    }
    return try adapted.map { projection, adapter in
      guard let branch = adapter.branch else {
        throw InterchangeError.notExpressible(
          method: id, reason: "its change of \(projection.path) is not a low-rank branch", canBeMerged: adapter.weightChange != nil)
      }
      return (projection.path, branch)
    }
  }

  /// As LoRA, the vectors folded into B. What layers share is written out for each.
  func lowRank(stabilized: Bool) throws -> (PEFTConfiguration, [SafetensorsEntry]) {
    let branches = try branches()
    var configuration = PEFTConfiguration(kind: .lora, rank: 1, paths: paths)
    configuration.isRankStabilized = stabilized
    var tensors: [SafetensorsEntry] = []
    for (index, (path, branch)) in branches.enumerated() {
      let rank = branch.a.shape[0]
      let alpha = Self.alpha(scale: branch.scale, divisor: stabilized ? Double(rank).squareRoot() : Double(rank))
      if index == 0 { (configuration.rank, configuration.alpha) = (rank, alpha) }
      if rank != configuration.rank { configuration.rankPattern.append(rank, for: path) }
      if alpha != configuration.alpha { configuration.alphaPattern.append(alpha, for: path) }
      tensors.append(SafetensorsEntry("\(path).lora_A.weight", branch.a))
      tensors.append(
        SafetensorsEntry("\(path).lora_B.weight", branch.b).scaled(rows: branch.outer?.values, columns: branch.inner?.values))
    }
    return (configuration, tensors)
  }

  /// As DoRA, whose names are the library's.
  func weightDecomposed(scale: Double) -> (PEFTConfiguration, [SafetensorsEntry]) {
    let tensors = method.parameters.map { SafetensorsEntry($0.name, $0.tensor) }
    let rank = tensors.first { $0.name.hasSuffix("lora_A.weight") }?.shape[0] ?? 1
    var configuration = PEFTConfiguration(kind: .lora, rank: rank, paths: paths)
    configuration.isWeightDecomposed = true
    configuration.alpha = Self.alpha(scale: Float(scale), divisor: Double(rank))
    return (configuration, tensors)
  }

  /// As AdaLoRA, without the components whose value is zero.
  func singularValues() throws -> (PEFTConfiguration, [SafetensorsEntry]) {
    let branches = try branches()
    let rank = branches[0].branch.a.shape[0]
    var configuration = PEFTConfiguration(kind: .adalora, rank: rank, paths: paths)
    configuration.alpha = Self.alpha(scale: branches[0].branch.scale, divisor: Double(rank) + 1e-5)
    var tensors: [SafetensorsEntry] = []
    for (path, branch) in branches {
      let values = branch.inner?.values ?? []
      let kept = values.indices.filter { values[$0] != 0 }
      configuration.keptComponents[path] = values.map { $0 != 0 }
      let b = SafetensorsEntry("\(path).lora_B", branch.b)
      tensors += [
        SafetensorsEntry("\(path).lora_A", branch.a).rows(kept),
        SafetensorsEntry(
          name: b.name, shape: [b.shape[0], kept.count],
          values: (0..<b.shape[0]).flatMap { row in kept.map { b.values[row * rank + $0] } }),
        SafetensorsEntry(name: "\(path).lora_E", shape: [kept.count, 1], values: kept.map { values[$0] }),
      ]
    }
    return (configuration, tensors)
  }

  /// As VeRA, with its own shared matrices, so that the library draws none.
  func sharedMatrices(_ a: Tensor, _ b: Tensor) -> (PEFTConfiguration, [SafetensorsEntry]) {
    let shared = [("base_model.vera_A", a), ("base_model.vera_B", b)]
    return (
      PEFTConfiguration(kind: .vera, rank: a.shape[0], paths: paths),
      shared.map { SafetensorsEntry($0.0, $0.1) } + method.parameters.map { SafetensorsEntry($0.name, $0.tensor) }
    )
  }

  /// As (IA)³, whose factors the library has as rows or columns.
  func scaled(_ layers: [ScaledLayer]) -> (PEFTConfiguration, [SafetensorsEntry]) {
    var configuration = PEFTConfiguration(kind: .ia3, rank: 0, paths: layers.map(\.path))
    configuration.feedForward = .paths(layers.filter(\.scalesInput).map(\.path))
    let tensors = layers.map { layer in
      let count = layer.factors.count
      return SafetensorsEntry(
        name: "\(layer.path).ia3_l", shape: layer.scalesInput ? [1, count] : [count, 1], values: layer.factors.values)
    }
    return (configuration, tensors)
  }

  /// As LN tuning, which stores copies of norms.
  func norms(_ paths: [String]) -> (PEFTConfiguration, [SafetensorsEntry]) {
    let norms = model.backbone.norms.filter { paths.contains($0.path) }
    let tensors = norms.flatMap { norm in
      norm.parameters.map { parameter in
        SafetensorsEntry("\(norm.path).ln_tuning_layers\(parameter.name.dropFirst(norm.path.count))", parameter.tensor)
      }
    }
    return (PEFTConfiguration(kind: .normTuning, rank: 0, paths: paths), tensors)
  }

  /// As LoRA of twice the rank on the checkpoint's own weights: what was trained, without what it started from.
  ///
  /// W_res + s B A = W + s (B A − B₀ A₀), and the library's own conversion of PiSSA writes the same.
  func principal(_ starts: [PrincipalStart]) throws -> (PEFTConfiguration, [SafetensorsEntry]) {
    var (configuration, tensors) = try lowRank(stabilized: false)
    let byName = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    tensors = []
    for start in starts {
      guard let a = byName["\(start.path).lora_A.weight"], let b = byName["\(start.path).lora_B.weight"] else { continue }
      let rank = a.shape[0], started = start.b.values
      var joined: [Float] = []
      for row in 0..<b.shape[0] {
        let entries = row * rank..<(row + 1) * rank
        joined += b.values[entries]
        joined += started[entries].map { -$0 }
      }
      tensors += [
        SafetensorsEntry(name: a.name, shape: [2 * rank, a.shape[1]], values: a.values + start.a.values),
        SafetensorsEntry(name: b.name, shape: [b.shape[0], 2 * rank], values: joined),
      ]
    }
    (configuration.rank, configuration.alpha) = (2 * configuration.rank, 2 * configuration.alpha)
    return (configuration, tensors)
  }

  /// As prompt tuning.
  func virtualTokens(_ tokens: Tensor) -> (PEFTConfiguration, [SafetensorsEntry]) {
    prompts(.promptTuning, tokens, width: tokens.shape[1], heads: model.configuration.heads)
  }

  /// As prefix tuning: the keys and values themselves, whatever made them.
  func prefixes() -> (PEFTConfiguration, [SafetensorsEntry]) {
    let places = model.backbone.keysAndValues, backend = model.backbone.wordEmbeddings.tensor.backend
    let parts = backend.withoutGradients {
      places.flatMap { place in place.adapter.map { $0.prefix(pass: .evaluation) }.map { [$0.keys, $0.values] } ?? [] }
    }
    let count = parts.first?.shape[0] ?? 0, width = places.first?.width ?? 1, values = parts.map(\.values)
    let rows = (0..<count).flatMap { row in values.flatMap { $0[row * width..<(row + 1) * width] } }
    let table = Tensor(rows, shape: [count, parts.count * width], on: backend)
    return prompts(.prefixTuning, table, width: width, heads: model.configuration.keyHeads)
  }

  private func prompts(_ kind: PEFTConfiguration.Kind, _ table: Tensor, width: Int, heads: Int) -> (
    PEFTConfiguration, [SafetensorsEntry]
  ) {
    var configuration = PEFTConfiguration(kind: kind, rank: 0, paths: [])
    configuration.prompts = PEFTConfiguration.Prompts(
      virtualTokens: table.shape[0], width: width, heads: heads, layers: model.configuration.layers)
    return (configuration, [SafetensorsEntry(PEFTAdapterFolder.promptsName, table)])
  }

  /// The alpha that gives a scale back to its last bit: a short number where there is one.
  private static func alpha(scale: Float, divisor: Double) -> Double {
    let exact = Double(scale) * divisor
    let short = [1, 1e6].map { (exact * $0).rounded() / $0 }
    return short.first { Float($0 / divisor) == scale } ?? exact
  }
}

extension SafetensorsEntry {
  init(_ name: String, _ tensor: Tensor) { self.init(name: name, shape: tensor.shape, values: tensor.values) }

  /// Some rows of a matrix.
  func rows(_ indices: [Int]) -> SafetensorsEntry {
    let width = shape[1]
    return SafetensorsEntry(
      name: name, shape: [indices.count, width], values: indices.flatMap { values[$0 * width..<($0 + 1) * width] })
  }
}
