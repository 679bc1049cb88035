// Checkpoints as people have them, against what `transformers` computes from the same files.
import Foundation
import Layers
import Models
import Storage
import Tensors
import TestSupport
import Testing

/// A folder of `Tests/Fixtures/checkpoints` with what the library computes.
struct ForeignCheckpoint {
  private struct Expected: Decodable {
    var rows: [[Int32]]
    var hidden: [Float]
    var logits: [Float]
  }

  let url: URL
  private let expected: Expected

  init(_ name: String) throws {
    url = fixture("checkpoints/\(name)")
    expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url.appending(path: "expected.json")))
  }

  /// The library's logits, row by row.
  var logits: [Float] { expected.logits }

  func load(_ target: HeadTarget? = nil) throws -> LoadedModel {
    try ModelLoader.load(folder: url, seed: 3, on: makeBackend(), target: target)
  }

  func logits(of model: Model) -> [Float] {
    model.logits(TokenBatch(sequences: expected.rows), pass: .evaluation).values
  }

  /// Compares the body's last hidden states with the library's.
  func expectBody(_ model: Model, _ comment: Comment? = nil) {
    let states = model.backbone.hiddenStates(TokenBatch(sequences: expected.rows), rows: .first, pass: .evaluation).values
    #expect(states.count == expected.hidden.count && isNear(states, expected.hidden), comment)
  }
}

/// Whether numbers are the same up to what float32 loses.
func isNear(_ found: [Float], _ expected: [Float], within bound: Float = 2e-5) -> Bool {
  found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= bound }
}

/// What is thrown, as text.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

@Suite("Checkpoints as people have them")
struct ForeignCheckpointTests {
  private static let pair = HeadTarget.classes([["no", "yes"]])

  @Test(
    "a head of another kind is left and named, the body is the library's",
    arguments: [
      ("answers", ["qa_outputs.weight", "qa_outputs.bias"]),
      (
        "words",
        [
          "lm_head.bias", "lm_head.dense.bias", "lm_head.dense.weight", "lm_head.layer_norm.bias", "lm_head.layer_norm.weight",
        ]
      ),
    ])
  func otherHead(name: String, left: [String]) throws {
    let checkpoint = try ForeignCheckpoint(name), loaded = try checkpoint.load(Self.pair)
    checkpoint.expectBody(loaded.model)
    #expect(Set(loaded.ignored) == Set(left) && loaded.head == .absent)
    #expect(loaded.newlyInitialized.contains("\(loaded.model.configuration.architecture.outputPath).weight"))
  }

  @Test("a last layer that has the classifier's name but judges tokens or choices is not taken")
  func sameName() throws {
    let tokens = try ForeignCheckpoint("tokens"), judged = try tokens.load(Self.pair)
    tokens.expectBody(judged.model)
    #expect(judged.head == .new("the checkpoint's is that of BertForTokenClassification"))
    #expect(judged.newlyInitialized.contains("classifier.weight") && judged.newlyInitialized.contains("bert.pooler.dense.weight"))
    let choice = try ForeignCheckpoint("choice"), scored = try choice.load(.score)
    choice.expectBody(scored.model)
    #expect(scored.head == .new("the checkpoint's is that of BertForMultipleChoice"))
    #expect(scored.newlyInitialized == ["classifier.weight", "classifier.bias"])
  }

  @Test("names that a wrapper made longer, numbers in double precision, and a state dict within a training program's")
  func wrapped() throws {
    for name in ["compiled", "epoch"] {
      let checkpoint = try ForeignCheckpoint(name), loaded = try checkpoint.load()
      checkpoint.expectBody(loaded.model, "\(name)")
      #expect(isNear(checkpoint.logits(of: loaded.model), checkpoint.logits), "\(name)")
      #expect(loaded.newlyInitialized.isEmpty)
      #expect(loaded.ignored == (name == "epoch" ? ["loss.weight"] : []))
    }
  }

