// What training, adapters and reports know of a model: tokens in, one row of outputs for each sequence.
import Layers
import Tensors

/// An encoder with a head over each sequence's first token.
package protocol SequenceClassifier: AnyObject {
  /// The body.
  var encoder: TransformerEncoder { get }
  /// The last layer: its weight is `[classes, hidden]`.
  var output: Linear { get }
  /// All parameters, the body's before the head's.
  var parameters: [Parameter] { get }
  /// Dropout rate before `output`.
  var outputDropout: Float { get }
  /// What `output` sees, without its dropout, from the first tokens' hidden states: `[sequences, hidden]` of both.
  func pool(_ first: Tensor, pass: Pass) -> Tensor
}

extension SequenceClassifier {
  /// The sizes of its body.
  package var configuration: EncoderConfiguration { encoder.configuration }
  /// Outputs for each sequence; 1 is a regression.
  package var classes: Int { output.outputSize }
  /// The linear layers that an adapter may wrap: by layer, then query, key, value, attention output, intermediate, output.
  package var projections: [Projection] { encoder.projections }

  /// `[sequences, classes]`, of a batch that `configuration.validate(_:)` accepts.
  ///
  /// - Parameters:
  ///   - everyToken: whether the last layer computes all tokens, which the logits do not need; for methods that measure
  ///     what goes through a projection.
  ///   - observer: receives intermediate results of all tokens.
  package func logits(
    _ batch: TokenBatch, pass: Pass, everyToken: Bool = false, observer: ModelObserver? = nil
  ) -> Tensor {
    let first =
      everyToken
      ? encoder.hiddenStates(batch, pass: pass, observer: observer).rows(batch.firstRows)
      : encoder.hiddenStates(batch, pass: pass, tokens: .first, observer: observer)
    let pooled = pool(first, pass: pass)
    observer?.pooled?(pooled)
    return output(pooled.dropped(pass.dropout(outputDropout)))
  }
}
