// A number for each row: loss, answers, scores, strata.
import CPUBackend
import Datasets
import Layers
import Metrics
import Models
import Tensors
import Testing

@testable import Objectives

@Suite("Regression")
struct RegressionTests {
  private let backend: CPUBackend
  private let model: Model
  private let objective = Regression(LabelledTask.sets { .score([0.1, -0.2, 0.5, 1.49, 5, 4.5][$0 % 6]) }, metrics: [.pearson])

  init() throws {
    backend = try CPUBackend(threads: 1)
    model = try LabelledTask.model(outputs: 1, on: backend)
  }

  @Test("scores are binned by their rounded value, halves away from zero")
  func strata() {
    #expect(objective.strata == Strata([0, 0, 1, 1, 5, 5], count: 1))
    #expect(objective.strata.ofRows[1].sign == .plus)
  }

  @Test("the loss is the mean squared distance, and parts of a batch add up to it")
  func loss() {
    func loss(_ rows: [Int], over terms: Int) -> Float {
      let outputs = objective.outputs(of: model, rows, of: .training, pass: .evaluation, everyToken: false)
      return objective.loss(of: outputs, rows, over: terms).item
    }
    let found = model.logits(objective.batch([2, 4], of: .training), pass: .evaluation).values
    let expected = ((found[0] - 0.5) * (found[0] - 0.5) + (found[1] - 5) * (found[1] - 5)) / 2
    #expect(abs(loss([2, 4], over: objective.terms(of: [2, 4])) - expected) < 1e-5)
    #expect(abs(loss([0, 1, 2, 3], over: 4) - loss([0], over: 4) - loss([1, 2, 3], over: 4)) < 1e-5)
  }

  @Test("answers are in the rows' order, and the right ones are those of float32")
  func answers() throws {
    let answers = try objective.answers(of: model, set: 1, isLast: true) {}
    let found = model.logits(objective.batch([0, 1, 2], of: .validation(1)), pass: .evaluation).values.map(Double.init)
    guard case .numbers(let values) = answers.values else { return #expect(Bool(false), "they are no numbers") }
    #expect(zip(values, found).allSatisfy { abs($0 - $1) < 1e-6 })
    let distances = zip(found, [Double(Float(0.1)), Double(Float(-0.2)), 0.5]).map { ($0 - $1) * ($0 - $1) }
    #expect(abs(try #require(objective.scores(of: answers, set: 1)[.loss]) - distances.reduce(0, +) / 3) < 1e-6)
    #expect(objective.gold(of: .validation(1)) == Answers(.numbers([Double(Float(0.1)), Double(Float(-0.2)), 0.5])))
    let gold = objective.gold(of: .validation(0))
    #expect(abs((objective.scores(of: gold, set: 0).primary ?? 0) - 1) < 1e-12)
  }
}
