// A class for each row: loss, answers, scores, strata.
import CPUBackend
import Datasets
import Layers
import Metrics
import Models
import Tensors
import Testing

@testable import Objectives

@Suite("Classification")
struct ClassificationTests {
  private let backend: CPUBackend
  private let model: Model
  private let objective = Classification(LabelledTask.sets { .class($0 % 3) }, classes: 3, metrics: [.accuracy])

  init() throws {
    backend = try CPUBackend(threads: 1)
    model = try LabelledTask.model(outputs: 3, on: backend)
  }

  @Test("its rows")
  func rows() {
    #expect(objective.training == RowSet(name: "train", lengths: [4, 5, 6, 4, 5, 6]))
    #expect(objective.validation.map(\.name) == ["matched", "mismatched"] && objective.validation[0].count == 40)
    #expect(objective.rows(of: .validation(1)) == objective.validation[1])
    #expect(objective.strata == Strata([0, 1, 2, 0, 1, 2], count: 3))
    #expect(objective.batch([1, 0], of: .training).offsets == [0, 5, 9])
    #expect(objective.extent.tokenTypes == 2)
    #expect(objective.extent.vocabulary == Int(objective.batch(Array(0..<40), of: .validation(0)).tokens.max() ?? 0) + 1)
  }

  @Test("the loss is the mean over the rows, and parts of a batch add up to it")
  func loss() {
    func loss(_ rows: [Int], over terms: Int) -> Tensor {
      let outputs = objective.outputs(of: model, rows, of: .training, pass: .evaluation, everyToken: false)
      return objective.loss(of: outputs, rows, over: terms)
    }
    let batch = objective.batch([3, 4, 5], of: .training)
    #expect(loss([3, 4, 5], over: 3).item == model.logits(batch, pass: .evaluation).crossEntropy([0, 1, 2]).item)
    #expect(objective.terms(of: [0, 1, 2, 3, 4, 5]) == 6)
    let whole = loss([0, 1, 2, 3, 4, 5], over: 6).item
    let parts = loss([0, 1], over: 6).item + loss([2, 3, 4, 5], over: 6).item
    #expect(abs(whole - parts) < 1e-6)
  }

  @Test("answers are in the rows' order, whatever the batches, and scored against the labels")
  func answers() throws {
    var batches = 0
    let answers = try objective.answers(of: model, set: 0, isLast: true) { batches += 1 }
    #expect(batches == 2)
    let logits = model.logits(objective.batch(Array(0..<40), of: .validation(0)), pass: .evaluation)
    let classes = logits.argmax().values
    #expect(answers.values == .integers(classes.map { Int64($0) }) && answers.parts.map(\.name) == ["logits", "loss"])
    guard case .numbers(let kept) = answers.parts[0].values else {
      Issue.record("no logits")
      return
    }
    #expect(kept.count == 120 && zip(kept, logits.values).allSatisfy { abs($0 - Double($1)) < 1e-5 })
    #expect(answers.columns(of: answers.parts[0]) == 3 && answers.columns(of: answers.parts[1]) == nil)
    let loss = Double(logits.crossEntropy((0..<40).map { Int32($0 % 3) }).item)
    #expect(abs(try #require(objective.scores(of: answers, set: 0)[.loss]) - loss) < 1e-5)
    let right = (0..<40).count { Int(classes[$0]) == $0 % 3 }
    #expect(objective.scores(of: answers, set: 0).primary == Double(right) / 40)
    #expect(objective.gold(of: .validation(1)) == Answers(.integers([0, 1, 2])))
    struct Stop: Error {}
    #expect(throws: Stop.self) { try objective.answers(of: model, set: 0, isLast: true) { throw Stop() } }
  }

  @Test("one answer to everything collapses where the right ones differ")
  func collapse() {
    #expect(objective.isCollapsed(Answers(.integers([1, 1, 1])), set: 1))
    #expect(!objective.isCollapsed(Answers(.integers([1, 1, 0])), set: 1))
    let same = Classification(LabelledTask.sets { _ in .class(0) }, classes: 3, metrics: [.accuracy])
    #expect(!same.isCollapsed(Answers(.integers([1, 1, 1])), set: 1))
  }
}
