// A run that is stopped and started again ends with the bits of one that never was.
import Adapters
import Foundation
import Layers
import Records
import Settings
import Storage
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Resumed fine-tuning")
struct ResumptionTests {
  private struct Result: Equatable {
    var history: TrainingHistory
    var outcome: TrainingOutcome
    var bits: [[UInt32]]
    var diagnostics: [Diagnostic]
    var files: [Data]
    var tensors: Data
  }

  private func finish(_ run: FineTuning, in folder: URL) throws -> Result {
    let (history, outcome) = try run.run()
    let tensors = folder.appendingPathComponent("tensors.h5")
    try HDF5File.write(history.tensors(of: run.objective), to: tensors)
    return Result(
      history: history, outcome: outcome, bits: run.bits, diagnostics: run.method.diagnostics,
      files: try ["best.safetensors", "last.safetensors"].map { try Data(contentsOf: folder.appendingPathComponent($0)) },
      tensors: try Data(contentsOf: tensors))
  }

  /// - Parameter stopAt: which of the questions whether to stop is answered with yes: those after updates and those in evaluations.
  private func fineTuning(_ id: String, in folder: URL, stopAt question: Int? = nil, regression: Bool = false) throws -> FineTuning
  {
    var run = try TinyTask.fineTuning(id, regression: regression)
    run.weights = folder
    run.checkpoint = Checkpoint(
      url: folder.appendingPathComponent("checkpoint.safetensors"), identity: "run of \(id)")
    run.checkpointInterval = 1e6
    if let question {
      var asked = 0
      run.shouldStop = {
        asked += 1
        return asked == question
      }
    }
    return run
  }

  /// What a run without checkpoints gives.
  private func straight(_ id: String, regression: Bool = false) throws -> Result {
    try withTemporaryFolder { folder in
      var run = try TinyTask.fineTuning(id, regression: regression)
      run.weights = folder
      return try finish(run, in: folder)
    }
  }

  @Test(
    "stopped once, after any update or within any evaluation", arguments: ["fft", "aflora"], [1, 2, 5, 6, 7, 9, 10, 12, 14, 17])
  func once(id: String, question: Int) throws {
    try withTemporaryFolder { folder in
      #expect(throws: Interruption()) { try fineTuning(id, in: folder, stopAt: question).run() }
      let resumed = try finish(try fineTuning(id, in: folder), in: folder)
      let expected = try straight(id)
      #expect(resumed == expected)
      #expect(expected.history.steps.count == 15 && expected.history.epochs.count == 3)
      #expect(expected.outcome == .completed)
    }
  }

  @Test("every method is here")
  func complete() {
    #expect(Set(TinyTask.methods.map { $0.prefix { $0 != "/" } }) == Set(MethodRegistry.descriptions.map { $0.id[...] }))
  }

  @Test("stopped after every update", arguments: TinyTask.methods)
  func always(id: String) throws {
    try withTemporaryFolder { folder in
      let expected = try straight(id)
      // after the last update there is nothing left to go on with
      for _ in 1..<expected.history.updates {
        let updates = Updates()
        var run = try fineTuning(id, in: folder)
        run.observer = updates
        run.shouldStop = { updates.count > 0 }
        #expect(throws: Interruption()) { try run.run() }
        #expect(updates.count == 1)
      }
      let resumed = try finish(try fineTuning(id, in: folder), in: folder)
      #expect(resumed == expected)
    }
  }

  /// Copies what a run would leave if it were killed during the update that was just made.
  private final class Copies: TrainingObserver {
    let run: URL
    private(set) var folders: [URL] = []

    init(of run: URL) { self.run = run }

    func didUpdate(_ result: StepResult, updates: Int, total: Int) {
      let copy = run.deletingLastPathComponent().appendingPathComponent("during-\(folders.count + 1)")
      do { try FileManager.default.copyItem(at: run, to: copy) } catch { Issue.record("\(error)") }
      folders.append(copy)
    }

    func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {}
  }

  @Test("killed during any update, the one after each of its own events included", arguments: TinyTask.methods)
  func anyMoment(id: String) throws {
    try withTemporaryFolder { root in
      let folder = root.appendingPathComponent("run")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let copies = Copies(of: folder)
      var run = try fineTuning(id, in: folder)
      run.checkpointInterval = 0
      run.observer = copies
      let expected = try finish(run, in: folder)
      #expect(copies.folders.count == expected.history.updates)
      try expectEvents(id, expected)
      for copy in copies.folders {
        #expect(try finish(try fineTuning(id, in: copy), in: copy) == expected, "\(copy.lastPathComponent)")
      }
    }
  }