  @Test("a body alone: old names and no pooler, within another module, or with a word table that only the head's name has")
  func body() throws {
    for name in ["body", "wrapped", "tied"] {
      let checkpoint = try ForeignCheckpoint(name), loaded = try checkpoint.load(Self.pair)
      checkpoint.expectBody(loaded.model, "\(name)")
      #expect(loaded.head == .absent)
    }
    #expect(try ForeignCheckpoint("body").load().newlyInitialized.contains("bert.pooler.dense.weight"))
  }

  @Test("a word table that is not shared is not taken from the head")
  func notTied() throws {
    try copy("tied") { fields, _ in
      fields["tie_word_embeddings"] = false
    } check: { folder in
      let text = message { _ = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend()) }
      #expect(text.contains("missing: 'roberta.embeddings.word_embeddings.weight'"), "\(text)")
    }
  }

  @Test("a pickled module is refused by its name, and nothing is executed")
  func module() throws {
    let url = fixture("checkpoints/module")
    let text = message { _ = try ModelLoader.load(folder: url, seed: 1, on: makeBackend()) }
    #expect(
      text
        == "\(url.path)/pytorch_model.bin: its pickle refers to 'torch.nn.modules.normalization.LayerNorm', which no state dict needs. "
        + "Nothing was executed. Save the model's state dict alone, or as safetensors.")
  }

  @Test("parts of the body that are missing, of another size or unknown are errors with their names, never new values")
  func parts() throws {
    try copy("answers") { _, entries in
      entries.removeAll { $0.name == "bert.encoder.layer.0.intermediate.dense.weight" }
      entries.append(SafetensorsEntry(name: "bert.encoder.layer.1.output.dense.bias", shape: [1], values: [0]))
      entries.append(SafetensorsEntry(name: "bert.encoder.layer.0.attention.self.query.lora_A.weight", shape: [1], values: [0]))
      entries.append(SafetensorsEntry(name: "prompt_encoder.weight", shape: [1], values: [0]))
    } check: { folder in
      let text = message { _ = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend()) }
      #expect(
        text.contains(
          "missing: 'bert.encoder.layer.0.intermediate.dense.weight'; "
            + "unexpected: 'bert.encoder.layer.0.attention.self.query.lora_A.weight', 'bert.encoder.layer.1.output.dense.bias', "
            + "'prompt_encoder.weight'. "), "\(text)")
    }
    // tokens were added to the embedding, but not to the configuration
    try copy("answers") { fields, _ in
      fields["vocab_size"] = 28
    } check: { folder in
      let text = message { _ = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend()) }
      #expect(text.contains("of another shape: 'bert.embeddings.word_embeddings.weight' is [30, 8], expected [28, 8]"), "\(text)")
    }
  }

  @Test("two bodies in one file, and a body of another family")
  func bodies() throws {
    try copy("answers") { _, entries in
      entries += entries.map { SafetensorsEntry(name: "teacher.\($0.name)", shape: $0.shape, values: $0.values) }
    } check: { folder in
      #expect(
        message { _ = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend()) }
          == "\(folder.path)/model.safetensors: it holds 2 bodies, whose names begin with 'bert', 'teacher.bert'; expected one. "
          + "Save the one that is meant alone.")
    }
    try copy("answers") { _, entries in
      entries = entries.map {
        SafetensorsEntry(name: $0.name.replacing("bert.", with: "roberta."), shape: $0.shape, values: $0.values)
      }
    } check: { folder in
      let text = message { _ = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend()) }
      #expect(text.contains("missing: 'bert.embeddings.word_embeddings.weight'"), "\(text)")
      #expect(text.contains("unexpected: 'roberta.embeddings.LayerNorm.bias'"), "\(text)")
    }
  }

  /// A changed copy of a fixture.
  private func copy(
    _ name: String, _ change: (inout [String: Any], inout [SafetensorsEntry]) throws -> Void, check: (URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let checkpoint = try CheckpointFolder(url: fixture("checkpoints/\(name)"))
      var fields = try #require(JSONSerialization.jsonObject(with: checkpoint.configuration) as? [String: Any])
      var entries = try checkpoint.archive.descriptions.filter(\.elementType.isFloatingPoint).map {
        SafetensorsEntry(name: $0.name, shape: $0.shape, values: try checkpoint.archive.floats($0.name))
      }
      try change(&fields, &entries)
      try JSONSerialization.data(withJSONObject: fields).write(to: folder.appending(path: "config.json"))
      try SafetensorsWriter.write(entries, to: folder.appending(path: "model.safetensors"))
      try check(folder)
    }
  }
}

