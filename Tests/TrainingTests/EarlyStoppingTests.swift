// A run whose score no longer rises ends before its last epoch, with the same bits however often it is stopped on the way.
import Adapters
import Foundation
import Metrics
import Objectives
import Settings
import TestSupport
import Testing

@testable import Training

@Suite("Early stopping")
struct EarlyStoppingTests {
  private func settings(patience: Int?) -> TrainingSettings {
    var settings = TinyTask.settings(learningRate: 1e-9)
    settings.headLearningRate = 1e-9
    (settings.epochs, settings.earlyStoppingPatience) = (9, patience)
    return settings
  }

  @Test("it ends as many epochs after the best as the recipe says, on the schedule of all epochs")
  func patience() throws {
    let whole = try TinyTask.fineTuning("lora", settings: settings(patience: nil)).run().history
    #expect(whole.epochs.count == 9)
    let best = try #require(whole.best)
    for patience in [1, 2, 4] {
      let history = try TinyTask.fineTuning("lora", settings: settings(patience: patience)).run().history
      // nothing is learned at this rate: the first epoch is the best
      #expect(best == 0 && history.best == 0 && history.epochs.count == 1 + patience)
      #expect(history.steps == Array(whole.steps.prefix(history.steps.count)), "the same numbers up to its end")
      func scores(_ epochs: [TrainingHistory.Epoch]) -> [[Scores]] { epochs.map { $0.evaluations.map(\.scores) } }
      #expect(scores(history.epochs) == scores(Array(whole.epochs.prefix(1 + patience))))
    }
  }

  @Test("a run that is stopped anywhere, in an evaluation too, ends with the same bits")
  func resumption() throws {
    let straight = try TinyTask.fineTuning("lora", settings: settings(patience: 2))
    let expected = try straight.run().history
    /// Whether it was stopped before its end.
    func goesOn(after question: Int) throws -> Bool {
      try withTemporaryFolder { folder in
        func part(stopAt question: Int?) throws -> FineTuning {
          var run = try TinyTask.fineTuning("lora", settings: settings(patience: 2))
          run.checkpoint = Checkpoint(url: folder.appending(path: "checkpoint.safetensors"), identity: "r")
          run.checkpointInterval = 0
          var asked = 0
          run.shouldStop = {
            asked += 1
            return asked == question
          }
          return run
        }
        do {
          _ = try part(stopAt: question).run()
          return false
        } catch is Interruption {
          let rest = try part(stopAt: nil), history = try rest.run().history
          #expect(history.steps == expected.steps && history.epochs == expected.epochs && rest.bits == straight.bits, "\(question)")
          return true
        }
      }
    }
    let stops = try (1...100).prefix { try goesOn(after: $0) }
    #expect(stops.count > 15 && stops.count < 100, "\(stops.count)")
  }

  @Test("what must know its last epoch beforehand cannot be ended early")
  func refusals() throws {
    func problem(_ id: String, _ options: [String: OptionValue], texts: Bool = false, patience: Int? = 1) throws -> String? {
      let run = try TinyTask.fineTuning(id, options: options, settings: settings(patience: patience))
      return FineTuning.problem(ofPatience: run.settings, run.method, asksForTexts: texts)
    }
    #expect(try problem("lora", ["rank": .integer(2)]) == nil)
    #expect(try problem("lora", ["rank": .integer(2)], texts: true)?.contains("generate: every") ?? false)
    #expect(try problem("prilora", TinyTask.method["prilora"] ?? [:])?.contains("final_pruning") ?? false)
    #expect(try problem("prilora", TinyTask.method["prilora"] ?? [:], patience: nil) == nil)
  }
}
