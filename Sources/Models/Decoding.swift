// Going on from tokens that were seen, one of each sequence at a time: what a model keeps of them, and what it says is next.
import Layers
import Tensors

/// Receives what a pass computes of a layer: its keys and values, `[rows, width]` both, and where each sequence's rows start among them.
typealias KeepKeysAndValues = (_ layer: Int, _ offsets: Offsets, _ keys: Tensor, _ values: Tensor) -> Void

/// A body whose tokens see those before them alone, so that their keys and values can be kept.
protocol DecodingBackbone: Backbone {
  /// Room for the keys and values of sequences that begin now; what methods put before each is computed here.
  func cache(on backend: any Backend) -> DecodingCache
  /// Computes prompts and keeps them: the hidden state of each one's last token, `[sequences, hidden]`.
  func begin(_ prompts: TokenBatch, in cache: DecodingCache) -> (states: Tensor, sequences: [DecodingSequence])
  /// Computes one token more of each sequence and keeps it beside the sequence, which stays: `[sequences, hidden]`.
  func next(_ tokens: [Int32], after sequences: [DecodingSequence], in cache: DecodingCache)
    -> (states: Tensor, sequences: [DecodingSequence])
}

/// Some tokens that a model has seen one after the other, by where their keys and values are kept.
package struct DecodingSequence: Sendable {
  /// The rows of its tokens, virtual ones included.
  let rows: [Int32]
}

/// The keys and values of all sequences that a model goes on with.
final class DecodingCache {
  let rows: CachedRows
  /// What methods put before each sequence, by layer.
  let prefixes: [(keys: Tensor, values: Tensor)?]

  init(_ keysAndValues: [KeysAndValues], rows: CachedRows) {
    self.rows = rows
    prefixes = keysAndValues.map { $0.adapter?.prefix(pass: .evaluation) }
  }
}

/// One token more of some sequences.
struct DecodingStep {
  let cache: DecodingCache
  /// Where the new tokens' keys and values go.
  let newRows: [Int32]
  /// The sequences with their new tokens.
  let continued: [DecodingSequence]
  /// The rows of all of them.
  let sequences: CachedSequences

  init(after sequences: [DecodingSequence], in cache: DecodingCache) {
    self.cache = cache
    for sequence in sequences { cache.rows.share(sequence.rows) }
    let rows = cache.rows.take(sequences.count)
    newRows = rows
    continued = zip(sequences, rows).map { DecodingSequence(rows: $0.rows + [$1]) }
    self.sequences = CachedSequences(continued.map(\.rows))
  }
}

/// A model at work on many sequences, of which it keeps keys and values. What it says of one depends on that one alone, to the bit: not on
/// those beside it, their number or their order.
package final class Decoding {
  private let model: Model
  private let body: any DecodingBackbone
  private let cache: DecodingCache
  private let backend: any Backend

  /// Starts without any sequence; adapters stay as they are meanwhile.
  ///
  /// - Returns: nil for a model that tells no next tokens.
  package init?(_ model: Model) {
    guard let body = model.backbone as? any DecodingBackbone, model.configuration.headKind == .words else { return nil }
    self.model = model
    self.body = body
    let backend = body.wordEmbeddings.tensor.backend
    self.backend = backend
    cache = backend.withoutGradients { backend.decoding { body.cache(on: backend) } }
  }

  /// How many tokens are kept, each once however many sequences share it.
  package var keptTokens: Int { cache.rows.count }

  /// Reads prompts, which must be within the model's limits: for each the logits of what is next, `[prompts, vocabulary]`.
  package func begin(_ prompts: [[Int32]]) -> (sequences: [DecodingSequence], logits: Tensor) {
    logits { body.begin(TokenBatch(sequences: prompts), in: cache) }
  }

  /// Goes on with sequences by one token each, also by several tokens from one sequence: `[sequences, vocabulary]`. The sequences stay
  /// as they were beside the new ones, until they are released.
  package func next(_ tokens: [Int32], after sequences: [DecodingSequence]) -> (sequences: [DecodingSequence], logits: Tensor) {
    precondition(tokens.count == sequences.count && !tokens.isEmpty, "\(tokens.count) tokens for \(sequences.count) sequences")
    return logits { body.next(tokens, after: sequences, in: cache) }
  }

  /// Lets go of a sequence, and of what no other shares with it.
  package func release(_ sequence: DecodingSequence) { cache.rows.release(sequence.rows) }

  private func logits(
    _ compute: () -> (states: Tensor, sequences: [DecodingSequence])
  ) -> (sequences: [DecodingSequence], logits: Tensor) {
    backend.withoutGradients {
      backend.decoding {
        let (states, sequences) = compute()
        return (sequences, model.head(states, pass: .evaluation))
      }
    }
  }
}
