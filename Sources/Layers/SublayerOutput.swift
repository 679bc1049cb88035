import Tensors

/// Changes how a half of a block ends, from outside, as bottleneck adapters do.
package protocol SublayerAdapter: AnyObject {
  /// What follows the half: `[tokens, hidden]` → `[tokens, hidden]`.
  ///
  /// - Parameters:
  ///   - z: the half's own output, `dropout(dense(x))`.
  ///   - residual: what came into the half.
  func forward(_ z: Tensor, residual: Tensor, norm: LayerNorm) -> Tensor
}

/// The end of a block's half, attention or feed-forward: `norm(dropout(dense(x)) + residual)`.
package final class SublayerOutput {
  /// The dense layer; it says the block's index and which half this is.
  package let projection: Projection
  /// The normalisation of the sum.
  package let norm: LayerNorm
  /// What a method has put here; `nil`: the model's own end.
  package var adapter: (any SublayerAdapter)?
  private let dropout: Float

  /// - Parameter dropout: the rate on the dense layer's output.
  package init(_ projection: Projection, norm: LayerNorm, dropout: Float) {
    self.projection = projection
    self.norm = norm
    self.dropout = dropout
  }

  /// The module's path on the hub: the dense layer's without its last part.
  package var path: String { projection.path.split(separator: ".").dropLast().joined(separator: ".") }

  /// `x: [tokens, in]`, `residual: [tokens, hidden]` → `[tokens, hidden]`
  package func callAsFunction(_ x: Tensor, residual: Tensor, pass: Pass) -> Tensor {
    let z = projection(x, pass: pass)
    let dropout = pass.dropout(dropout)
    return adapter?.forward(z.dropped(dropout), residual: residual, norm: norm) ?? norm(z, residual: residual, dropout: dropout)
  }
}
