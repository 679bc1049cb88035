// What is Llama's own: positions by rotation, a causal mask, grouped key heads, and what its files may hold beside it.
import Foundation
import Layers
import Storage
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite("Llama")
struct LlamaTests {
  private let batch = TokenBatch(sequences: [[2, 7, 9, 11, 3], [2, 8, 3], [2], [2, 40, 41, 42, 43, 44, 3]])

  private func load(_ name: String) throws -> Model {
    try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: makeBackend()).model
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  @Test("cosines and sines are the library's", arguments: ["llama-gqa", "llama-mha", "llama-3", "llama-linear", "llama-bf16"])
  func rotaryTable(name: String) throws {
    let configuration = try #require(ModelLoader.configuration(folder: fixture("models/\(name)")) as? LlamaConfiguration)
    let archive = try SafetensorsFile(url: fixture("models/\(name)/expected.safetensors"))
    let (cosines, sines) = (try archive.floats("rope.cos"), try archive.floats("rope.sin"))
    let size = configuration.headSize, half = size / 2, rows = cosines.count / size
    let table = configuration.rotary.table(rows: rows, on: try makeBackend()).values
    #expect(rows > 20)
    for row in 0..<rows {
      // the library repeats both for the second half of the columns
      let (found, at) = (Array(table[row * size..<(row + 1) * size]), row * size..<row * size + half)
      #expect(distance(Array(found[..<half]), Array(cosines[at])) < 1e-5)
      #expect(distance(Array(found[half...]), Array(sines[at])) < 1e-5)
    }
  }

  @Test("no token sees a later one, nor another sequence", arguments: ["llama-cls", "llama-3"])
  func causality(name: String) throws {
    let model = try load(name), width = model.configuration.hiddenSize
    let whole = model.backbone.hiddenStates(batch, pass: .evaluation).values
    for (sequence, start) in batch.offsets.dropLast().enumerated() {
      let tokens = Array(batch.tokens[start..<batch.offsets[sequence + 1]])
      for length in 1...tokens.count {
        let alone = model.backbone.hiddenStates(TokenBatch(sequences: [Array(tokens[..<length])]), pass: .evaluation).values
        #expect(distance(alone, Array(whole[start * width..<(start + length) * width])) < 1e-5)
      }
    }
    let swapped = model.backbone.hiddenStates(TokenBatch(sequences: [[7, 2, 9]]), rows: .last, pass: .evaluation)
    let straight = model.backbone.hiddenStates(TokenBatch(sequences: [[2, 7, 9]]), rows: .last, pass: .evaluation)
    #expect(distance(swapped.values, straight.values) > 1e-3)
  }

