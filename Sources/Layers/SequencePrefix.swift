// Where a method puts rows of its own before each sequence: among the word embeddings, or among an attention's keys and values.
import Tensors

/// Puts virtual tokens before each sequence of a batch, from outside. They stand where word embeddings do: what a model adds to those and
/// makes of them (positions, token types, a norm, dropout) it adds to these and makes of these.
package protocol SequenceAdapter: AnyObject {
  /// How many are put before each sequence.
  var count: Int { get }
  /// The virtual tokens, `[count, hidden]`.
  func prefix(pass: Pass) -> Tensor
}

/// The word embeddings of a batch, where virtual tokens can be put before each sequence. They have its first positions, and the first
/// token type.
package final class EmbeddedSequence {
  /// The table of word embeddings, `[vocabulary, hidden]`.
  package let words: Parameter
  /// The width of an embedding.
  package var width: Int { words.shape[1] }
  /// What puts tokens before each sequence; nil where no method has attached.
  package var adapter: (any SequenceAdapter)?

  /// The embeddings of words by this table.
  package init(words: Parameter) { self.words = words }

  /// Where the sequences between `offsets`, `[sequences + 1]`, lie behind their virtual tokens; nil where there are none.
  package func prefixed(_ offsets: [Int]) -> PrefixedRows? {
    adapter.map { PrefixedRows(count: $0.count, before: offsets) }
  }

  /// The word embeddings of a batch with the virtual tokens before each sequence: `[tokens, hidden]` →
  /// `[tokens + sequences · count, hidden]`.
  package func joined(_ embeddings: Tensor, _ rows: PrefixedRows?, pass: Pass) -> Tensor {
    guard let rows, let adapter else { return embeddings }
    return rows.joined(adapter.prefix(pass: pass), embeddings)
  }
}

/// Puts keys and values before those of each sequence, from outside. All heads' stand side by side in a row, as projections give them.
package protocol KeyValueAdapter: AnyObject {
  /// How many are put before each sequence.
  var count: Int { get }
  /// The keys and the values, `[count, width]` both.
  func prefix(pass: Pass) -> (keys: Tensor, values: Tensor)
}

/// An attention's keys and values, where more can be put before those of each sequence. They take the first positions, and the sequence's
/// own tokens follow them; in an architecture with relative positions they stand at the places before its first token.
package final class KeysAndValues {
  /// The block's index, from 0.
  package let layer: Int
  /// The attention's path on the hub, such as `bert.encoder.layer.0.attention.self`.
  package let path: String
  /// The width of a row of keys, all heads together.
  package let width: Int
  /// Whether scores go by distances between tokens, so that a key needs a place.
  package let hasRelativePositions: Bool
  /// What puts keys and values before each sequence's; nil where no method has attached.
  package var adapter: (any KeyValueAdapter)?

  /// The keys and values of block `layer` (from 0).
  package init(layer: Int, path: String, width: Int, hasRelativePositions: Bool = false) {
    self.layer = layer
    self.path = path
    self.width = width
    self.hasRelativePositions = hasRelativePositions
  }
}
