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

/// Layer normalisation over the last dimension (Ba et al. 2016).
package final class LayerNorm {
  /// The factor of each column, `[hidden]`.
  package let gain: Parameter
  /// What is added to each column, `[hidden]`.
  package let bias: Parameter
  /// What is added to the variance before its root is taken.
  package let epsilon: Float

  /// Takes parameters that exist, both `[hidden]`.
  package init(gain: Parameter, bias: Parameter, epsilon: Float) {
    self.gain = gain
    self.bias = bias
    self.epsilon = epsilon
  }

  /// `norm(dropout(x) + residual)`: `[tokens, hidden]` → `[tokens, hidden]`
  package func callAsFunction(_ x: Tensor, residual: Tensor? = nil, dropout: Dropout? = nil) -> Tensor {
    x.layerNorm(residual: residual, gain: gain.tensor, bias: bias.tensor, epsilon: epsilon, dropout: dropout)
  }
}
