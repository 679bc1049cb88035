// Sets that choose nothing are evaluated where a table may report them, and decide nothing.
import Adapters
import Foundation
import Metrics
import Objectives
import Settings
import TestSupport
import Testing

@testable import Training

@Suite("Held-out sets")
struct HeldOutSetTests {
  /// The tiny task, its second set held out or not.
  private func run(_ heldOut: Bool, rate: Double = 0.01, patience: Int? = nil) throws -> FineTuning {
    var settings = TinyTask.settings(learningRate: rate)
    (settings.epochs, settings.earlyStoppingPatience) = (6, patience)
    if rate < 1e-6 { settings.headLearningRate = rate }
    let run = try TinyTask.fineTuning("lora", settings: settings)
    let sets = LabelledSets(
      training: TinyTask.examples(18),
      validation: [("validation", TinyTask.examples(11)), ("test", Array(TinyTask.examples(30).suffix(13)))],
      heldOut: heldOut ? ["test"] : [])
    return FineTuning(
      model: run.model, method: run.method, objective: Classification(sets, classes: 2, metrics: [.accuracy]), settings: settings,
      seed: 4, backend: run.backend)
  }

  @Test("they choose no epoch, change no update, and are measured after each best epoch so far and after the last")
  func measured() throws {
    let plain = try run(false).run().history, history = try run(true).run().history
    #expect(history.steps == plain.steps)
    #expect(history.epochs.map(\.evaluations[0].scores) == plain.epochs.map(\.evaluations[0].scores))
    let chosen = history.epochs.map { $0.evaluations[0].scores.primary ?? .nan }
    #expect(history.best == chosen.firstIndex(of: chosen.max() ?? .nan))
    var best = -1.0
    for (place, epoch) in history.epochs.enumerated() {
      let isBest = chosen[place] > best
      best = max(best, chosen[place])
      #expect(epoch.evaluations[1].isHeldOut && epoch.evaluations[1].isMeasured == (isBest || place == 5))
      if epoch.evaluations[1].isMeasured { #expect(epoch.evaluations[1].scores == plain.epochs[place].evaluations[1].scores) }
    }
    #expect(history.epochs.contains { !$0.evaluations[1].isMeasured })
  }

  @Test("a run that ends early is measured after its last epoch too")
  func patience() throws {
    let history = try run(true, rate: 1e-9, patience: 2).run().history
    #expect(history.epochs.map(\.evaluations[1].isMeasured) == [true, false, true])
  }

  @Test("a run that is stopped anywhere ends with the same bits")
  func resumption() throws {
    let straight = try run(true), expected = try straight.run().history
    var stops = 0
    for question in stride(from: 1, through: 90, by: 7) {
      try withTemporaryFolder { folder in
        func part(stopAt question: Int?) throws -> FineTuning {
          var run = try run(true)
          run.checkpoint = Checkpoint(url: folder.appending(path: "checkpoint.safetensors"), identity: "r")
          run.checkpointInterval = 0
          var asked = 0
          run.shouldStop = {
            asked += 1
            return asked == question
          }
          return run
        }
        do { _ = try part(stopAt: question).run() } catch is Interruption {
          stops += 1
          let rest = try part(stopAt: nil), history = try rest.run().history
          #expect(history == expected || history.epochs == expected.epochs, "\(question)")
          #expect(rest.bits == straight.bits, "\(question)")
        }
      }
    }
    #expect(stops > 5)
  }

  @Test("tensors hold their answers of the best and the last epoch, and no number where nothing was measured")
  func tensors() throws {
    let run = try run(true), history = try run.run().history
    let root = history.tensors(of: run.objective)
    let scores = try #require(root.dataset("evaluation/test/accuracy")?.numbers)
    #expect(scores.map(\.isNaN) == history.epochs.map { !$0.evaluations[1].isMeasured })
    #expect(root.dataset("predictions/test/best")?.shape == [13] && root.dataset("predictions/test/last")?.shape == [13])
  }
}
