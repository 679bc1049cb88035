// Normalisations of hidden states, and what changes one from outside.
import Tensors

/// Changes what a norm puts out, from outside; the model does not know it.
package protocol NormAdapter: AnyObject {
  /// What follows in place of the norm's own output `y`: `[tokens, hidden]` → `[tokens, hidden]`.
  func forward(_ y: Tensor) -> Tensor
}

/// A normalisation of each token's hidden state.
package protocol Norm: AnyObject {
  /// What it learns: its gain, and its bias where it has one, `[hidden]` each.
  var parameters: [Parameter] { get }
  /// The module's path on the hub, such as `bert.encoder.layer.0.output.LayerNorm`.
  var path: String { get }
  /// What changes its output; nil where no method has attached.
  var adapter: (any NormAdapter)? { get set }
  /// `norm(dropout(x) + residual)`: `[tokens, hidden]` → `[tokens, hidden]`
  func callAsFunction(_ x: Tensor, residual: Tensor?, dropout: Dropout?) -> Tensor
}

extension Norm {
  /// `norm(x + residual)` without dropout: `[tokens, hidden]` → `[tokens, hidden]`
  package func callAsFunction(_ x: Tensor, residual: Tensor? = nil) -> Tensor { self(x, residual: residual, dropout: nil) }
}

/// Layer normalisation over the last dimension (Ba et al. 2016).
package final class LayerNorm: Norm {
  /// The factor of each column, `[hidden]`.
  package let gain: Parameter
  /// What is added to each column, `[hidden]`.
  package let bias: Parameter
  /// What is added to the variance before its root is taken.
  package let epsilon: Float
  package var adapter: (any NormAdapter)?

  /// Takes parameters that exist, both `[hidden]`.
  package init(gain: Parameter, bias: Parameter, epsilon: Float) {
    self.gain = gain
    self.bias = bias
    self.epsilon = epsilon
  }

  package var parameters: [Parameter] { [gain, bias] }
  package var path: String { gain.name.split(separator: ".").dropLast().joined(separator: ".") }

  package func callAsFunction(_ x: Tensor, residual: Tensor?, dropout: Dropout?) -> Tensor {
    let y = x.layerNorm(residual: residual, gain: gain.tensor, bias: bias.tensor, epsilon: epsilon, dropout: dropout)
    return adapter?.forward(y) ?? y
  }
}

/// Division by the root of the mean square over the last dimension (Zhang and Sennrich 2019): it has a gain and no bias.
package final class RMSNorm: Norm {
  /// The factor of each column, `[hidden]`.
  package let gain: Parameter
  /// What is added to the mean square before its root is taken.
  package let epsilon: Float
  package var adapter: (any NormAdapter)?

  /// Takes a gain that exists, `[hidden]`.
  package init(gain: Parameter, epsilon: Float) {
    self.gain = gain
    self.epsilon = epsilon
  }

  package var parameters: [Parameter] { [gain] }
  package var path: String { gain.name.split(separator: ".").dropLast().joined(separator: ".") }

  package func callAsFunction(_ x: Tensor, residual: Tensor?, dropout: Dropout?) -> Tensor {
    let y = x.rmsNorm(residual: residual, gain: gain.tensor, epsilon: epsilon, dropout: dropout)
    return adapter?.forward(y) ?? y
  }
}
