import Tensors

/// `y = x Wᵀ + bias`, `W: [out, in]`, `bias: [out]`.
package final class Linear {
  /// The matrix W, `[outputs, inputs]`.
  package let weight: Parameter
  /// The vector b, `[outputs]`; nil where the layer has none.
  package let bias: Parameter?

  /// Takes parameters that exist: `weight` is `[outputs, inputs]`, `bias` `[outputs]`.
  package init(weight: Parameter, bias: Parameter?) {
    self.weight = weight
    self.bias = bias
  }

  /// The width of a row that goes in.
  package var inputSize: Int { weight.shape[1] }
  /// The width of a row that comes out.
  package var outputSize: Int { weight.shape[0] }

  /// `[tokens, in]` → `[tokens, out]`
  package func callAsFunction(_ x: Tensor, branch: LowRankBranch? = nil) -> Tensor {
    x.linear(weight: weight.tensor, bias: bias?.tensor, branch: branch)
  }
}
