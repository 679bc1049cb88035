// Adapters as the peft library saves them, each with other settings, and the logits that it gives with them
// (Tests/Peer/make_adapter_fixtures.py).
import CPUBackend
import Foundation
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Interchange

@Suite("Recorded adapters")
struct RecordedAdapterTests {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/adapters")

  /// Every folder but the base models'.
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []).filter { $0 != "base" }.sorted()

  struct Expected: Decodable {
    var base: String
    var rows: [[Int32]]
    var logits: [Float]
    /// The case whose tensors it has.
    var weights: String?
  }

  /// A case's folder with its tensors, and what the library says of it.
  static func withCase(_ name: String, _ body: (URL, Expected) throws -> Void) throws {
    try withTemporaryFolder { parent in
      let folder = parent.appending(path: name), weights = PEFTAdapterFolder.weightsName
      try FileManager.default.copyItem(at: fixtures.appending(path: name), to: folder)
      let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
      if let other = expected.weights {
        try FileManager.default.copyItem(
          at: fixtures.appending(path: "\(other)/\(weights)"), to: folder.appending(path: weights))
      }
      try body(folder, expected)
    }
  }

  private static func logits(_ model: Model, _ rows: [[Int32]], on backend: any Backend) -> [Float] {
    backend.withoutGradients { model.logits(TokenBatch(sequences: rows), pass: .evaluation).values }
  }

  @Test("all are there") func count() { #expect(Self.names.count == 59) }

  @Test("the library's logits, on the base model and merged into it", arguments: names)
  func logits(_ name: String) throws {
    try Self.withCase(name) { folder, expected in
      let backend = try CPUBackend(threads: 1), base = Self.fixtures.appending(path: "base/\(expected.base)")
      let adapter = try PEFTAdapter(folder: folder)
      let model = try adapter.load(onto: base, on: backend)
      #expect(distance(expected.logits, Self.logits(model, expected.rows, on: backend)) < 1e-5)
      let merged = folder.appending(path: "merged")
      try MergedModel.fold(model, method: name)
      try MergedModel.write(model, tokenizerFrom: base, to: merged)
      let read = try ModelLoader.load(folder: merged, seed: 0, on: backend)
      #expect(read.newlyInitialized.isEmpty)
      #expect(distance(expected.logits, Self.logits(read.model, expected.rows, on: backend)) < 1e-5)
    }
  }

  /// What is wrong with a case whose settings say something else.
  private func failure(_ name: String, _ old: String, _ new: String) throws -> InterchangeError? {
    var failure: InterchangeError?
    try Self.withCase(name) { folder, expected in
      let file = folder.appending(path: PEFTAdapterFolder.configurationName)
      let text = try String(contentsOf: file, encoding: .utf8)
      try #require(text.contains(old))
      try text.replacing(old, with: new).write(to: file, atomically: true, encoding: .utf8)
      do {
        let base = Self.fixtures.appending(path: "base/\(expected.base)")
        _ = try PEFTAdapter(folder: folder).load(onto: base, on: CPUBackend(threads: 1))
      } catch let error as InterchangeError {
        failure = error
      }
    }
    return failure
  }

  @Test(
    "a module that cannot be adapted is named",
    arguments: [
      ("key", "\"key\"", "\"self\"", "takes in 'bert.encoder.layer.0.attention.self', which holds layers and is none"),
      ("key", "\"key\"", "\"embeddings.LayerNorm\"", "takes in 'bert.embeddings.LayerNorm', which is neither a linear layer"),
      (
        "target-embeddings-deberta", "\"query_proj\"", "\"rel_embeddings\"",
        "takes in 'deberta.encoder.rel_embeddings', which is neither a linear layer"
      ),
      (
        "target-embeddings", "\"use_dora\": false", "\"use_dora\": true",
        "takes in the embedding 'bert.embeddings.word_embeddings', which only plain LoRA is computed for"
      ),
    ])
  func modules(_ name: String, _ old: String, _ new: String, _ problem: String) throws {
    guard case .notComputed(let path, let found, let advice)? = try failure(name, old, new) else {
      Issue.record("\(new) is taken")
      return
    }
    #expect(path.hasSuffix("\(name)/adapter_config.json") && found.hasPrefix("target_modules \(problem)") && !advice.isEmpty)
  }

  @Test("a bias that the settings promise and the tensors lack is named, and one that belongs nowhere") func biases() throws {
    guard case .tensors(_, let missing)? = try failure("key", "\"bias\": \"none\"", "\"bias\": \"lora_only\"") else {
      Issue.record("biases may be missing")
      return
    }
    #expect(
      missing == (0..<2).map { "'base_model.model.bert.encoder.layer.\($0).attention.self.key.base_layer.bias' is missing" })
    guard case .tensors(_, let unread)? = try failure("lora-bias", "\"lora_bias\": true", "\"lora_bias\": false") else {
      Issue.record("biases may be left over")
      return
    }
    #expect(unread.count == 3 && unread.allSatisfy { $0.hasSuffix("lora_B.bias' belongs to no layer or parameter of the model") })
  }

  @Test("a module that the settings promise whole and the tensors lack is named") func saved() throws {
    let old = "\"classifier\",\n  \"score\"", new = "\"classifier\",\n  \"embeddings.LayerNorm\""
    guard case .tensors(_, let missing)? = try failure("key", old, new) else {
      Issue.record("modules may be missing")
      return
    }
    #expect(missing == ["weight", "bias"].map { "'base_model.model.bert.embeddings.LayerNorm.\($0)' is missing" })
  }

  @Test("settings in another order than the alphabet's are not written again in it") func rewriting() throws {
    try Self.withCase("rank-pattern") { folder, _ in
      let configuration = try PEFTAdapter(folder: folder).configuration
      #expect(configuration.rankPattern.keys == ["query", "layer.0.attention.self.query", "k[a-f]+y"])
      #expect(throws: InterchangeError.self) { try configuration.json() }
    }
  }
}
