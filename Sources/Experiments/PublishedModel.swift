import Models

/// A published model, by its name on the hub.
package enum PublishedModel: String, Sendable, CaseIterable {
  case debertaV3Base = "deberta-v3-base"
  case robertaBase = "roberta-base"
  case robertaLarge = "roberta-large"
  case miniLM = "minilm-bert"
  case llama2 = "llama2-7b"

  /// Its sizes.
  var configuration: any ModelConfiguration {
    switch self {
    case .debertaV3Base:
      EncoderConfiguration(
        architecture: .deberta, vocabularySize: 128_100, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072,
        maximumPositions: 512)
    case .robertaBase:
      EncoderConfiguration(
        architecture: .roberta, vocabularySize: 50_265, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 3072,
        maximumPositions: 514, normEpsilon: 1e-5)
    case .robertaLarge:
      EncoderConfiguration(
        architecture: .roberta, vocabularySize: 50_265, hiddenSize: 1024, layers: 24, heads: 16, intermediateSize: 4096,
        maximumPositions: 514, normEpsilon: 1e-5)
    case .miniLM:
      EncoderConfiguration(
        architecture: .bert, vocabularySize: 30_522, hiddenSize: 384, layers: 6, heads: 12, intermediateSize: 1536,
        maximumPositions: 512)
    case .llama2:
      LlamaConfiguration(
        vocabularySize: 32_000, hiddenSize: 4096, layers: 32, heads: 32, intermediateSize: 11_008, maximumPositions: 4096,
        normEpsilon: 1e-5)
    }
  }
}
