import Models

/// Why pre-training cannot start.
package enum PretrainingError: Error, CustomStringConvertible, Equatable {
  /// The tokenizer lacks a token with this purpose.
  case noSpecialToken(String)
  /// The tokenizer has more entries than the table of embeddings has rows.
  case vocabulary(tokenizer: Int, embedding: Int)
  /// Models of this kind were never trained to name hidden words.
  case noMaskedWords(Architecture)
  /// Another process works in its folder.
  case busy(folder: String)

  package var description: String {
    switch self {
    case .noSpecialToken(let purpose):
      "the tokenizer has no token \(purpose). Train it in the layout of DeBERTa, with [CLS], [SEP] and [MASK], or of Llama, with <s> and </s>"
    case .vocabulary(let tokenizer, let embedding):
      "the tokenizer has \(tokenizer) entries but the embedding only \(embedding) rows. Build the encoder with the tokenizer's own size"
    case .noMaskedWords(let architecture): "a \(architecture) names no hidden words. Pre-train an encoder so"
    case .busy(let folder): "\(folder): another process works in this folder. Wait for it, or stop it"
    }
  }
}
