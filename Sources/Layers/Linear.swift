import Tensors

/// `y = x Wᵀ + bias`, `W: [out, in]`, `bias: [out]`.
public final class Linear {
  public let weight: Parameter
  public let bias: Parameter?

  public init(weight: Parameter, bias: Parameter?) {
    self.weight = weight
    self.bias = bias
  }

  public var inputSize: Int { weight.shape[1] }
  public var outputSize: Int { weight.shape[0] }

  /// `[tokens, in]` → `[tokens, out]`
  public func callAsFunction(_ x: Tensor, branch: LowRankBranch? = nil) -> Tensor {
    x.linear(weight: weight.tensor, bias: bias?.tensor, branch: branch)
  }
}

/// Layer normalisation over the last dimension (Ba et al. 2016).
public final class LayerNorm {
  public let gain: Parameter
  public let bias: Parameter
  public let epsilon: Float

  public init(gain: Parameter, bias: Parameter, epsilon: Float) {
    self.gain = gain
    self.bias = bias
    self.epsilon = epsilon
  }

  /// `norm(dropout(x) + residual)`: `[tokens, hidden]` → `[tokens, hidden]`
  public func callAsFunction(_ x: Tensor, residual: Tensor? = nil, dropout: Dropout? = nil) -> Tensor {
    x.layerNorm(residual: residual, gain: gain.tensor, bias: bias.tensor, epsilon: epsilon, dropout: dropout)
  }
}
