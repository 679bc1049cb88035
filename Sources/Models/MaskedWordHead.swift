// The head that an encoder was pre-trained with: it names hidden words by the table of words itself.
import Layers
import Tensors

/// Where a checkpoint holds the head that names hidden words. Its last layer's matrix is the table of words.
package struct MaskedWordNames: Sendable, Equatable {
  /// The path of the dense layer.
  package let dense: String
  /// The path of the norm behind it.
  package let norm: String
  /// The name of the bias of each word.
  package let bias: String

  /// BERT's: `cls.predictions.transform`, `cls.predictions.bias`.
  static let bert = MaskedWordNames(
    dense: "cls.predictions.transform.dense", norm: "cls.predictions.transform.LayerNorm", bias: "cls.predictions.bias")
  /// RoBERTa's: `lm_head`.
  static let roberta = MaskedWordNames(dense: "lm_head.dense", norm: "lm_head.layer_norm", bias: "lm_head.bias")
  /// DeBERTa's: `lm_predictions.lm_head`.
  static let deberta = MaskedWordNames(
    dense: "lm_predictions.lm_head.dense", norm: "lm_predictions.lm_head.LayerNorm", bias: "lm_predictions.lm_head.bias")
}

extension Architecture {
  /// Where its checkpoints hold the head that names hidden words; nil for a model that was not pre-trained so.
  package var maskedWordNames: MaskedWordNames? { definition.names.maskedWords }
}

/// The head itself: a dense layer, an activation, a norm, and for each word how well its row of the table of words fits (Press and Wolf 2017).
///
/// ```swift
/// let head = MaskedWordHead(dense: dense, norm: norm, bias: bias, words: encoder.wordEmbeddings)
/// head(hidden).shape  // [rows, vocabulary]
/// ```
package final class MaskedWordHead {
  private let dense: Linear
  private let norm: LayerNorm
  private let output: Linear
  private let activation: Activation

  /// Takes the layers, the bias `[vocabulary]` and the encoder's table of words `[vocabulary, hidden]`.
  package init(dense: Linear, norm: LayerNorm, bias: Parameter, words: Parameter, activation: Activation = .gelu) {
    self.dense = dense
    self.norm = norm
    self.activation = activation
    output = Linear(weight: words, bias: bias)
  }

  /// `[rows, hidden]` → `[rows, vocabulary]`
  package func callAsFunction(_ x: Tensor) -> Tensor { output(norm(dense(x).activated(activation))) }
}
