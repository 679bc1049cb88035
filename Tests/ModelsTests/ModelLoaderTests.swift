// Checkpoints with other names, other heads, and tensors that do not fit.
import Foundation
import Layers
import Models
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Loading and writing")
struct ModelLoaderTests {
  /// Copies a fixture's checkpoint into `folder`, changing its list of tensors.
  private func rewrite(
    _ name: String, to folder: URL, _ change: ([SafetensorsEntry]) throws -> [SafetensorsEntry]
  ) throws {
    let checkpoint = try CheckpointFolder(url: fixture(name))
    let entries = try checkpoint.archive.descriptions.filter(\.elementType.isFloatingPoint).map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, values: try checkpoint.archive.floats($0.name))
    }
    try checkpoint.configuration.write(to: folder.appendingPathComponent("config.json"))
    try SafetensorsWriter.write(try change(entries), to: folder.appendingPathComponent("model.safetensors"))
  }

  private func renamed(_ entry: SafetensorsEntry, _ name: String) -> SafetensorsEntry {
    SafetensorsEntry(name: name, shape: entry.shape, values: entry.values)
  }

  private let batch = TokenBatch(sequences: [[2, 7, 9, 11, 3], [2, 8, 3]])

  private func logits(_ model: Model) -> [Float] {
    model.logits(batch, pass: .evaluation).values
  }

  @Test("a body saved without its prefix", arguments: ["bert", "roberta", "deberta"])
  func withoutPrefix(name: String) throws {
    let backend = try makeBackend()
    let whole = try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: backend)
    #expect(whole.newlyInitialized.isEmpty && whole.ignored.isEmpty)
    try withTemporaryFolder { folder in
      try rewrite("models/\(name)", to: folder) { entries in
        entries.map { renamed($0, $0.name.hasPrefix("\(name).") ? String($0.name.dropFirst(name.count + 1)) : $0.name) }
      }
      let bare = try ModelLoader.load(folder: folder, seed: 1, on: backend)
      #expect(bare.newlyInitialized.isEmpty && bare.ignored.isEmpty)
      #expect(logits(bare.model) == logits(whole.model))
    }
  }

  @Test("pre-training heads are ignored, the new head is reported")
  func newHead() throws {
    let backend = try makeBackend()
    let deberta = try ModelLoader.load(folder: fixture("releases/deberta-fp16-zip"), seed: 1, on: backend) { $0.classes = 3 }
    #expect(
      deberta.newlyInitialized == ["pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias"])
    #expect(deberta.ignored.count == 11)
    #expect(deberta.ignored.allSatisfy { $0.hasPrefix("lm_predictions.") || $0.hasPrefix("mask_predictions.") })
    let bert = try ModelLoader.load(folder: fixture("releases/bert-gamma-beta"), seed: 1, on: backend)
    #expect(bert.newlyInitialized == ["classifier.weight", "classifier.bias"])
    #expect(bert.ignored.contains("bert.embeddings.position_ids") && bert.ignored.contains("cls.predictions.bias"))

    let again = try ModelLoader.load(folder: fixture("releases/bert-gamma-beta"), seed: 1, on: backend).model
    let other = try ModelLoader.load(folder: fixture("releases/bert-gamma-beta"), seed: 2, on: backend).model
    #expect(again.head.output.weight.tensor.values == bert.model.head.output.weight.tensor.values)
    #expect(other.head.output.weight.tensor.values != bert.model.head.output.weight.tensor.values)
    #expect(bert.model.head.output.bias?.tensor.values == [0, 0, 0])
  }

  @Test("another number of classes makes a new output layer and keeps the rest")
  func otherClasses() throws {
    let backend = try makeBackend()
    let loaded = try ModelLoader.load(folder: fixture("models/roberta"), seed: 1, on: backend) { $0.classes = 1 }
    #expect(loaded.newlyInitialized == ["classifier.out_proj.weight", "classifier.out_proj.bias"])
    #expect(loaded.model.head.outputs == 1 && logits(loaded.model).count == batch.count)
  }

  @Test("all tensors that do not fit are listed in one error")
  func unfitting() throws {
    try withTemporaryFolder { folder in
      let attention = "roberta.encoder.layer.0.attention"
      try rewrite("models/roberta", to: folder) { entries in
        var entries = entries.filter { $0.name != "\(attention).self.key.bias" }
        for (index, entry) in entries.enumerated() {
          if entry.name == "\(attention).self.query.weight" {
            entries[index] = SafetensorsEntry(name: entry.name, shape: [16, 64], values: entry.values)
          }
          if entry.name == "\(attention).output.dense.bias" {
            var values = entry.values
            values[3] = .nan
            entries[index] = SafetensorsEntry(name: entry.name, shape: entry.shape, values: values)
          }
        }
        return entries + [SafetensorsEntry(name: "adapter.gate", shape: [1], values: [0])]
      }
      let path = folder.appendingPathComponent("model.safetensors").path
      do {
        _ = try ModelLoader.load(folder: folder, seed: 1, on: makeBackend())
        Issue.record("no error")
      } catch {
        let expected = [
          "\(path): its tensors do not fit config.json: missing: '\(attention).self.key.bias'; ",
          "of another shape: '\(attention).self.query.weight' is [16, 64], expected [32, 32]; ",
          "with infinite or NaN values: '\(attention).output.dense.bias'; unexpected: 'adapter.gate'. ",
          "Check that both files are whole and belong to the same model.",
        ]
        #expect("\(error)" == expected.joined())
      }
    }
  }

  @Test("one tensor under an old and a new name")
  func twoNames() throws {
    try withTemporaryFolder { folder in
      try rewrite("models/bert", to: folder) { entries in
        entries
          + entries.filter { $0.name == "bert.embeddings.LayerNorm.weight" }.map {
            renamed($0, "bert.embeddings.LayerNorm.gamma")
          }
      }
      #expect(throws: ModelError.self) { try ModelLoader.load(folder: folder, seed: 1, on: makeBackend()) }
    }
  }

  @Test("a written model is read again", arguments: ["bert", "roberta", "deberta"])
  func roundTrip(name: String) throws {
    let backend = try makeBackend()
    let model = try ModelLoader.load(folder: fixture("models/\(name)"), seed: 1, on: backend).model
    try withTemporaryFolder { folder in
      let whole = folder.appendingPathComponent("a/whole")
      let half = folder.appendingPathComponent("half")
      try ModelWriter.save(model, to: whole)
      let loaded = try ModelLoader.load(folder: whole, seed: 1, on: backend)
      #expect(loaded.newlyInitialized.isEmpty && loaded.ignored.isEmpty)
      #expect(try loaded.model.configuration.json() == model.configuration.json())
      #expect(logits(loaded.model) == logits(model))
      try ModelWriter.save(model, as: .float16, to: half)
      let rounded = logits(try ModelLoader.load(folder: half, seed: 1, on: backend).model)
      #expect(rounded != logits(model))
      #expect(zip(rounded, logits(model)).allSatisfy { abs($0 - $1) < 0.02 })
    }
  }

  @Test("a written body gets a new head")
  func bodyAlone() throws {
    let backend = try makeBackend()
    let configuration = EncoderConfiguration(
      architecture: .deberta, vocabularySize: 30, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 16,
      maximumPositions: 32, relativePositions: RelativePositions(buckets: 8, maximumDistance: 32))
    let encoder = try ModelLoader.randomBackbone(configuration, seed: 4, on: backend)
    let states = encoder.hiddenStates(batch, pass: .evaluation)
    #expect(states.shape == [8, 8])
    #expect(encoder.wordEmbeddings.tensor.values.prefix(8).allSatisfy { $0 == 0 })
    try withTemporaryFolder { folder in
      try ModelWriter.save(encoder, to: folder)
      let loaded = try ModelLoader.load(folder: folder, seed: 1, on: backend) { $0.classes = 4 }
      #expect(loaded.newlyInitialized.count == 4 && loaded.model.head.outputs == 4)
      #expect(loaded.model.backbone.hiddenStates(batch, pass: .evaluation).values == states.values)
    }
  }

  @Test(
    "random matrices of the body are rounded as they are drawn, to the bits of rounding them later; nothing else is",
    arguments: [HeadKind.words, .sequences])
  func roundedRandom(head: HeadKind) throws {
    var configuration = LlamaConfiguration(
      vocabularySize: 30, hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 24, maximumPositions: 16)
    configuration.headKind = head
    let backend = try makeBackend(), wide = try ModelLoader.random(configuration, seed: 4, on: backend)
    let rounded = try ModelLoader.random(configuration, seed: 4, roundsMatrices: true, on: backend)
    for (parameter, half) in zip(wide.parameters, rounded.parameters) {
      let isRounded = parameter.group == .backbone && parameter.shape.count == 2
      if isRounded { parameter.tensor.roundToHalf() }
      #expect(half.tensor.isHalf == isRounded && half.tensor.values == parameter.tensor.values, "\(half.name)")
    }
  }
}
