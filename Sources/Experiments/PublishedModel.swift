import Models
import Settings

/// A published model, by its name on the hub; and Llama's blocks at the size of a base encoder, which nobody has published: a decoder
/// that is timed in seconds.
package enum PublishedModel: String, Sendable, CaseIterable {
  case debertaV3Base = "deberta-v3-base"
  case robertaBase = "roberta-base"
  case robertaLarge = "roberta-large"
  case miniLM = "minilm-bert"
  case llama2 = "llama2-7b"
  /// 134 million parameters, its table of words and its head 25 million each.
  case llama12x768 = "llama-12x768"

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
    case .llama12x768:
      LlamaConfiguration(
        vocabularySize: 32_000, hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 2048, maximumPositions: 2048,
        normEpsilon: 1e-5)
    }
  }

  /// Whether it tells next tokens.
  package var isDecoder: Bool {
    switch self {
    case .llama2, .llama12x768: true
    case .debertaV3Base, .robertaBase, .robertaLarge, .miniLM: false
    }
  }

  /// The task whose kind its steps are timed on: texts for a decoder, two classes for an encoder.
  var timedTask: TaskDefinition { isDecoder ? NLGTask.e2e.definition : GLUETask.sst2.definition }

  /// Its sizes, with the head of that task.
  var timedConfiguration: any ModelConfiguration {
    var configuration = configuration
    configuration.adopt(timedTask.headTarget)
    return configuration
  }

  /// So many made-up tokens, others for each step and row. Any do: the arithmetic does not look at them.
  func madeUpTokens(_ count: Int, step: Int, row: Int) -> [Int32] {
    let most = configuration.vocabularySize - 5
    return (0..<count).map { 5 + Int32((step &* 7919 &+ row &* 104_729 &+ $0 &* 31) % most) }
  }
}
