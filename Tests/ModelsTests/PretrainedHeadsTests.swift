// The heads that checkpoints were pre-trained with, against what `transformers` (and DeBERTa's own code) says by the same files.
import Foundation
import Layers
import Models
import Storage
import Tensors
import TestSupport
import Testing

@Suite("Heads of pre-training")
struct PretrainedHeadsTests {
  private static let folders = [
    "bert", "bert-relu", "bert-untied", "roberta", "deberta", "deberta-replaced", "llama", "llama-tied",
  ]

  private func load(_ url: URL) throws -> (model: Model, heads: PretrainedHeads) {
    let backend = try makeBackend(), model = try ModelLoader.load(folder: url, seed: 1, on: backend).model
    return (model, try PretrainedHeads(folder: url, for: model, on: backend))
  }

  @Test("answer as the library's models do", arguments: folders)
  func answers(name: String) throws {
    let url = fixture("retention/\(name)"), (model, heads) = try load(url)
    let question: PretrainedQuestion = name.hasPrefix("llama") ? .next : name == "deberta-replaced" ? .replaced : .masked
    #expect(heads.questions == [question])
    let expected = try SafetensorsFile(url: url.appending(path: "expected.safetensors"))
    let tokens = try expected.integers("tokens").map(Int32.init), offsets = try expected.integers("offsets").map(Int.init)
    let places = try expected.integers("places").map(Int32.init)
    let batch = TokenBatch(sequences: zip(offsets, offsets.dropFirst()).map { Array(tokens[$0..<$1]) })
    let firsts = places.map { place in batch.firstRows.last { $0 <= place } ?? 0 }
    let states = model.backbone.hiddenStates(batch, pass: .evaluation)
    let logits = heads.logits(question, of: states.rows(places), firsts: states.rows(firsts))
    #expect(isNear(logits.values, try expected.floats("logits")))
  }

  @Test("a table of words that was trained since is the head's too")
  func trainedWords() throws {
    let (model, heads) = try load(fixture("retention/bert"))
    let states = model.backbone.hiddenStates(TokenBatch(sequences: [[5, 6, 7]]), pass: .evaluation)
    let before = heads.logits(.masked, of: states, firsts: states).values
    model.backbone.wordEmbeddings.tensor.assign(model.backbone.wordEmbeddings.tensor.values.map { 2 * $0 })
    #expect(heads.logits(.masked, of: states, firsts: states).values != before)
  }

  @Test("a checkpoint without any has no questions")
  func none() throws {
    #expect(try load(fixture("models/bert")).heads.questions.isEmpty)
  }

  @Test("a head that is there in part, of another shape or not finite is an error that says so")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let source = fixture("retention/bert"), whole = try SafetensorsFile(url: source.appending(path: "model.safetensors"))
      try FileManager.default.copyItem(at: source.appending(path: "config.json"), to: folder.appending(path: "config.json"))
      func expect(_ text: String, _ change: (inout [SafetensorsEntry]) -> Void) throws {
        var entries = try whole.descriptions.map {
          SafetensorsEntry(name: $0.name, shape: $0.shape, values: try whole.floats($0.name))
        }
        change(&entries)
        _ = try SafetensorsWriter.write(entries, to: folder.appending(path: "model.safetensors"))
        let found = message { _ = try load(folder) }
        #expect(found.contains(text), "\(found)")
      }
      let dense = "cls.predictions.transform.dense"
      try expect("missing: '\(dense).bias'") { $0.removeAll { $0.name == "\(dense).bias" } }
      try expect("'\(dense).bias' is [2], expected [24]") { entries in
        entries = entries.map { $0.name == "\(dense).bias" ? SafetensorsEntry(name: $0.name, shape: [2], values: [1, 2]) : $0 }
      }
      try expect("infinite or NaN values: 'cls.predictions.bias'") { entries in
        entries = entries.map { entry in
          guard entry.name == "cls.predictions.bias" else { return entry }
          return SafetensorsEntry(name: entry.name, shape: [60], values: Array(repeating: .nan, count: 60))
        }
      }
    }
  }
}