  /// What the method does of its own did happen.
  private func expectEvents(_ id: String, _ result: Result) throws {
    func integers(_ path: String) throws -> [Int64] {
      let found = try #require(result.diagnostics.first { $0.path == path }, "\(path)")
      guard case .integers(let values) = found.values else { return [] }
      return values
    }
    let updates = result.history.preliminary.count
    switch id {
    case "aflora":
      let frozen = try integers("freezing/iteration")
      #expect(frozen.allSatisfy { (3...11).contains($0) } && Set(frozen).count > 3)
    case "adalora":
      let kept = try integers("ranks/kept"), modules = kept.count / 15
      let sums = (0..<15).map { kept[$0 * modules..<($0 + 1) * modules].reduce(0, +) }
      // 12 + 24 (1 - (t - 3) / 7)³ at steps 6, 9 and 10
      #expect(sums == [36, 36, 36, 36, 36, 36, 16, 16, 16, 12, 12, 12, 12, 12, 12])
    case "sora":
      let open = try integers("gates/open"), modules = open.count / 15
      #expect(open.suffix(modules).reduce(0, +) < open.prefix(modules).reduce(0, +))
    case "sparseadapter":
      #expect(updates == 0 && result.history.measurementOperations != nil)
      #expect(result.diagnostics.contains { $0.path.hasPrefix("pruning/mask/") })
    case "loradrop":
      #expect(updates == 6 && result.history.measurementOperations != nil)
      #expect(Set(try integers("importance/selection")) == [1, 2])
    case "loradrop/only-least":
      #expect(updates == 4 && result.history.measurementOperations != nil)
      #expect(Set(try integers("importance/selection")) == [0, 1])
    case "loradrop/only-most": #expect(Set(try integers("importance/selection")) == [0, 1])
    case "prilora", "prilora/random": #expect(try integers("pruning/updates") == [4, 8, 12, 15])
    default: break
    }
    if !["loradrop", "loradrop/only-least", "sparseadapter"].contains(id) {
      #expect(updates == 0 && result.history.measurementOperations == nil)
    }
  }

  @Test("a regression, whose scores may be undefined")
  func regression() throws {
    try withTemporaryFolder { folder in
      for _ in 0..<2 {
        #expect(throws: Interruption()) { try fineTuning("lora", in: folder, stopAt: 5, regression: true).run() }
      }
      let resumed = try finish(try fineTuning("lora", in: folder, regression: true), in: folder)
      #expect(try resumed == straight("lora", regression: true))
    }
  }

  @Test("checkpoints between updates change no number, nor do threads")
  func checkpoints() throws {
    try withTemporaryFolder { folder in
      var run = try fineTuning("aflora", in: folder)
      run.checkpointInterval = 0
      let result = try finish(run, in: folder)
      #expect(try result == straight("aflora"))
    }
    try withTemporaryFolder { folder in
      var run = try TinyTask.fineTuning("aflora", threads: 2)
      run.weights = folder
      let result = try finish(run, in: folder)
      #expect(try result == straight("aflora"))
    }
  }

  @Test("dropout and seed matter")
  func differences() throws {
    let expected = try straight("lora")
    var run = try TinyTask.fineTuning("lora")
    run.usesDropout = false
    #expect(try run.run().history != expected.history)
  }
}

/// Counts updates.
private final class Updates: TrainingObserver {
  private(set) var count = 0

  func didUpdate(_ result: StepResult, updates: Int, total: Int) { count += 1 }

  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {}
}

@Suite("Checkpoints that cannot be resumed from")
struct CheckpointErrorTests {
  private func stopped(_ id: String, identity: String, at url: URL) throws {
    var run = try TinyTask.fineTuning(id)
    run.checkpoint = Checkpoint(url: url, identity: identity)
    let updates = Updates()
    run.observer = updates
    run.shouldStop = { updates.count == 7 }
    #expect(throws: Interruption()) { try run.run() }
  }

