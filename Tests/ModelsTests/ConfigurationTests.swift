// `config.json`: what is read, what is refused, and in which words.
import Foundation
import Models
import Testing

@Suite("Configuration")
struct ConfigurationTests {
  private static let bert: [String: any Sendable] = [
    "model_type": "bert", "vocab_size": 100, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
    "intermediate_size": 24, "max_position_embeddings": 16,
  ]
  private static let deberta: [String: any Sendable] = bert.merging([
    "model_type": "deberta-v2", "relative_attention": true, "position_biased_input": false, "share_att_key": true,
    "pos_att_type": "p2c|c2p", "norm_rel_ebd": "layer_norm", "position_buckets": 8, "type_vocab_size": 0,
  ]) { $1 }

  private static func read(_ fields: [String: any Sendable], _ changes: [String: any Sendable] = [:]) throws
    -> EncoderConfiguration
  {
    let json = try JSONSerialization.data(withJSONObject: fields.merging(changes) { $1 })
    return try #require(try ModelConfigurations.read(json: json, path: "m/config.json") as? EncoderConfiguration)
  }

  private static func message(_ fields: [String: any Sendable], _ changes: [String: any Sendable]) -> String {
    do {
      _ = try read(fields, changes)
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("defaults of absent fields are those of transformers")
  func defaults() throws {
    let bert = try Self.read(Self.bert)
    #expect(bert.segmentTypes == 2 && bert.paddingToken == 0 && bert.normEpsilon == 1e-12 && bert.classes == 2)
    #expect(bert.hiddenDropout == 0.1 && bert.classifierDropout == nil && bert.relativePositions == nil)
    #expect(bert.limits.tokens == 16)
    let deberta = try Self.read(Self.deberta)
    #expect(deberta.relativePositions == RelativePositions(buckets: 8, maximumDistance: 16))
    #expect(deberta.limits.tokens == nil && deberta.normEpsilon == 1e-7)
    let roberta = try Self.read(Self.bert, ["model_type": "roberta", "pad_token_id": 1, "type_vocab_size": 1])
    #expect(roberta.limits.tokens == 14)
  }

  @Test("the terms of attention as one string or as a list")
  func positionTerms() throws {
    let list = try Self.read(Self.deberta, ["pos_att_type": ["c2p", "p2c"]])
    #expect(try list == Self.read(Self.deberta))
    #expect(
      Self.message(Self.deberta, ["pos_att_type": ["c2p"]])
        == "m/config.json: pos_att_type is c2p; supported is c2p|p2c. "
        + "Use a model of a supported kind, or correct the file.")
  }

  @Test(
    "what cannot be built is refused by name",
    arguments: [
      ("model_type", "gpt2", "model_type 'gpt2' is not known; known are 'bert', 'roberta', 'deberta-v2', 'llama'"),
      (
        "hidden_act", "gelu_10",
        "hidden_act is gelu_10; supported are gelu, gelu_python, gelu_new, gelu_pytorch_tanh, gelu_fast, gelu_python_tanh, "
          + "gelu_accurate, quick_gelu, relu, silu, swish, tanh"
      ),
      ("position_embedding_type", "relative_key", "position_embedding_type is relative_key; supported is absolute"),
      ("hidden_size", "wide", "hidden_size has the wrong type"),
    ])
  func refusals(field: String, value: String, problem: String) {
    let end = ". Use a model of a supported kind, or correct the file."
    #expect(Self.message(Self.bert, [field: value]) == "m/config.json: \(problem)\(end)")
  }

  @Test("variants of DeBERTa are refused by name")
  func variants() {
    let changes: [(String, any Sendable)] = [
      ("relative_attention", false), ("position_biased_input", true), ("share_att_key", false), ("conv_kernel_size", 3),
      ("embedding_size", 6), ("pooler_hidden_size", 6), ("pooler_hidden_act", "mish"), ("type_vocab_size", 2),
      ("norm_rel_ebd", "batch_norm"), ("position_buckets", 1), ("position_buckets", 64), ("attention_head_size", 8),
    ]
    for (field, value) in changes {
      #expect(Self.message(Self.deberta, [field: value]).contains("m/config.json: \(field) is \(value)"))
    }
  }

  @Test("all impossible values are reported at once")
  func values() {
    let text = Self.message(
      Self.bert,
      ["vocab_size": 0, "hidden_size": -4, "num_attention_heads": 3, "hidden_dropout_prob": 1, "layer_norm_eps": 0])
    #expect(
      text == "m/config.json: vocab_size is 0, expected 1 to 16777216; hidden_size is -4, expected 1 to 65536; "
        + "layer_norm_eps is 0.0, expected more than 0 and less than 1; "
        + "hidden_dropout_prob is 1.0, expected at least 0 and less than 1. "
        + "Use a model of a supported kind, or correct the file.")
  }

  @Test("values that are each in their range are compared with each other")
  func relations() {
    let end = ". Use a model of a supported kind, or correct the file."
    #expect(
      Self.message(Self.bert, ["hidden_size": 10, "pad_token_id": 100])
        == "m/config.json: hidden_size 10 is no multiple of num_attention_heads 3; pad_token_id is 100, expected a token of the "
        + "vocabulary of 100\(end)")
    #expect(
      Self.message(Self.bert, ["model_type": "roberta", "pad_token_id": 15])
        == "m/config.json: max_position_embeddings is 16, but positions are counted from pad_token_id + 1 = 16\(end)")
  }

  @Test("what is no configuration at all")
  func notJSON() {
    for text in ["", "[]", "{", "3", "{\"hidden_size\": 3}"] {
      #expect(throws: ModelError.self) {
        try ModelConfigurations.read(json: Data(text.utf8), path: "m/config.json")
      }
    }
    var fields = Self.bert
    fields["vocab_size"] = nil
    #expect(Self.message(fields, [:]).hasPrefix("m/config.json: vocab_size is missing"))
  }

  @Test("what is written is read again, and equal bytes each time", arguments: ["bert", "roberta", "deberta"])
  func roundTrip(name: String) throws {
    let url = fixture("models/\(name)/config.json")
    var configuration = try ModelConfigurations.read(json: Data(contentsOf: url), path: url.path)
    configuration.classifierDropout = 0.25
    configuration.classes = 5
    let json = try configuration.json()
    let again = try ModelConfigurations.read(json: json, path: "")
    #expect(try #require(again as? EncoderConfiguration) == #require(configuration as? EncoderConfiguration))
    #expect(try configuration.json() == json)
  }
}

@Suite("Relative positions")
struct RelativePositionsTests {
  @Test("near distances have buckets of their own, far ones share them")
  func buckets() {
    let positions = RelativePositions(buckets: 256, maximumDistance: 512)
    #expect((-128...128).allSatisfy { positions.bucket($0) == $0 })
    #expect(positions.bucket(129) == 129 && positions.bucket(511) == 255 && positions.bucket(-511) == -255)
    #expect((1...2000).allSatisfy { positions.bucket($0) == -positions.bucket(-$0) })
    #expect((-2000..<2000).allSatisfy { positions.bucket($0) <= positions.bucket($0 + 1) })
  }

  @Test("rows stay within the table, however far the distance")
  func rows() {
    let positions = RelativePositions(buckets: 8, maximumDistance: 16)
    #expect(positions.row(0) == 8 && positions.row(-100_000) == 0 && positions.row(100_000) == 15)
    let unbucketed = RelativePositions(buckets: 0, maximumDistance: 5)
    #expect((-7...7).map { unbucketed.row($0) } == [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9])
  }
}
