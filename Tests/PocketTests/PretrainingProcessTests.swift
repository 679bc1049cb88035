// Any pre-training: equal numbers whatever happens in between.
import Foundation
import Storage
import TestSupport
import Testing

@testable import Pocket
@testable import Training

@Suite("Pre-training, whatever its rows ask")
struct PretrainingProcessTests {
  enum Kind: CaseIterable {
    case encoder, decoder

    func process(steps: Int, threads: Int = 1) throws -> any PretrainingProcess {
      switch self {
      case .encoder: try PretrainingTests().pretraining(steps: steps, threads: threads)
      case .decoder: try NextTokenPretrainingTests().pretraining(steps: steps, threads: threads)
      }
    }
  }

  private func checkpoint(in folder: URL) -> Checkpoint {
    Checkpoint(url: folder.appendingPathComponent("checkpoint.safetensors"), identity: "this")
  }

  /// SHA-256 of every parameter and moment.
  private func digest(_ run: any PretrainingProcess) -> String {
    var bytes: [UInt8] = []
    for (index, parameter) in run.optimizer.parameters.enumerated() {
      let moments = run.optimizer.moments[index].map { [$0.first, $0.second] } ?? []
      for tensor in [parameter.tensor] + moments {
        tensor.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
      }
    }
    return FileDigest.sha256(of: bytes)
  }

  private func expectSame(_ first: any PretrainingProcess, _ second: any PretrainingProcess) {
    #expect(first.completedSteps == 20 && second.completedSteps == 20)
    #expect(digest(first) == digest(second))
    #expect(first.tokens == second.tokens && first.meanLoss == second.meanLoss && first.found == second.found)
    #expect(first.levels.map(\.level) == second.levels.map(\.level))
  }

  @Test("equal bits with one thread and with two", arguments: Kind.allCases)
  func threads(kind: Kind) throws {
    let one = try kind.process(steps: 20), two = try kind.process(steps: 20, threads: 2)
    try one.run()
    try two.run()
    expectSame(one, two)
  }

  @Test("a stopped run ends as one that was never stopped", arguments: Kind.allCases)
  func resumption(kind: Kind) throws {
    try withTemporaryFolder { folder in
      let straight = try kind.process(steps: 20)
      try straight.run()
      let checkpoint = checkpoint(in: folder)
      var seen = 0
      #expect(throws: Interruption()) {
        try kind.process(steps: 20).run(
          checkpoint: checkpoint,
          shouldStop: {
            seen += 1
            return seen == 9
          })
      }
      let resumed = try kind.process(steps: 20)
      try resumed.restore(from: checkpoint)
      #expect(resumed.completedSteps == 9)
      try resumed.run(checkpoint: checkpoint)
      expectSame(resumed, straight)
      // what is compared is more than zeros
      #expect(straight.meanLoss > 0 && straight.levels.contains { $0.level > 0 } == (kind == .encoder))
    }
  }

  @Test("a checkpoint with extreme numbers", arguments: Kind.allCases)
  func extremes(kind: Kind) throws {
    try withTemporaryFolder { folder in
      let checkpoint = checkpoint(in: folder)
      let first = try kind.process(steps: 3)
      try first.advance()
      try first.save(in: checkpoint)
      let run = try kind.process(steps: 3)
      var (taken, refused) = (0, 0)
      for variation in SealedVariation.all(of: try OpenedArchive(checkpoint.url)) {
        try variation.archive.write(to: checkpoint.url)
        do {
          try run.restore(from: checkpoint)
          if run.completedSteps < 3, !variation.description.hasPrefix("parameters/") { try run.advance() }
          #expect(run.completedSteps <= 3 && run.meanLoss.isFinite && !run.found.map(\.text).contains(""), "\(variation)")
          taken += 1
        } catch {
          #expect(error is CheckpointError || error is Divergence, "\(variation): \(error)")
          refused += 1
        }
      }
      #expect(taken > 2 && refused > 8)
    }
  }
}
