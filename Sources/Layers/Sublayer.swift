// A block's half, attention or feed-forward: its norm, its sum, and what changes its end from outside.
import Tensors

/// Where a half has its norm.
package enum NormPlacement: Sendable {
  /// After the sum: `norm(x + f(x))`.
  case afterSum
  /// Before the half's layers: `x + f(norm(x))`.
  case beforeLayers
}

/// Changes how a half of a block ends, from outside, as bottleneck adapters do.
package protocol SublayerAdapter: AnyObject {
  /// What follows the half: `[tokens, hidden]` → `[tokens, hidden]`.
  ///
  /// - Parameters:
  ///   - z: the half's own output, `dropout(dense(x))`.
  ///   - residual: what came into the half.
  ///   - end: the model's own end.
  func forward(_ z: Tensor, residual: Tensor, end: SublayerEnd) -> Tensor
}

/// How a half puts its output and its residual together: their sum, with the norm behind it where that is its place.
package struct SublayerEnd {
  let norm: any Norm
  /// Whether the norm is part of it.
  package let placement: NormPlacement

  /// `norm(z + residual)`, or `z + residual`: `[tokens, hidden]` → `[tokens, hidden]`
  package func callAsFunction(_ z: Tensor, residual: Tensor) -> Tensor { self(z, residual: residual, dropout: nil) }

  func callAsFunction(_ z: Tensor, residual: Tensor, dropout: Dropout?) -> Tensor {
    switch placement {
    case .afterSum: norm(z, residual: residual, dropout: dropout)
    case .beforeLayers: z.dropped(dropout).adding(residual)
    }
  }
}

/// A block's half, attention or feed-forward, but for the layers within it: `norm(x + dropout(dense(f(x))))`, or
/// `x + dropout(dense(f(norm(x))))`.
package final class Sublayer {
  /// The dense layer at its end; it says the block's index and which half this is.
  package let projection: Projection
  /// Of the sum, or of what comes in.
  package let norm: any Norm
  /// Where the norm is.
  package let placement: NormPlacement
  /// What a method has put here; `nil`: the model's own end.
  package var adapter: (any SublayerAdapter)?
  private let dropout: Float

  /// - Parameter dropout: the rate on the dense layer's output.
  package init(_ projection: Projection, norm: any Norm, placement: NormPlacement = .afterSum, dropout: Float) {
    self.projection = projection
    self.norm = norm
    self.placement = placement
    self.dropout = dropout
  }

  /// The module's path on the hub: the dense layer's without its last part.
  package var path: String { projection.path.split(separator: ".").dropLast().joined(separator: ".") }

  /// What the half's first layers see of what comes in: `[tokens, hidden]` → `[tokens, hidden]`
  package func input(_ x: Tensor) -> Tensor {
    switch placement {
    case .afterSum: x
    case .beforeLayers: norm(x)
    }
  }

  /// The half's end. `x: [tokens, in]` is what its dense layer sees, `residual: [tokens, hidden]` what came in → `[tokens, hidden]`
  package func callAsFunction(_ x: Tensor, residual: Tensor, pass: Pass) -> Tensor {
    let z = projection(x, pass: pass)
    let dropout = pass.dropout(dropout)
    let end = SublayerEnd(norm: norm, placement: placement)
    return adapter?.forward(z.dropped(dropout), residual: residual, end: end) ?? end(z, residual: residual, dropout: dropout)
  }
}
