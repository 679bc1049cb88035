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
}
