// Evaluation, the choice of the best epoch, and runs that go to infinity.
import CPUBackend
import Datasets
import Foundation
import Metrics
import Models
import Objectives
import Storage
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Evaluation")
struct EvaluationTests {
  @Test("answers do not depend on the order of the examples", arguments: [false, true])
  func order(regression: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let model = try ModelLoader.random(
      TinyTask.configuration(classes: regression ? 1 : 2), seed: 2, deviation: 0.6, on: backend)
    let examples = TinyTask.examples(70, regression: regression)
    let order = (0..<70).map { ($0 * 37 + 11) % 70 }
    func evaluation(_ examples: [EncodedExample]) throws -> Evaluation {
      let sets = LabelledSets(training: [], validation: [("validation", examples)])
      let objective: any Objective =
        regression ? Regression(sets, metrics: [.spearman]) : Classification(sets, classes: 2, metrics: [.accuracy])
      return try Evaluation.run(model, objective, set: 0, backend: backend)
    }
    let straight = try evaluation(examples), shuffled = try evaluation(order.map { examples[$0] })
    switch (straight.predictions.values, shuffled.predictions.values) {
    case (.integers(let a), .integers(let b)):
      #expect(b == order.map { a[$0] })
      #expect(Set(a).count == 2)
      #expect(shuffled.scores.primary == straight.scores.primary)
      // a sum of floats over batches
      #expect(abs(try #require(shuffled.scores[.loss]) - #require(straight.scores[.loss])) < 1e-6)
      let right = zip(a, examples).filter { Label.class(Int($0.0)) == $0.1.label }.count
      #expect(straight.scores.primary == Double(right) / 70)
    case (.numbers(let a), .numbers(let b)):
      for (row, value) in b.enumerated() { #expect(abs(value - a[order[row]]) < 1e-5) }
      #expect(Set(a).count > 10)
    default: Issue.record("classes and scores are mixed")
    }
    #expect(backend.recordsGradients)
  }

  private func history(_ scores: [[Double?]]) -> TrainingHistory {
    var history = TrainingHistory()
    history.epochs = scores.enumerated().map { index, values in
      TrainingHistory.Epoch(
        updates: index + 1, meanLoss: 0,
        evaluations: values.map {
          Evaluation(name: "v", scores: Scores(entries: [.init(metric: .matthews, value: $0)]), predictions: Answers(.integers([])))
        })
    }
    return history
  }

  @Test("the best epoch is the first of equal ones, over all sets; undefined is worst")
  func best() {
    #expect(history([]).best == nil)
    #expect(history([[0.5], [0.7], [0.7], [0.6]]).best == 1)
    #expect(history([[0.5], [0.5], [0.5]]).best == 0)
    #expect(history([[0.9, 0.1], [0.6, 0.6], [0.1, 1]]).best == 1)
    #expect(history([[nil], [-0.5], [nil]]).best == 1)
    #expect(history([[nil], [nil]]).best == 0)
  }

  @Test("the average of trainable parameters")
  func averages() {
    var history = TrainingHistory()
    #expect(history.averageTrainable == 0)
    history.steps = [10, 10, 4].map {
      StepResult(
        taskLoss: 0, loss: 0, learningRate: 0, headLearningRate: 0, gradientNorm: 0, trainable: $0, trainableWithHead: $0,
        tokens: 0, floatingPointOperations: 0)
    }
    #expect(history.averageTrainable == 8)
  }

  @Test("a rate that is far too high ends the run, not the program", arguments: ["fft", "lora", "aflora"], [false, true])
  func divergence(id: String, regression: Bool) throws {
    try withTemporaryFolder { folder in
      var settings = TinyTask.settings(learningRate: 1e30)
      settings.headLearningRate = 1e30
      settings.warmup = .steps(0)
      var run = try TinyTask.fineTuning(id, regression: regression, settings: settings)
      run.weights = folder
      let (history, outcome) = try run.run()
      guard case .diverged(let divergence) = outcome else {
        Issue.record("it did not diverge: \(outcome)")
        return
      }
      #expect(divergence.step == history.steps.count)
      #expect(divergence.step >= 1)
      #expect(["loss", "gradient norm"].contains(divergence.quantity))
      #expect(!divergence.value.isFinite)
      #expect(history.steps.allSatisfy { $0.loss.isFinite && $0.gradientNorm.isFinite && $0.trainable > 0 })
      #expect(history.epochs.count == history.steps.count / 5)
      let saved = try SafetensorsFile(url: folder.appendingPathComponent("last.safetensors"))
      let stepper = run.makeStepper()
      let learned = stepper.optimizer.parameters.filter(stepper.isSaved)
      #expect(saved.descriptions.map(\.name).sorted() == learned.map(\.name).sorted())
    }
  }

  @Test("the parameters of a diverged step are those before it")
  func divergedStep() throws {
    let run = try TinyTask.fineTuning("lora")
    let rows = [0, 1, 2, 3]
    let stepper = run.makeStepper()
    _ = try stepper.step(0, rows, pass: .evaluation)
    let weight = run.model.head.output.weight.tensor
    weight.assign([Float](repeating: .nan, count: weight.count))
    let before = run.bits
    #expect {
      try stepper.step(1, rows, pass: .evaluation)
    } throws: { error in
      let divergence = error as? Divergence
      return divergence?.step == 1 && divergence?.quantity == "loss" && "\(error)" == "loss nan at step 1"
    }
    #expect(run.bits == before)
  }
}
