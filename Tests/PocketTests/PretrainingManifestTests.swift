// Manifests of pre-training: the shipped one, and every mistake with its line.
import Foundation
import Testing

@testable import Pocket

@Suite("Pre-training manifests")
struct PretrainingManifestTests {
  @Test("the shipped manifests", arguments: ["deberta", "roberta", "llama"])
  func shipped(architecture: String) throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appendingPathComponent("experiments/pretrain/pocket-\(architecture).yaml").path
    let manifest = try PretrainingManifest.load(path: path)
    #expect(manifest.id == "pocket-\(architecture)")
    #expect(manifest.choice("model.architecture") == architecture)
    #expect(manifest.integer("model.layers") == 6)
    #expect(manifest.numbers("training.betas") == [0.9, 0.98])
    if architecture == "llama" {
      #expect(manifest.documents.allSatisfy { $0 > 0 })
    } else {
      #expect(manifest.shares.first == 0.3)
    }
    let again = try PretrainingManifest.load(path: path)
    #expect(manifest == again)
  }

  @Test("keys that came later do not change a manifest without them")
  func laterKeys() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-manifest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func manifest(_ architecture: String, _ given: String) throws -> PretrainingManifest {
      let path = folder.appendingPathComponent("one.yaml").path
      let text = """
        id: one
        seed: 0
        model: {\(architecture)layers: 2, hidden_size: 8, heads: 2, intermediate_size: 8, positions: 64, initializer_range: 0.06}
        vocabulary: {pieces: 1000, sentences: 10}
        training: {steps: 1, batch: 8, learning_rate: 1e-3}
        loss: {judged: 5\(given)}
        pacing: {harder_above: 0.8, easier_below: 0.7, rise: 0.01, fall: 0.005, memory: 0.9}
        shares: {pair: 1}
        """
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      return try PretrainingManifest.load(path: path)
    }
    let deberta = "position_buckets: 16, "
    let plain = try manifest(deberta, "")
    #expect(try manifest("architecture: deberta, \(deberta)", ", given: 0, content: 0") == plain)
    #expect(["architecture", "given", "content"].allSatisfy { !plain.canonicalJSON.contains($0) })
    #expect(try manifest(deberta, ", given: 1") != plain)
    #expect(try manifest(deberta, ", content: 1") != plain)
    #expect(try manifest("architecture: roberta, ", "").canonicalJSON.contains("roberta"))
  }

  @Test("every mistake, with its line")
  func mistakes() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-manifest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("bad.yaml").path
    let text = """
      id: bad
      model: {layer: 2, layers: 2, hidden_size: 30, heads: 4, intermediate_size: 64, position_buckets: 16, positions: 8, initializer_range: 0.06}
      vocabulary: {pieces: 1000}
      training: {steps: none, batch: 8, learning_rate: 1e-3}
      pacing: {harder_above: 0.6, easier_below: 0.7, rise: 0.01, fall: 0.005, memory: 0.9}
      shares: {pairs: 1}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect {
      try PretrainingManifest.load(path: path)
    } throws: { error in
      "\(error)" == """
        \(path):1:1: 'seed' is missing.
        \(path):1:1: 'loss' is missing.
        \(path):2:1: 'hidden_size' 30 is no multiple of 'heads' 4.
        \(path):2:1: 'positions' 8 leaves nothing beyond half of the 16 'position_buckets'.
        \(path):2:9: 'layer' is not a key of 'model'. Did you mean 'layers'? (known: architecture, layers, hidden_size, heads, intermediate_size, position_buckets, positions, dropout, initializer_range)
        \(path):3:1: 'sentences' is missing in 'vocabulary': Generated sentences that it is trained on.
        \(path):4:19: 'steps' must be a whole number from 1 to 10000000, but is 'none'.
        \(path):5:1: 'easier_below' is above 'harder_above'.
        \(path):6:1: 'shares' gives no kind of row a share above 0.
        \(path):6:10: 'pairs' is not a key of 'shares'. Did you mean 'pair'? (known: pair, answer, feeling, form, definition, glossary)
        10 problems; nothing was run.
        """
    }
  }

  @Test("sizes that contradict each other")
  func contradictions() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-manifest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("bad.yaml").path
    let text = """
      id: bad
      seed: 0
      model: {layers: 2, hidden_size: 30, heads: 4, intermediate_size: 64, position_buckets: 16, positions: 8, initializer_range: 0.06}
      vocabulary: {pieces: 1000, sentences: 10}
      training: {steps: 1, batch: 8, learning_rate: 1e-3}
      loss: {}
      pacing: {harder_above: 0.6, easier_below: 0.7, rise: 0.01, fall: 0.005, memory: 0.9}
      shares: {pair: 1}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    #expect {
      try PretrainingManifest.load(path: path)
    } throws: { error in
      "\(error)" == """
        \(path):3:1: 'hidden_size' 30 is no multiple of 'heads' 4.
        \(path):3:1: 'positions' 8 leaves nothing beyond half of the 16 'position_buckets'.
        \(path):7:1: 'easier_below' is above 'harder_above'.
        3 problems; nothing was run.
        """
    }
  }

  @Test(
    "relative positions belong to DeBERTa alone",
    arguments: [
      ("deberta", "", "'position_buckets' is 0; DeBERTa needs at least 2."),
      ("roberta", "position_buckets: 16,", "'position_buckets' is DeBERTa's alone."), ("roberta", "", nil),
      ("deberta", "position_buckets: 16,", nil),
    ] as [(String, String, String?)])
  func architectures(name: String, buckets: String, problem: String?) throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-manifest-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = """
      id: any
      seed: 0
      model: {architecture: \(name), layers: 2, hidden_size: 32, heads: 4, intermediate_size: 64, \(buckets) positions: 64, initializer_range: 0.06}
      vocabulary: {pieces: 1000, sentences: 10}
      training: {steps: 1, batch: 8, learning_rate: 1e-3}
      loss: {}
      pacing: {harder_above: 0.8, easier_below: 0.7, rise: 0.01, fall: 0.005, memory: 0.9}
      shares: {pair: 1}
      """
    try Data(text.utf8).write(to: file)
    guard let problem else {
      #expect(try PretrainingManifest.load(path: file.path).choice("model.architecture") == name)
      return
    }
    #expect {
      try PretrainingManifest.load(path: file.path)
    } throws: { "\($0)" == "\(file.path):3:1: \(problem)\n1 problem; nothing was run." }
  }

  @Test("a decoder has documents, and none of an encoder's questions")
  func decoder() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("lowrank-manifest-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = """
      id: any
      seed: 0
      model: {architecture: llama, layers: 2, hidden_size: 30, heads: 4, key_heads: 3, intermediate_size: 64, position_buckets: 16, positions: 64, initializer_range: 0.06}
      vocabulary: {pieces: 1000, sentences: 10}
      training: {steps: 1, batch: 8, learning_rate: 1e-3}
      documents: {notes: 1}
      loss: {masked: 1}
      pacing: {}
      """
    try Data(text.utf8).write(to: file)
    #expect {
      try PretrainingManifest.load(path: file.path)
    } throws: {
      "\($0)" == """
        \(file.path):3:1: 'hidden_size' 30 is no multiple of 'heads' 4.
        \(file.path):3:1: 'key_heads' 3 is no divisor of 'heads' 4.
        \(file.path):3:105: 'position_buckets' is not a key of 'model'. (known: architecture, layers, hidden_size, heads, key_heads, intermediate_size, positions, dropout, initializer_range)
        \(file.path):6:1: 'documents' gives no kind of document a share above 0.
        \(file.path):6:13: 'notes' is not a key of 'documents'. Did you mean 'note'? (known: retelling, answer, glossary, inflection, sum, story, note, talk, copy, reading, feeling)
        \(file.path):7:8: 'masked' is not a key of 'loss'. (known: judged)
        \(file.path):8:1: 'pacing' is not a key of a pre-training manifest. (known: id, title, description, seed, model, vocabulary, training, loss, documents)
        7 problems; nothing was run.
        """
    }
  }
}
