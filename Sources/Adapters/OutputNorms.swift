// How much each LoRA puts out: ‖ΔW x‖² over a sample, LoRA-drop's measure of a layer's importance.
import Layers
import Tensors

enum OutputNorms {
  /// ‖ΔW x‖² for each pair and each example of the sample, summed over the example's tokens (LoRA-drop, Eq. 2).
  ///
  /// With u = A x it is uᵀ (Bᵀ B) u, so that no output is ever formed. Relative positions do not count: they are no data.
  ///
  /// - Throws: what the sample throws.
  static func measure(_ pairs: [LoRA.Pair], on sample: any MeasuredSample) throws -> [[Double]] {
    var norms = [[Double]](repeating: [], count: pairs.count)
    guard let backend = pairs.first?.a.tensor.backend else { return norms }
    let grams = backend.withoutGradients {
      pairs.map { pair in
        pair.b.tensor.transposedProduct(pair.b.tensor).scaled(by: pair.adapter.scale * pair.adapter.scale)
      }
    }
    var tokens = [Tensor?](repeating: nil, count: pairs.count)
    defer { for pair in pairs { pair.adapter.observe = nil } }
    for (index, pair) in pairs.enumerated() {
      pair.adapter.observe = { x in
        let u = x.detached.linear(weight: pair.a.tensor.detached, bias: nil)
        tokens[index] = u.matmul(grams[index]).rowDots(u)
      }
    }
    try sample.forward { batch in
      let parts = Offsets(batch.offsets)
      let sums = Scalars.read(tokens.compactMap { $0.map { Scalars(sumsOf: $0, parts: parts) } })
      for (index, sums) in zip(pairs.indices, sums) { norms[index] += sums }
    }
    return norms
  }

  /// Each module's share of the sum among those of its role (Eq. 3); even shares where nothing was put out.
  static func importance(_ norms: [[Double]], roles: [ProjectionRole]) -> [Double] {
    let sums = norms.map { $0.reduce(0, +) }
    return sums.indices.map { index in
      let peers = sums.indices.filter { roles[$0] == roles[index] }
      let total = peers.reduce(0) { $0 + sums[$1] }
      return total > 0 ? sums[index] / total : 1 / Double(peers.count)
    }
  }

  static func diagnostics(_ norms: [[Double]], projections: [Projection]) -> [Diagnostic] {
    sums(norms, projections: projections, under: "importance") + [
      byExample("importance/example_squared_norm", norms, projections)
    ]
  }

  /// Importances and what they are shares of, `[layer, module]`, in a group of this name.
  static func sums(_ norms: [[Double]], projections: [Projection], under group: String) -> [Diagnostic] {
    [
      .byLayer("\(group)/value", projections, numbers: importance(norms, roles: projections.map(\.role)), absent: .nan),
      .byLayer("\(group)/squared_norm", projections, numbers: norms.map { $0.reduce(0, +) }, absent: .nan),
    ]
  }

  /// The norms of every example, `[module, example]`, modules by path.
  static func byExample(_ path: String, _ norms: [[Double]], _ projections: [Projection]) -> Diagnostic {
    Diagnostic(
      path, shape: [norms.count, norms.first?.count ?? 0], .numbers(norms.flatMap { $0 }),
      dimensions: ["module", "example"], names: ["module": projections.map(\.path)])
  }
}