  private func message(_ id: String, identity: String, at url: URL, settings: TrainingSettings = TinyTask.settings()) throws
    -> String
  {
    var run = try TinyTask.fineTuning(id, settings: settings)
    run.checkpoint = Checkpoint(url: url, identity: identity)
    do {
      _ = try run.run()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func expected(_ url: URL, _ reason: String) -> String {
    "\(url.path): cannot go on from this checkpoint: \(reason). Delete it to start the run again"
  }

  @Test("of another run")
  func foreign() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      try stopped("lora", identity: "one", at: url)
      let data = try Data(contentsOf: url)
      #expect(try message("lora", identity: "two", at: url) == expected(url, "it belongs to another run"))
      // an identity says all; a file that lies about it is still refused
      #expect(
        try message("aflora", identity: "one", at: url)
          == expected(url, "the saved state of the method does not fit: 'fractions' is missing"))
      var settings = TinyTask.settings()
      settings.batchSize = 9
      #expect(
        try message("lora", identity: "one", at: url, settings: settings)
          == expected(url, "its history does not fit the run's length and validation sets"))
      #expect(try Data(contentsOf: url) == data, "it is left as it was")
      #expect(try message("lora", identity: "one", at: url) == "no error")
    }
  }

  @Test("of another version of the arithmetic, or of none that it tells", arguments: ["1", nil])
  func otherArithmetic(version: String?) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      try stopped("lora", identity: "one", at: url)
      var archive = try OpenedArchive(url)
      archive.texts["numerics_version"] = version
      try archive.write(to: url)
      let found = version.map { "version \($0)" } ?? "no known version"
      let reason = "it is of \(found) of the arithmetic, this program has version \(Numerics.version)"
      #expect(try message("lora", identity: "one", at: url) == expected(url, reason))
      // runs of another version have another identity: this says more
      #expect(try message("lora", identity: "two", at: url) == expected(url, reason))
    }
  }

  @Test("damaged: cut, another file, and each of many bits flipped")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      try stopped("aflora", identity: "one", at: url)
      let data = try Data(contentsOf: url)
      func refused(_ bytes: Data) throws {
        try bytes.write(to: url)
        var reason = ""
        do { _ = try SealedArchive(url: url) } catch let damage as ArchiveDamage { reason = damage.reason }
        #expect(!reason.isEmpty)
        #expect(try message("aflora", identity: "one", at: url) == expected(url, reason))
        #expect(try Data(contentsOf: url) == bytes)
      }
      for bytes in [Data(), Data("no archive".utf8), data.prefix(data.count / 2), data.prefix(data.count - 1), data + Data([0])] {
        try refused(bytes)
      }
      for place in stride(from: 0, to: data.count, by: data.count / 40) {
        var flipped = data
        flipped[place] ^= UInt8(1 << (place % 8))
        try refused(flipped)
      }
    }
  }

  @Test("whose file of weights is another one now")
  func otherWeights() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      var run = try TinyTask.fineTuning("lora")
      run.checkpoint = Checkpoint(url: url, identity: "one")
      run.weights = folder
      let updates = Updates()
      run.observer = updates
      run.shouldStop = { updates.count == 7 }
      #expect(throws: Interruption()) { try run.run() }
      let best = folder.appendingPathComponent("best.safetensors")
      var bytes = try Data(contentsOf: best)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: best)
      run.observer = nil
      run.shouldStop = { false }
      // the file is written again where a later epoch is better; else the run has no end
      do {
        let history = try run.run().history
        #expect(try FileDigest.sha256(of: best) == history.weights["best"])
      } catch {
        #expect("\(error)" == expected(url, "best.safetensors is not the file that was saved"))
      }
    }
  }

  @Test("with a part missing")
  func incomplete() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      try stopped("lora", identity: "one", at: url)
      let whole = try OpenedArchive(url)
      func change(_ body: (inout OpenedArchive) -> Void) throws -> String {
        var archive = whole
        body(&archive)
        try archive.write(to: url)
        return try message("lora", identity: "one", at: url)
      }
      #expect(try change { $0.arrays = [:] } == expected(url, "steps/loss is missing or misshapen"))
      #expect(
        try change { $0.arrays["parameters/0.value"] = nil } == expected(url, "parameters/0.value is missing or misshapen"))
      #expect(try change { $0.arrays["steps/tokens"] = nil } == expected(url, "steps/tokens is missing or misshapen"))
      let fit = expected(url, "its history does not fit the run's length and validation sets")
      #expect(
        try change { archive in
          archive.arrays["epochs/updates"] = .int64([])
          archive.arrays["epochs/mean_loss"] = .float64([])
        } == fit)
      #expect(
        try change { $0.texts = ["identity": "one"] }
          == expected(url, "it is of no known version of the arithmetic, this program has version \(Numerics.version)"))
      #expect(try change { $0.texts["epochs/0/0/name"] = nil } == fit)
      #expect(try change { _ in } == "no error")
    }
  }
}
