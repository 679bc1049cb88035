// Checkpoints with numbers that no run saves: refused or gone on from, and no crash.
import Foundation
import Storage
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Extreme checkpoints")
struct ExtremeCheckpointTests {
  @Test(
    "of fine-tuning", arguments: ["adalora", "aflora", "loradrop", "prilora", "prilora/random", "sora", "sparseadapter"])
  func fineTuning(id: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("checkpoint.safetensors")
      func run(stopAfter steps: Int? = nil) throws -> FineTuning {
        var run = try TinyTask.fineTuning(id)
        run.checkpoint = Checkpoint(url: url, identity: "x")
        run.checkpointInterval = 1e300
        var asked = 0
        run.shouldStop = {
          asked += 1
          return asked == steps
        }
        return run
      }
      #expect(throws: Interruption()) { try run(stopAfter: 12).run() }
      var (taken, refused) = (0, 0)
      // the history is of the same kind whatever the method
      let prefixes = id == "loradrop" ? [""] : ["method/", "parameters/"]
      for variation in SealedVariation.all(of: try OpenedArchive(url), under: prefixes) {
        try variation.archive.write(to: url)
        do {
          let run = try run()
          let history = try run.run().history
          #expect(history.operations >= 0, "\(variation)")
          _ = history.tensors(of: run.objective)
          _ = run.method.diagnostics
          taken += 1
        } catch {
          #expect(error is CheckpointError, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 1 && refused > 1)
    }
  }
}
