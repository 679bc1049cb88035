// Llama's `config.json`: what is read, what is refused, and in which words.
import Foundation
import Tensors
import Testing

@testable import Models

@Suite("Llama's configuration")
struct LlamaConfigurationTests {
  private static let fields: [String: any Sendable] = [
    "model_type": "llama", "vocab_size": 100, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
    "intermediate_size": 40,
  ]

  private static func read(_ changes: [String: any Sendable] = [:]) throws -> LlamaConfiguration {
    let json = try JSONSerialization.data(withJSONObject: fields.merging(changes) { $1 })
    return try #require(try ModelConfigurations.read(json: json, path: "m/config.json") as? LlamaConfiguration)
  }

  private static func message(_ changes: [String: any Sendable]) -> String {
    do {
      _ = try read(changes)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("defaults of absent fields are those of transformers")
  func defaults() throws {
    let plain = try Self.read()
    #expect(plain.keyHeads == 3 && plain.headSize == 8 && plain.limits.tokens == 2048 && plain.padding == nil)
    #expect(plain.normEpsilon == 1e-6 && plain.theta == 10000 && plain.scaling == .none && plain.activation == .silu)
    #expect(!plain.attentionHasBias && !plain.feedForwardHasBias && !plain.tiesWordEmbeddings && plain.classes == 2)
    #expect(plain.hiddenDropout == 0 && plain.attentionDropout == 0 && plain.limits.tokenTypes == nil)
  }

  @Test("rotary positions of the known kinds, under both names of the kind")
  func scaling() throws {
    let linear: [String: any Sendable] = ["type": "linear", "factor": 2]
    #expect(try Self.read(["rope_scaling": linear]).scaling == .linear(factor: 2))
    let plain: [String: any Sendable] = ["rope_type": "default"]
    #expect(try Self.read(["rope_scaling": plain, "rope_theta": 500000]).rotary == RotaryPositions(headSize: 8, theta: 500000))
    let llama: [String: any Sendable] = [
      "rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192,
    ]
    #expect(try Self.read(["rope_scaling": llama]).scaling == .llama3(factor: 8, low: 1, high: 4, positions: 8192))
  }

  @Test("what cannot be built is refused by name")
  func refusals() {
    let yarn: [String: any Sendable] = ["rope_type": "yarn", "factor": 2], bare: [String: any Sendable] = ["rope_type": "linear"]
    let crossed: [String: any Sendable] = [
      "rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1, "original_max_position_embeddings": 8192,
    ]
    let cases: [([String: any Sendable], String)] = [
      (["rope_scaling": yarn], "rope_scaling.rope_type is yarn; supported are default, linear, llama3"),
      (["rope_scaling": bare], "rope_scaling.factor is 0.0, expected 1.0 to 1000000.0"),
      (["rope_scaling": crossed], "rope_scaling.low_freq_factor is 4.0, expected less than high_freq_factor, 1.0"),
      (["num_key_value_heads": 2], "num_attention_heads 3 is no multiple of num_key_value_heads 2"),
      (["head_dim": 7], "head_dim is 7, expected an even number"),
      (["hidden_size": 25], "hidden_size 25 is no multiple of num_attention_heads 3, and head_dim is not given"),
      (["rope_theta": 0], "rope_theta is 0.0, expected 1 to 1e15"),
      (["pad_token_id": 100], "pad_token_id is 100, expected a token of the vocabulary of 100"),
      (["vocab_size": 0, "rms_norm_eps": 1], "vocab_size is 0, expected 1 to 16777216; rms_norm_eps is 1.0, expected more than 0"),
      (["problem_type": "ranking"], "problem_type is ranking; supported are regression, "),
    ]
    for (changes, problem) in cases {
      let message = Self.message(changes)
      #expect(message.hasPrefix("m/config.json: \(problem)"), "\(message)")
    }
    #expect(Self.message(["hidden_size": 25, "head_dim": 8]) == "no error")
  }

  @Test(
    "what is written is read again, and equal bytes each time",
    arguments: ["llama-cls", "llama-3", "llama-linear", "llama-gqa", "llama-bf16"])
  func roundTrip(name: String) throws {
    let url = fixture("models/\(name)/config.json")
    var configuration = try ModelConfigurations.read(json: Data(contentsOf: url), path: url.path)
    configuration.classifierDropout = 0.25
    configuration.hiddenDropout = 0.1
    for kind in [HeadKind.words, .sequences] {
      configuration.headKind = kind
      configuration.classes = kind == .words ? 2 : 5
      let json = try configuration.json()
      let again = try ModelConfigurations.read(json: json, path: "")
      #expect(try #require(again as? LlamaConfiguration) == #require(configuration as? LlamaConfiguration))
      #expect(try again.json() == json)
    }
  }

  @Test("the head that a file was saved with, and the tokens around a text")
  func head() throws {
    #expect(try Self.read().headKind == .sequences)
    let words = try Self.read(["architectures": ["LlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": [2, 5]])
    #expect(words.headKind == .words && words.beginningToken == 1 && words.endTokens == [2, 5])
    #expect(try Self.read(["eos_token_id": 7]).endTokens == [7])
    #expect(Self.message(["eos_token_id": "</s>"]) == "m/config.json: eos_token_id has the wrong type. \(Self.advice)")
  }

  @Test("rotary positions as the library's fifth version writes them")
  func rotaryParameters() throws {
    let linear: [String: any Sendable] = ["rope_type": "linear", "factor": 2, "rope_theta": 500]
    #expect(
      try Self.read(["rope_parameters": linear]).rotary == RotaryPositions(headSize: 8, theta: 500, scaling: .linear(factor: 2)))
    let yarn: [String: any Sendable] = ["rope_type": "yarn", "factor": 2]
    #expect(Self.message(["rope_parameters": yarn]).contains("rope_type is yarn; supported are default, linear, llama3"))
  }

  private static let advice = "Use a model of a supported kind, or correct the file."
}
