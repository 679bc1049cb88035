// From an adapter's tensors to changes of weights, with everything that does not fit noted on the way.
import Layers
import Models
import Storage
import Tensors

/// Takes an adapter's tensors one after the other, and keeps count of what is missing, misshapen or left over.
struct TensorReading {
  private let adapter: PEFTAdapter
  private var configuration: PEFTConfiguration { adapter.configuration }
  private var unread: Set<String>
  private var problems: [String] = []
  /// VeRA's shared matrices: `A: [rank, at least in]`, `B: [at least out, rank]`.
  private var shared: (a: SafetensorsEntry, b: SafetensorsEntry)?

  init(_ adapter: PEFTAdapter) {
    self.adapter = adapter
    unread = Set(adapter.tensors.keys)
    unread = unread.filter { !isCopy($0) }
  }

  /// Whether a tensor is a second copy of a stored module's bias, which the library writes with `bias: all` and does not load:
  /// `classifier.original_module.bias` and `classifier.modules_to_save.default.dense.bias` beside `classifier.dense.bias`.
  private func isCopy(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.last == "bias", let place = parts.firstIndex(where: { $0 == "original_module" || $0 == "modules_to_save" }) else {
      return false
    }
    return [1, 2].contains { adapter.tensors[(parts[..<place] + parts[place...].dropFirst($0)).joined(separator: ".")] != nil }
  }

  /// Notes what was left over.
  ///
  /// - Throws: `InterchangeError.tensors`.
  mutating func finish(adapted: Int) throws {
    for name in unread.sorted() { note(name, "belongs to no layer or parameter of the model") }
    if adapted == 0, problems.isEmpty { problems.append("it adapts no layer of the model") }
    guard problems.isEmpty else { throw InterchangeError.tensors(path: adapter.origin, problems: problems) }
  }

  /// The values of a parameter that the adapter stores whole, of a module that it does not adapt.
  mutating func whole(_ parameter: Parameter) -> [Float]? {
    let isBias = configuration.biases == .all && parameter.name.hasSuffix(".bias")
    // a head that is missing may be the base model's
    let isSaved = parameter.group != .head && configuration.stores(parameter.name)
    guard isBias || isSaved || adapter.tensors[parameter.name] != nil else { return nil }
    return entry(parameter.name, parameter.shape)?.values
  }

  /// What an adapter makes of a module.
  struct Change {
    /// What is added to the weight: `[out, in]`, of a table `[rows, columns]`.
    var weight: Tensor
    /// The weight that it is added to, where the adapter brings it.
    var base: [Float]?
    /// The bias, where it is another: `[out]`.
    var bias: [Float]?
  }

  /// What the adapter does to a module; `nil` where what it has does not fit.
  mutating func change(of module: ModelModules.Module) -> Change? {
    if configuration.kind == .ia3 { return scaling(of: module) }
    let path = module.path, backend = module.weight.tensor.backend
    let base = adapter.tensors["\(path).base_layer.weight"].flatMap { entry($0.name, module.weight.shape) }
    let bias = bias(of: module)
    let weight = base.map { Tensor($0.values, shape: $0.shape, on: backend) } ?? module.weight.tensor
    guard let change = module.kind == .table ? tableChange(path, weight) : linearChange(path, weight) else { return nil }
    if !change.isFinite { problems.append("the weight of '\(path)' becomes infinite or NaN") }
    if let bias, !bias.allSatisfy(\.isFinite) { problems.append("the bias of '\(path)' becomes infinite or NaN") }
    return Change(weight: change, base: base?.values, bias: bias)
  }

  /// The bias of a layer, where the adapter brings it or adds to it.
  private mutating func bias(of module: ModelModules.Module) -> [Float]? {
    guard let parameter = module.bias else { return nil }
    let name = "\(module.path).base_layer.bias"
    var values: [Float]?
    if configuration.biases != .none || adapter.tensors[name] != nil { values = entry(name, parameter.shape)?.values }
    if configuration.hasBranchBias, let added = entry("\(module.path).lora_B.bias", parameter.shape) {
      let scale = configuration.scale(of: module.path)
      values = zip(values ?? parameter.tensor.values, added.values).map { $0 + scale * $1 }
    }
    return values
  }

