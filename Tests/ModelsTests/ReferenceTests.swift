// Models against what `transformers` computes from the same files.
import Foundation
import Models
import Parity
import TestSupport
import Testing

@Suite("Recorded references")
struct ReferenceTests {
  @Test("outputs, losses and gradients", arguments: ["models/deberta", "models/roberta", "models/bert"])
  func models(path: String) throws {
    let report = try ModelParity.run(folder: fixture(path), on: makeBackend())
    #expect(report.passed, "\(report)")
    // a comparison that silently skips a quantity would pass too
    let quantities = Set(report.rows.map(\.quantity))
    let expected = ["hidden_states", "attention_probs", "pooled"].map { [$0] }
    let heads = ["cls", "reg"].flatMap { head in
      ["logits", "loss", "grad"].map { ["\(head).\($0)", "\(head).\($0) in training"] }
    }
    for names in expected + heads { #expect(quantities.isSuperset(of: names)) }
    let model = try ModelLoader.load(folder: fixture(path), seed: 0, on: makeBackend()).model
    let gradients = try #require(report.rows.first { $0.quantity == "cls.grad" })
    #expect(gradients.count == model.parameters.count)
    let states = try #require(report.rows.first { $0.quantity == "hidden_states" })
    #expect(states.count == model.configuration.layers + 1)
  }

  @Test("a decoder's outputs, losses and gradients")
  func decoder() throws {
    let report = try ModelParity.run(folder: fixture("models/llama-cls"), on: makeBackend())
    #expect(report.passed, "\(report)")
    let quantities = Set(report.rows.map(\.quantity))
    let heads = ["cls", "reg"].flatMap { head in
      ["logits", "loss", "grad"].flatMap { ["\(head).\($0)", "\(head).\($0) in training"] }
    }
    #expect(quantities.isSuperset(of: ["hidden_states", "pooled"] + heads))
    let model = try ModelLoader.load(folder: fixture("models/llama-cls"), seed: 0, on: makeBackend()).model
    #expect(report.rows.first { $0.quantity == "cls.grad" }?.count == model.parameters.count)
    #expect(report.rows.first { $0.quantity == "hidden_states" }?.count == 5)
  }

  @Test(
    "hidden states, next tokens and gradients of decoders",
    arguments: ["llama-gqa", "llama-mha", "llama-3", "llama-linear", "llama-bf16", "llama-lm"])
  func decoders(name: String) throws {
    let report = try ModelParity.run(folder: fixture("models/\(name)"), on: makeBackend())
    #expect(report.passed, "\(report)")
    #expect(report.rows.first { $0.quantity == "hidden_states" }?.count == (name == "llama-lm" ? 5 : 3))
    let model = try ModelLoader.load(folder: fixture("models/\(name)"), seed: 0, on: makeBackend()).model
    for quantity in ["lm.logits", "lm.loss", "lm.grad"].flatMap({ [$0, "\($0) in training"] }) {
      let count = report.rows.first { $0.quantity == quantity }?.count
      #expect(count == (quantity.hasPrefix("lm.grad") ? model.parameters.count : 1), "\(quantity)")
    }
    #expect(report.rows.first { $0.quantity == "generate.ids" }?.count == 1)
    let searches = report.rows.filter { $0.quantity.hasPrefix("generation.") }.map(\.count)
    #expect(searches == (["llama-3", "llama-linear"].contains(name) ? [] : [42, 42, 2, 2]))
  }

  @Test(
    "layouts of published checkpoints",
    arguments: ["deberta-fp16-zip", "deberta-fp16-legacy-pickle", "bert-gamma-beta"])
  func releases(path: String) throws {
    let report = try ModelParity.run(folder: fixture("releases/\(path)"), on: makeBackend())
    #expect(report.passed, "\(report)")
    #expect(report.rows.contains { $0.quantity == "last_hidden_state" })
  }

  @Test("decoders in shards, of float16 or bfloat16", arguments: ["llama-sharded-float16", "llama-sharded-bfloat16"])
  func shards(path: String) throws {
    let report = try ModelParity.run(folder: fixture("releases/\(path)"), on: makeBackend())
    #expect(report.passed && report.rows.map(\.quantity) == ["lm.logits"], "\(report)")
  }

  @Test("a changed weight fails the comparison")
  func comparisonCanFail() throws {
    try withTemporaryFolder { folder in
      let copy = folder.appendingPathComponent("bert")
      try FileManager.default.copyItem(at: fixture("models/bert"), to: copy)
      let backend = try makeBackend()
      let model = try ModelLoader.load(folder: copy, seed: 0, on: backend).model
      let bias = try #require(model.parameters.first { $0.name == "bert.encoder.layer.0.output.dense.bias" })
      var values = bias.tensor.values
      values[0] += 1e-3
      bias.tensor.assign(values)
      try ModelWriter.save(model, to: copy)
      let report = try ModelParity.run(folder: copy, on: backend)
      #expect(!report.passed)
      let failed = Set(report.rows.filter { !$0.passed }.map(\.quantity))
      #expect(failed.isSuperset(of: ["hidden_states", "pooled", "cls.logits", "cls.logits in training", "cls.grad"]))
      #expect(report.rows.first { $0.quantity == "attention_probs" }?.passed == true)
    }
  }
}
