// A model without its head: from tokens to the hidden states of the rows that are asked for, and where methods attach.
import Layers
import Tensors

/// The body of a model.
package protocol Backbone: AnyObject {
  /// The sizes it was built with.
  var configuration: any ModelConfiguration { get }
  /// All parameters in the order of the forward pass, under their names on the hub.
  var parameters: [Parameter] { get }
  /// The linear layers that an adapter may wrap: by layer, then in the order of `ProjectionRole`.
  var projections: [Projection] { get }
  /// The blocks' halves, layer by layer, attention before feed-forward.
  var sublayers: [Sublayer] { get }
  /// Every norm in the order of the forward pass: those of hidden states, and that of a table of relative positions.
  var norms: [any Norm] { get }
  /// What the first block sees.
  var embedded: EmbeddedSequence { get }
  /// Each block's keys and values.
  var keysAndValues: [KeysAndValues] { get }
  /// The table of token embeddings, `[vocabulary, hidden]`; a head that predicts words may share it.
  var wordEmbeddings: Parameter { get }

  /// The last layer's output for the rows that are asked for, in their order: `[rows, hidden]`.
  ///
  /// The batch must be one that the configuration's limits accept. The last block computes those rows alone, where it can, unless an
  /// observer asks for all.
  func hiddenStates(_ batch: TokenBatch, rows: RowSelection, pass: Pass, observer: ModelObserver?) -> Tensor
}

extension Backbone {
  /// Keys that a method puts before each sequence's own, of the layer that has most.
  var keysBefore: Int { keysAndValues.reduce(0) { max($0, $1.adapter?.count ?? 0) } }

  /// Positions that a method takes before each sequence's first token: those of its virtual tokens, and of its keys.
  package var positionsBefore: Int { (embedded.adapter?.count ?? 0) + keysBefore }

  /// The last layer's output without an observer: `[rows, hidden]`.
  package func hiddenStates(_ batch: TokenBatch, rows: RowSelection = .every, pass: Pass) -> Tensor {
    hiddenStates(batch, rows: rows, pass: pass, observer: nil)
  }
}