  /// What (IA)³'s factors make of a layer: `l ⊙ W` and `l ⊙ b`, or `W ⊙ l`.
  private mutating func scaling(of module: ModelModules.Module) -> Change? {
    let name = "\(module.path).ia3_l", weight = module.weight.tensor, (rows, columns) = (weight.shape[0], weight.shape[1])
    guard let factors = present(name) else { return nil }
    let scalesOutput = factors.shape == [rows, 1]
    guard scalesOutput || factors.shape == [1, columns] else {
      note(name, "is \(factors.shape), expected [\(rows), 1], or [1, \(columns)] of a feed-forward module")
      return nil
    }
    let values = weight.values.enumerated().map { $1 * (factors.values[scalesOutput ? $0 / columns : $0 % columns] - 1) }
    let bias = scalesOutput ? module.bias.map { zip($0.tensor.values, factors.values).map { $0 * $1 } } : nil
    let change = Tensor(values, shape: weight.shape, on: weight.backend)
    if !change.isFinite { problems.append("the weight of '\(module.path)' becomes infinite or NaN") }
    if let bias, !bias.allSatisfy(\.isFinite) { problems.append("the bias of '\(module.path)' becomes infinite or NaN") }
    return Change(weight: change, base: nil, bias: bias)
  }

  /// The values of a norm's parameters.
  mutating func norm(_ module: ModelModules.Module) -> [(Parameter, [Float])] {
    [("weight", module.weight), ("bias", module.bias)].compactMap { part, parameter in
      parameter.flatMap { parameter in
        entry("\(module.path).ln_tuning_layers.\(part)", parameter.shape).map { (parameter, $0.values) }
      }
    }
  }

  /// Virtual tokens, `[count, hidden]`, or the keys and values of all layers side by side, `[count, layers · 2 · width]`; nil where they do
  /// not fit.
  ///
  /// - Throws: `InterchangeError.notComputed` where the model has no place for them.
  mutating func prompts(_ sizes: PEFTConfiguration.Prompts, on model: Model, path: String) throws -> Tensor? {
    let body = model.backbone, width = body.keysAndValues.reduce(0) { $0 + 2 * $1.width }
    let isPrefix = configuration.kind == .prefixTuning
    if isPrefix, body.keysAndValues.contains(where: \.hasRelativePositions) {
      throw InterchangeError.notComputed(
        path: path,
        problem:
          "peft_type is '\(configuration.kind.rawValue)', and the model's attention goes by distances, which its keys have not",
        advice: "The library computes it for no such model either; take an adapter of another kind")
    }
    return entry(PEFTAdapterFolder.promptsName, [sizes.virtualTokens, isPrefix ? width : body.embedded.width]).map {
      Tensor($0.values, shape: $0.shape, on: body.wordEmbeddings.tensor.backend)
    }
  }

  private mutating func linearChange(_ path: String, _ weight: Tensor) -> Tensor? {
    let (input, output, rank) = (weight.shape[1], weight.shape[0], configuration.rank(of: path))
    switch configuration.kind {
    case .lora:
      let a = entry("\(path).lora_A.weight", [rank, input]), b = entry("\(path).lora_B.weight", [output, rank])
      let magnitude = configuration.isWeightDecomposed ? entry("\(path).lora_magnitude_vector", [output]) : nil
      guard let a, let b else { return nil }
      let change = product(b, a, like: weight).scaled(by: configuration.scale(of: path))
      guard configuration.isWeightDecomposed else { return change }
      return magnitude.map { decomposed(weight, change, magnitudes: $0.values) }
    case .adalora:
      let a = entry("\(path).lora_A", [rank, input]), b = entry("\(path).lora_B", [output, rank])
      let e = entry("\(path).lora_E", [rank, 1])
      guard let a, let b, let e else { return nil }
      return product(b.scaled(rows: nil, columns: e.values), a, like: weight).scaled(by: configuration.scale(of: path))
    case .vera:
      let d = entry("\(path).vera_lambda_d", [rank]), outer = entry("\(path).vera_lambda_b", [output])
      guard let d, let outer, let shared else { return nil }
      let a = shared.a.leading(rows: rank, columns: input), b = shared.b.leading(rows: output, columns: rank)
      return product(b.scaled(rows: outer.values, columns: d.values), a, like: weight)
    case .ia3, .normTuning, .promptTuning, .prefixTuning: return nil
    }
  }

