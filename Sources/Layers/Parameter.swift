import Tensors

/// A named tensor that a model or an adapter owns and an optimizer may change.
///
/// Parameters are the only shared mutable objects: the optimizer and the checkpoint need their identity.
package final class Parameter {
  /// What it belongs to; the head has a learning rate of its own.
  package enum Group: String, Sendable {
    case backbone
    case head
    case adapter
  }

  /// When weight decay applies: one rule for every method and model.
  package enum Decay: Sendable {
    /// To matrices: always.
    case always
    /// To the vectors that methods train (scaling vectors, magnitudes, gates, singular values): where the recipe says so, by
    /// `decay_vectors`.
    case withVectors
    /// To biases, and to the gains and shifts of norms: never.
    case never
  }

  /// The name on the Hugging Face hub, or the adapter's name for it under its projection's path.
  package let name: String
  /// The part of the model it belongs to; learning rates go by it.
  package let group: Group
  /// When weight decay applies.
  package let decay: Decay
  /// Factor on the learning rate of its group.
  package var rateFactor = 1.0
  /// AdamW's ε for it, where it is not the recipe's.
  package var epsilon: Double?
  /// A leaf of the graph.
  package let tensor: Tensor

  /// Names a tensor; frozen until `isTrainable` is set.
  package init(_ name: String, _ tensor: Tensor, group: Group, decay: Decay) {
    self.name = name
    self.tensor = tensor
    self.group = group
    self.decay = decay
  }

  /// Names a tensor that always decays, as matrices do, or never, as biases and norms.
  package convenience init(_ name: String, _ tensor: Tensor, group: Group, decays: Bool) {
    self.init(name, tensor, group: group, decay: decays ? .always : .never)
  }

  /// Whether weight decay is for it, where vectors decay (`decay_vectors`) or do not.
  package func decays(withVectors: Bool) -> Bool {
    switch decay {
    case .always: true
    case .withVectors: withVectors
    case .never: false
    }
  }

  /// Whether the next forward pass records what its gradient needs. Freezing drops the gradient at once.
  package var isTrainable: Bool {
    get { tensor.requiresGradient }
    set { tensor.requiresGradient = newValue }
  }

  /// The shape of its tensor.
  package var shape: [Int] { tensor.shape }
  /// The numbers in it.
  package var count: Int { tensor.count }
  /// The gradient since it was last cleared, shaped as the parameter; nil where there is none.
  package var gradient: Tensor? { tensor.gradient }
}
