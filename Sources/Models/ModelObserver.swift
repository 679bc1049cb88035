// What a comparison with a reference sees of a forward pass.
import Tensors

/// Receives intermediate results of a forward pass. A pass that is observed computes every token in every layer.
package struct ModelObserver {
  /// The layer's number and its output, `[tokens, hidden]`; 0 is the embeddings'.
  package var hiddenStates: ((Int, Tensor) -> Void)?
  /// The first layer's attention probabilities: head by head, sequence by sequence, `[tokens, tokens]` each.
  package var firstAttention: ((Tensor) -> Void)?
  /// What the output layer sees, `[sequences, hidden]`.
  package var pooled: ((Tensor) -> Void)?

  /// An observer of what is given.
  package init(
    hiddenStates: ((Int, Tensor) -> Void)? = nil, firstAttention: ((Tensor) -> Void)? = nil,
    pooled: ((Tensor) -> Void)? = nil
  ) {
    self.hiddenStates = hiddenStates
    self.firstAttention = firstAttention
    self.pooled = pooled
  }
}
