// From an adapter's tensors to changes of weights, with everything that does not fit noted on the way.
import Layers
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
  }

  /// Notes what was left over.
  ///
  /// - Throws: `InterchangeError.tensors`.
  mutating func finish(adapted: Int) throws {
    for name in unread.sorted() { note(name, "belongs to no layer or parameter of the model") }
    if adapted == 0, problems.isEmpty { problems.append("it adapts no layer of the model") }
    guard problems.isEmpty else { throw InterchangeError.tensors(path: adapter.origin, problems: problems) }
  }

  /// The values of a parameter that the adapter stores whole.
  mutating func whole(_ parameter: Parameter) -> [Float]? {
    guard adapter.tensors[parameter.name] != nil else { return nil }
    return entry(parameter.name, parameter.shape)?.values
  }

  /// What the adapter changes in a layer's weight: `[out, in]`; `nil` where it does not adapt the layer, or what it has does not fit.
  mutating func change(of projection: Projection) -> Tensor? {
    guard let change = formed(projection) else { return nil }
    if !change.isFinite { problems.append("the weight of '\(projection.path)' becomes infinite or NaN") }
    return change
  }

  private mutating func formed(_ projection: Projection) -> Tensor? {
    let path = projection.path
    guard configuration.lists(path) || parts.contains(where: { adapter.tensors["\(path).\($0)"] != nil }) else { return nil }
    let (input, output, rank) = (projection.linear.inputSize, projection.linear.outputSize, configuration.rank(of: path))
    let weight = projection.linear.weight.tensor
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
    }
  }

  /// Takes VeRA's shared matrices, which must be as large as the largest of the adapted layers.
  mutating func readSharedMatrices(of projections: [Projection]) {
    let adapted = projections.filter { adapter.tensors["\($0.path).vera_lambda_d"] != nil }
    let input = adapted.map(\.linear.inputSize).max() ?? 0, output = adapted.map(\.linear.outputSize).max() ?? 0
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

  /// The ends of the names that adapted layers' tensors have.
  private var parts: [String] {
    switch configuration.kind {
    case .lora: ["lora_A.weight", "lora_B.weight", "lora_magnitude_vector"]
    case .adalora: ["lora_A", "lora_B", "lora_E"]
    case .vera: ["vera_lambda_b", "vera_lambda_d"]
    }
  }

  private mutating func note(_ name: String, _ problem: String) {
    problems.append("'\(PEFTAdapterFolder.libraryName(name))' \(problem)")
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

  /// The first rows and columns of a matrix.
  func leading(rows: Int, columns: Int) -> SafetensorsEntry {
    let width = shape[1]
    let kept = (0..<rows).flatMap { values[$0 * width..<$0 * width + columns] }
    return SafetensorsEntry(name: name, shape: [rows, columns], values: kept)
  }
}
