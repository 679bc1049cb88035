// What virtual tokens begin as.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Prompt tuning")
struct PromptTuningTests {
  /// The virtual tokens, and the model's words, row by row.
  private func rows(_ options: [String: OptionValue], seed: UInt64 = 3) throws -> (tokens: [[Float]], words: [[Float]]) {
    let backend = try CPUBackend(threads: 1)
    let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
    let host = MethodSubject.host(model, seed: seed, steps: 10, on: backend)
    let method = try MethodRegistry.attach("prompt-tuning", options: options, to: host)
    func rows(_ tensor: Tensor) -> [[Float]] {
      let values = tensor.values, width = tensor.shape[1]
      return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
    }
    return (rows(method.parameters[0].tensor), rows(model.backbone.wordEmbeddings.tensor))
  }

  @Test("words that are drawn from the vocabulary, by the seed") func vocabulary() throws {
    let (tokens, words) = try rows(["virtual_tokens": .integer(200)])
    let drawn = try tokens.map { token in try #require(words.firstIndex(of: token)) }
    #expect(Set(drawn).count > words.count / 2)
    #expect(try rows(["virtual_tokens": .integer(200)]).tokens == tokens)
    #expect(try rows(["virtual_tokens": .integer(200)], seed: 4).tokens != tokens)
  }

  @Test("standard normal numbers") func random() throws {
    let values = try rows(["virtual_tokens": .integer(500), "initialization": .text("random")]).tokens.flatMap { $0 }
    let mean = values.reduce(0, +) / Float(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
    #expect(abs(mean) < 0.1 && abs(variance - 1) < 0.1)
  }
}