  /// `(B A)ᵀ` of a table's LoRA, whose A is `[rank, rows]` and whose B is `[columns, rank]`.
  private mutating func tableChange(_ path: String, _ weight: Tensor) -> Tensor? {
    let (rows, columns, rank) = (weight.shape[0], weight.shape[1], configuration.rank(of: path))
    let a = entry("\(path).lora_embedding_A", [rank, rows]), b = entry("\(path).lora_embedding_B", [columns, rank])
    guard let a, let b else { return nil }
    return product(a.transposed, b.transposed, like: weight).scaled(by: configuration.scale(of: path))
  }

  /// Takes VeRA's shared matrices, which must be as large as the largest of the adapted layers.
  mutating func readSharedMatrices(of modules: [ModelModules.Module]) {
    let input = modules.map { $0.weight.shape[1] }.max() ?? 0, output = modules.map { $0.weight.shape[0] }.max() ?? 0
    let names = (a: "base_model.vera_A", b: "base_model.vera_B")
    guard let a = present(names.a), let b = present(names.b) else { return }
    let rank = configuration.rank
    if a.shape.count != 2 || a.shape[0] != rank || a.shape[1] < input {
      note(names.a, "is \(a.shape), expected [\(rank), \(input)] or wider")
    } else if b.shape.count != 2 || b.shape[0] < output || b.shape[1] != rank {
      note(names.b, "is \(b.shape), expected [\(output), \(rank)] or higher")
    } else {
      shared = (a, b)
    }
  }

  private mutating func note(_ name: String, _ problem: String) {
    problems.append("'\(PEFTAdapterFolder.libraryName(name, of: configuration.kind))' \(problem)")
  }

  private mutating func present(_ name: String) -> SafetensorsEntry? {
    unread.remove(name)
    guard let entry = adapter.tensors[name] else {
      note(name, "is missing")
      return nil
    }
    return entry
  }

  private mutating func entry(_ name: String, _ shape: [Int]) -> SafetensorsEntry? {
    guard let entry = present(name) else { return nil }
    guard entry.shape == shape else {
      note(name, "is \(entry.shape), expected \(shape)")
      return nil
    }
    return entry
  }

  /// `B A`, on the weight's backend.
  private func product(_ b: SafetensorsEntry, _ a: SafetensorsEntry, like weight: Tensor) -> Tensor {
    // AdaLoRA may leave a layer no component at all
    guard a.shape[0] > 0 else { return .zeros(weight.shape, on: weight.backend) }
    return Tensor(b.values, shape: b.shape, on: weight.backend).matmul(Tensor(a.values, shape: a.shape, on: weight.backend))
  }

  /// DoRA: `m / ‖W + change‖ ⊙ (W + change) − W`, the norm of each output row.
  private func decomposed(_ weight: Tensor, _ change: Tensor, magnitudes: [Float]) -> Tensor {
    let columns = weight.shape[1], base = weight.values
    var changed = weight.adding(change).values
    for row in magnitudes.indices {
      let range = row * columns..<(row + 1) * columns
      let norm = changed[range].reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
      let factor = magnitudes[row] / max(norm, .leastNormalMagnitude)
      for index in range { changed[index] = factor * changed[index] - base[index] }
    }
    return Tensor(changed, shape: weight.shape, on: weight.backend)
  }
}

extension SafetensorsEntry {
  /// A copy of a matrix with each row and each column times its factor.
  func scaled(rows: [Float]?, columns: [Float]?) -> SafetensorsEntry {
    let width = shape[1]
    let scaled = values.enumerated().map { $1 * (rows?[$0 / width] ?? 1) * (columns?[$0 % width] ?? 1) }
    return SafetensorsEntry(name: name, shape: shape, values: scaled)
  }

  /// A matrix with its rows as columns.
  var transposed: SafetensorsEntry {
    let (rows, columns) = (shape[0], shape[1])
    let turned = (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
    return SafetensorsEntry(name: name, shape: [columns, rows], values: turned)
  }

  /// The first rows and columns of a matrix.
  func leading(rows: Int, columns: Int) -> SafetensorsEntry {
    let width = shape[1]
    let kept = (0..<rows).flatMap { values[$0 * width..<$0 * width + columns] }
    return SafetensorsEntry(name: name, shape: [rows, columns], values: kept)
  }
}
