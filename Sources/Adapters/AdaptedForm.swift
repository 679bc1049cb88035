// What a method has made of a model, in terms that other programs have for it.
import Tensors

/// The form that a trained method's change of a model has.
package enum AdaptedForm {
  /// The model's own weights are others.
  case weights
  /// Layers of its own stand between those of the model.
  case layers
  /// Beside each adapted layer stands a low-rank branch, whose scale is `alpha / rank`, or `alpha / √rank` where it is stabilised.
  case lowRank(isStabilized: Bool)
  /// Branches whose inner vector holds singular values, zero for those that are pruned; their scale is `alpha / (rank + 1e-5)`.
  case singularValues
  /// Each adapted weight has a low-rank change, of this scale, and a norm of its own for each output row.
  case weightDecomposed(scale: Double)
  /// All branches have one pair of matrices, `A: [rank, largest in]`, `B: [largest out, rank]`, and vectors of their own.
  case sharedMatrices(a: Tensor, b: Tensor)
  /// What comes into adapted layers, or what comes out of them, is scaled.
  case scaled([ScaledLayer])
  /// The model's own norms with these paths are others.
  case norms([String])
  /// Beside each adapted layer stands a low-rank branch, whose scale is `alpha / rank`, and of the layer's weight the branch's start was
  /// taken.
  case principal([PrincipalStart])
  /// Virtual tokens stand before each input: `[count, hidden]`.
  case virtualTokens(Tensor)
  /// Keys and values stand before each input's own, in every layer.
  case prefixes
}

/// A layer whose input or output is scaled.
package struct ScaledLayer {
  /// The layer's path on the hub.
  package let path: String
  /// `[in]` or `[out]`
  package let factors: Tensor
  /// Whether they are factors on what comes in.
  package let scalesInput: Bool
}

/// What a branch of PiSSA started from: with the rest that is frozen it makes the checkpoint's weight.
package struct PrincipalStart {
  /// The layer's path on the hub.
  package let path: String
  /// `[rank, in]`
  package let a: Tensor
  /// `[out, rank]`
  package let b: Tensor
}
