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

  /// The name on the Hugging Face hub, or the adapter's name for it under its projection's path.
  package let name: String
  /// The part of the model it belongs to; learning rates go by it.
  package let group: Group
  /// Whether weight decay applies: not to biases, norms and scaling vectors.
  package let decays: Bool
  /// Factor on the learning rate of its group.
  package var rateFactor = 1.0
  /// A leaf of the graph.
  package let tensor: Tensor

  /// Names a tensor; frozen until `isTrainable` is set. `decays`: whether weight decay is for it.
  package init(_ name: String, _ tensor: Tensor, group: Group, decays: Bool) {
    self.name = name
    self.tensor = tensor
    self.group = group
    self.decays = decays
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
