// A pocket model from its manifest, in small.
import CPUBackend
import Foundation
import Manifests
import Models
import Records
import Storage
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

@testable import Pocket

@Suite("Making a pocket model")
struct PocketPretrainingRunTests {
  private static let manifest = """
    id: tiny
    seed: 5
    model: {layers: 1, hidden_size: 16, heads: 2, intermediate_size: 16, position_buckets: 16, positions: 64, initializer_range: 0.06}
    vocabulary: {pieces: 1000, sentences: 300}
    training: {steps: 3, batch: 10, learning_rate: 1e-3}
    loss: {judged: 5, topic: 0.1}
    pacing: {harder_above: 0.8, easier_below: 0.7, rise: 0.01, fall: 0.005, memory: 0.9}
    shares: {pair: 1, form: 1}
    """

  /// Calls `body` with what makes runs of a manifest, by name and threads, in a folder of their own.
  private func withRuns(of text: String, _ body: ((String, Int) -> PocketPretrainingRun) throws -> Void) throws {
    try withTemporaryFolder { root in
      let file = root.appending(path: "tiny.yaml")
      try Data(text.utf8).write(to: file)
      let manifest = try PretrainingManifest.load(path: file.path)
      try body { name, threads in
        PocketPretrainingRun(
          manifest, output: root.appending(path: name), workFolder: root.appending(path: "work-\(name)"), threads: threads)
      }
    }
  }

  @Test("a whole model folder, with a record of it")
  func folder() throws {
    try withRuns(of: Self.manifest) { run in
      let one = run("one", 1)
      #expect(one.finished() == nil)
      var reports = 0
      let record = try one.execute(shouldStop: { false }, report: { _ in reports += 1 })
      #expect(reports == 1)
      #expect(record.steps == 3)
      #expect(record.digests.keys.sorted() == ["config.json", "model.safetensors", "spm.model", "tokenizer_config.json"])
      #expect(one.finished() == record)
      let again = try run("two", 2).execute(shouldStop: { false }, report: { _ in })
      #expect(again.digests == record.digests)

      let loaded = try ModelLoader.load(folder: one.output, seed: 0, on: CPUBackend(threads: 1))
      #expect(loaded.newlyInitialized == ["pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias"])
      #expect(loaded.model.configuration.hiddenDropout == 0.1)
      let tokenizer = try TokenizerFolder.load(from: one.output, modelType: "deberta-v2")
      #expect(tokenizer.vocabularySize == loaded.model.configuration.vocabularySize)

      try Data("{}".utf8).write(to: one.output.appending(path: "config.json"))
      #expect(one.finished() == nil)
    }
  }

  private static let decoder = """
    id: tiny
    seed: 5
    model: {architecture: llama, layers: 1, hidden_size: 16, heads: 2, key_heads: 1, intermediate_size: 16, positions: 64, dropout: 0, initializer_range: 0.06}
    vocabulary: {pieces: 600, sentences: 300}
    training: {steps: 3, batch: 10, learning_rate: 1e-3}
    loss: {judged: 2}
    documents: {note: 1, reading: 1}
    """

  @Test("a decoder's folder, loadable as a model that writes")
  func decoder() throws {
    try withRuns(of: Self.decoder) { run in
      let one = run("one", 1)
      #expect(throws: Interruption()) { try one.execute(shouldStop: { true }, report: { _ in }) }
      let record = try one.execute(shouldStop: { false }, report: { _ in })
      #expect(record.steps == 3 && record.levels.isEmpty && record.found.keys.sorted() == ["note", "reading"])
      #expect(record.digests.keys.sorted() == ["config.json", "model.safetensors", "tokenizer.model", "tokenizer_config.json"])
      #expect(one.finished() == record)
      let again = try run("two", 2).execute(shouldStop: { false }, report: { _ in })
      #expect(again.digests == record.digests)

      let loaded = try ModelLoader.load(folder: one.output, seed: 0, on: CPUBackend(threads: 1))
      #expect(loaded.newlyInitialized == [] && loaded.model.configuration.headKind == .words)
      #expect(loaded.model.configuration.hiddenDropout == 0 && loaded.model.configuration.limits.tokens == 64)
      let tokenizer = try TokenizerFolder.load(from: one.output, modelType: "llama")
      #expect(tokenizer.vocabularySize == loaded.model.configuration.vocabularySize && tokenizer.vocabularySize == 600)
      #expect(tokenizer.specialTokens.beginning == 1 && tokenizer.specialTokens.separator == 2)
      #expect(tokenizer.encode("a", nil).ids.first == 1)
    }
  }

  @Test("the shipped models are their manifests'", arguments: ["pocket-deberta", "pocket-roberta", "pocket-llama"])
  func shipped(name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = root.appending(path: "experiments/pretrain")
    let manifest = try PretrainingManifest.load(
      path: folder.appending(path: "\(name).yaml").path)
    let run = PocketPretrainingRun(
      manifest, output: folder.appending(path: name), workFolder: root.appending(path: "results/pretrain/\(name)"), threads: 1)
    #expect(run.finished() != nil)
  }

  @Test("stopped and gone on with it is the straight one's model; a checkpoint of another arithmetic is set aside with a word")
  func arithmetic() throws {
    try withRuns(of: Self.manifest) { run in
      let straight = try run("straight", 1).execute(shouldStop: { false }, report: { _ in })
      for version in [Numerics.version, 1] {
        let stopped = run("stopped-\(version)", 1)
        #expect(throws: Interruption()) { try stopped.execute(shouldStop: { true }, report: { _ in }) }
        let checkpoint = stopped.workFolder.appending(path: "checkpoint.safetensors")
        var archive = try OpenedArchive(checkpoint)
        archive.texts["numerics_version"] = "\(version)"
        try archive.write(to: checkpoint)
        var notes: [String] = []
        let record = try stopped.execute(shouldStop: { false }, note: { notes.append($0) }, report: { _ in })
        #expect(record.digests == straight.digests)
        let word =
          "its checkpoint cannot be used: it is of version 1 of the arithmetic, this program has version \(Numerics.version). "
          + "It starts again, and the file is kept as checkpoint.damaged.safetensors"
        #expect(notes == (version == 1 ? [word] : []))
      }
    }
  }

  @Test("a stopped run goes on, and a folder in use is left alone")
  func stopping() throws {
    try withRuns(of: Self.manifest) { run in
      let one = run("one", 1)
      #expect(throws: Interruption()) { try one.execute(shouldStop: { true }, report: { _ in }) }
      let checkpoint = one.workFolder.appending(path: "checkpoint.safetensors")
      #expect(FileManager.default.fileExists(atPath: checkpoint.path))
      try withExtendedLifetime(Claim.take(in: one.workFolder)) { _ in
        let before = try Data(contentsOf: checkpoint)
        let error = #expect(throws: PretrainingError.self) { try one.execute(shouldStop: { false }, report: { _ in }) }
        #expect(error?.description.hasSuffix(": another process works in this folder. Wait for it, or stop it") == true)
        #expect(try Data(contentsOf: checkpoint) == before)
      }
      #expect(throws: Interruption()) { try one.execute(shouldStop: { true }, report: { _ in }) }
      let record = try one.execute(shouldStop: { true }, report: { _ in })
      #expect(record.steps == 3)
      #expect(!FileManager.default.fileExists(atPath: checkpoint.path))
    }
  }
}