@Suite("Activations of checkpoints")
struct StoredActivationTests {
  private struct Expected: Decodable {
    struct Case: Decodable {
      var logits: [Float]
      var gradient: [Float]
    }

    var rows: [[Int32]]
    var weights: [Float]
    var cases: [String: Case]
  }

  @Test("each has the library's logits and gradients, and is written under a name that the library reads")
  func all() throws {
    let url = fixture("checkpoints/activations")
    let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url.appending(path: "expected.json")))
    #expect(expected.cases.count == 12)
    for (name, row) in expected.cases.sorted(by: { $0.key < $1.key }) {
      try withTemporaryFolder { folder in
        var fields = try #require(
          JSONSerialization.jsonObject(with: Data(contentsOf: url.appending(path: "config.json"))) as? [String: Any])
        fields["hidden_act"] = name
        try JSONSerialization.data(withJSONObject: fields).write(to: folder.appending(path: "config.json"))
        try FileManager.default.copyItem(
          at: url.appending(path: "model.safetensors"), to: folder.appending(path: "model.safetensors"))
        let backend = try makeBackend(), model = try ModelLoader.load(folder: folder, seed: 1, on: backend).model
        let bias = try #require(model.parameters.first { $0.name == "bert.encoder.layer.0.intermediate.dense.bias" })
        bias.tensor.requiresGradient = true
        let logits = model.logits(TokenBatch(sequences: expected.rows), pass: .evaluation)
        #expect(isNear(logits.values, row.logits), "\(name)")
        let weights = expected.rows.flatMap { _ in expected.weights }
        logits.multiplied(by: Tensor(weights, shape: logits.shape, on: backend)).sum().backward()
        #expect(isNear(try #require(bias.tensor.gradient).values, row.gradient, within: 5e-5), "\(name)")

        try ModelWriter.save(model, to: folder.appending(path: "again"))
        let again = try ModelLoader.load(folder: folder.appending(path: "again"), seed: 1, on: backend).model
        #expect(try again.configuration.json() == model.configuration.json())
        let written = try #require(expected.cases[try storedActivation(folder.appending(path: "again"))])
        #expect(isNear(written.logits, row.logits), "\(name)")
      }
    }
    // what could be told apart is told apart
    let apart = ["gelu", "gelu_new", "quick_gelu", "relu", "silu", "tanh"].compactMap { expected.cases[$0]?.logits }
    for (index, one) in apart.enumerated() {
      for other in apart.dropFirst(index + 1) { #expect(!isNear(one, other)) }
    }
  }

  private func storedActivation(_ folder: URL) throws -> String {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "config.json")))
    return try #require((json as? [String: Any])?["hidden_act"] as? String)
  }

  @Test("that of DeBERTa's pooler too")
  func pooler() throws {
    let checkpoint = try ForeignCheckpoint("pooler"), loaded = try checkpoint.load()
    #expect(isNear(checkpoint.logits(of: loaded.model), checkpoint.logits))
    let configuration = try #require(loaded.model.configuration as? EncoderConfiguration)
    #expect(configuration.activation == .relu && configuration.poolerActivation == .tangentGELU)
  }
}
