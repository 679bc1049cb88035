// Where a method puts rows of its own before each sequence: before the first block, or among an attention's keys and values.
import Tensors

/// Puts virtual tokens before each sequence of a batch, from outside. They are hidden states as the first block sees them, without a
/// position of their own, and stand before the first position.
package protocol SequenceAdapter: AnyObject {
  /// The virtual tokens, `[count, hidden]`.
  func prefix(pass: Pass) -> Tensor
}

/// What the first block sees, where virtual tokens can be put before each sequence. No row is asked for of a virtual token.
package final class EmbeddedSequence {
  /// The width of a hidden state.
  package let width: Int
  /// What puts tokens before each sequence; nil where no method has attached.
  package var adapter: (any SequenceAdapter)?

  /// A sequence of hidden states of this width.
  package init(width: Int) { self.width = width }
}

/// Puts keys and values before those of each sequence, from outside. All heads' stand side by side in a row, as projections give them.
package protocol KeyValueAdapter: AnyObject {
  /// How many are put before each sequence.
  var count: Int { get }
  /// The keys and the values, `[count, width]` both.
  func prefix(pass: Pass) -> (keys: Tensor, values: Tensor)
}

/// An attention's keys and values, where more can be put before those of each sequence. In an architecture with relative positions they
/// stand at the places before its first token.
package final class KeysAndValues {
  /// The block's index, from 0.
  package let layer: Int
  /// The attention's path on the hub, such as `bert.encoder.layer.0.attention.self`.
  package let path: String
  /// The width of a row of keys, all heads together.
  package let width: Int
  /// What puts keys and values before each sequence's; nil where no method has attached.
  package var adapter: (any KeyValueAdapter)?

  /// The keys and values of block `layer` (from 0).
  package init(layer: Int, path: String, width: Int) {
    self.layer = layer
    self.path = path
    self.width = width
  }
}