  @Test("projections, norms and parameters carry their places", arguments: ["llama-cls", "llama-3"])
  func places(name: String) throws {
    let model = try load(name), configuration = try #require(model.configuration as? LlamaConfiguration)
    let layers = configuration.layers
    #expect(model.projections.map(\.role) == (0..<layers).flatMap { _ in ProjectionRole.allCases })
    #expect(model.projections.map(\.layer) == (0..<layers).flatMap { Array(repeating: $0, count: 7) })
    #expect(
      model.projections[..<7].map(\.path)
        == [
          "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
          "mlp.down_proj",
        ]
        .map { "model.layers.0.\($0)" })
    #expect(model.projections.allSatisfy { ($0.linear.bias != nil) == (name == "llama-3") })
    #expect(model.backbone.norms.count == 2 * layers + 1 && model.backbone.norms.last?.path == "model.norm")
    #expect(model.backbone.sublayers[1].path == "model.layers.0.mlp")
    #expect(model.backbone.keysAndValues.allSatisfy { $0.width == configuration.keyHeads * configuration.headSize })
    #expect(model.parameters.filter { $0.group == .head }.map(\.name) == (name == "llama-cls" ? ["score.weight"] : []))
    for parameter in model.parameters {
      #expect(parameter.decays(withVectors: true) == (parameter.shape.count == 2), "\(parameter.name)")
    }
  }

  @Test("virtual tokens are as tokens", arguments: [RowSelection.every, .last, .some([0, 3, 8])])
  func virtualTokens(rows: RowSelection) throws {
    final class Words: SequenceAdapter {
      let rows: Tensor
      var count: Int { rows.shape[0] }
      init(_ rows: Tensor) { self.rows = rows }
      func prefix(pass: Pass) -> Tensor { rows }
    }
    let model = try load("llama-cls")
    let longer = TokenBatch(
      sequences: zip(batch.offsets, batch.offsets.dropFirst()).map { [5, 6] + batch.tokens[$0..<$1] })
    let prefixed = PrefixedRows(count: 2, before: batch.offsets)
    let places = rows.places(in: batch).map { $0.map { prefixed.own[Int($0)] } } ?? prefixed.own
    let expected = model.backbone.hiddenStates(longer, rows: .some(places), pass: .evaluation).values
    model.backbone.embedded.adapter = Words(model.backbone.wordEmbeddings.tensor.rows([5, 6]))
    #expect(distance(model.backbone.hiddenStates(batch, rows: rows, pass: .evaluation).values, expected) < 1e-5)
  }

  @Test("keys and values before a sequence's own stand at its first places", arguments: [RowSelection.every, .last])
  func keysBefore(rows: RowSelection) throws {
    final class Cache: KeyValueAdapter {
      let keys: Tensor, values: Tensor, count = 2
      init(_ keys: Tensor, _ values: Tensor) { (self.keys, self.values) = (keys, values) }
      func prefix(pass: Pass) -> (keys: Tensor, values: Tensor) { (keys, values) }
    }
    var configuration = LlamaConfiguration(
      vocabularySize: 50, hiddenSize: 12, layers: 1, heads: 4, keyHeads: 2, headSize: 6, intermediateSize: 10, maximumPositions: 20)
    configuration.initializerRange = 0.5
    let backend = try makeBackend(), model = try ModelLoader.random(configuration, seed: 4, on: backend), body = model.backbone
    let longer = TokenBatch(
      sequences: zip(batch.offsets, batch.offsets.dropFirst()).map { [5, 6] + batch.tokens[$0..<$1] })
    let own = PrefixedRows(count: 2, before: batch.offsets).own
    let places = rows.places(in: batch).map { $0.map { own[Int($0)] } } ?? own
    let expected = body.hiddenStates(longer, rows: .some(places), pass: .evaluation).values
    // what a decoder that has read both tokens remembers of them
    let states = body.norms[0](body.wordEmbeddings.tensor.rows([5, 6])), turns = configuration.rotary.table(rows: 2, on: backend)
    let keys = body.projections[1](states, pass: .evaluation).rotated(by: turns, at: Indices([0, 1], on: backend))
    body.keysAndValues[0].adapter = Cache(keys, body.projections[2](states, pass: .evaluation))
    #expect(distance(body.hiddenStates(batch, rows: rows, pass: .evaluation).values, expected) < 1e-5)
  }

  @Test("recomputation and dropout leave no other bits")
  func recomputation() throws {
    let model = try ModelLoader.load(folder: fixture("models/llama-cls"), seed: 1, on: makeBackend()) {
      ($0.hiddenDropout, $0.attentionDropout) = (0.2, 0.1)
    }.model
    var gradients: [[[Float]]] = []
    for pass in [Pass.training(seed: 3, step: 5), Pass.training(seed: 3, step: 5).recomputing] {
      for parameter in model.parameters {
        parameter.isTrainable = true
        parameter.tensor.clearGradient()
      }
      model.logits(batch, pass: pass).crossEntropy([0, 2, 1, 0]).backward()
      gradients.append(model.parameters.map { $0.gradient?.values ?? [] })
    }
    #expect(gradients[0] == gradients[1])
    let dropped = model.logits(batch, pass: .training(seed: 3, step: 5)).values
    #expect(dropped != model.logits(batch, pass: .evaluation).values)
    #expect(dropped != model.logits(batch, pass: .training(seed: 3, step: 6)).values)
  }

  @Test("the head that predicts words is the table of words where they are tied, and such a file may hold it under either name")
  func tiedHead() throws {
    let folder = fixture("models/llama-3"), model = try load("llama-3")
    #expect(model.head.output.weight === model.backbone.wordEmbeddings && model.head.parameters.isEmpty)
    let own = try load("llama-lm")
    #expect(own.head.parameters.map(\.name) == ["lm_head.weight"] && own.head.parameters.allSatisfy { $0.group == .backbone })
    #expect(own.logits(batch, rows: .some([3, 8]), pass: .evaluation).shape == [2, own.configuration.vocabularySize])
    let archive = try SafetensorsFile(url: folder.appendingPathComponent("model.safetensors"))
    let entries = try archive.descriptions.map { description in
      SafetensorsEntry(
        name: description.name == "model.embed_tokens.weight" ? "lm_head.weight" : description.name, shape: description.shape,
        values: try archive.floats(description.name))
    }
    try withTemporaryFolder { copy in
      let configuration = copy.appendingPathComponent("config.json")
      try FileManager.default.copyItem(at: folder.appendingPathComponent("config.json"), to: configuration)
      try SafetensorsWriter.write(entries, to: copy.appendingPathComponent("model.safetensors"))
      let again = try ModelLoader.load(folder: copy, seed: 1, on: makeBackend()).model
      #expect(again.logits(batch, pass: .evaluation).values == model.logits(batch, pass: .evaluation).values)
      let text = try String(contentsOf: configuration, encoding: .utf8)
      try Data(text.replacing("\"tie_word_embeddings\": true", with: "\"tie_word_embeddings\": false").utf8).write(
        to: configuration)
      #expect(throws: ModelError.self) { try ModelLoader.load(folder: copy, seed: 1, on: makeBackend()) }
    }
  }

  @Test("an encoder is no model that writes")
  func encoder() throws {
    do {
      _ = try ModelLoader.load(folder: fixture("models/bert"), seed: 1, on: makeBackend(), target: .words)
      Issue.record("a BERT writes")
    } catch let error as ModelError {
      #expect("\(error)".contains("model_type is bert, an encoder, which writes no text: that takes a decoder, such as llama"))
    }
  }

  @Test("a head that predicts words and old files' frequencies are passed over, and a body without its prefix is known")
  func leftovers() throws {
    let target = HeadTarget.classes([["no", "yes"]])
    let loaded = try ModelLoader.load(folder: fixture("models/llama-gqa"), seed: 1, on: makeBackend(), target: target)
    #expect(loaded.ignored == ["lm_head.weight"] && loaded.newlyInitialized == ["score.weight"])
    let archive = try SafetensorsFile(url: fixture("models/llama-gqa/model.safetensors"))
    let entries = try archive.descriptions.filter { $0.name != "lm_head.weight" }.map { description in
      SafetensorsEntry(
        name: String(description.name.dropFirst("model.".count)), shape: description.shape,
        values: try archive.floats(description.name))
    }
    let more = ["layers.0.self_attn.rotary_emb.inv_freq", "rotary_emb.inv_freq"]
    try withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        at: fixture("models/llama-gqa/config.json"), to: folder.appendingPathComponent("config.json"))
      try SafetensorsWriter.write(
        entries + more.map { SafetensorsEntry(name: $0, shape: [4], values: [1, 0.1, 0.01, 0.001]) },
        to: folder.appendingPathComponent("model.safetensors"))
      let again = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend(), target: target)
      #expect(again.ignored.count == 2 && again.ignored.allSatisfy { $0.hasSuffix("rotary_emb.inv_freq") })
      #expect(again.model.logits(batch, pass: .evaluation).values == loaded.model.logits(batch, pass: .evaluation).values)
    }
  }
}
