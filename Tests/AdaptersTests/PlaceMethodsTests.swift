// The places that no method of the program attaches to, each with a method of these tests: gradients, learning, and nothing left behind.
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Adapters
@testable import Training

@Suite("Norms, virtual tokens, keys and values")
struct PlaceMethodsTests {
  private static let ids = ["norm-scaling", "prompt-tuning", "prefix-tuning"]

  private func loss(_ subject: MethodSubject) -> Float {
    subject.backend.withoutGradients { subject.stepper.taskLoss(subject.rows(7), pass: .evaluation).item }
  }

  @Test("gradients are those of differences", arguments: ids, MethodSubject.Setting.all)
  func gradients(id: String, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(MethodCase.named(id), setting)
    _ = subject.stepper.gradients(subject.rows(7), pass: .evaluation)
    for parameter in subject.method.parameters {
      let gradient = try #require(parameter.gradient).values, values = parameter.tensor.values
      let scale = max(1e-3, gradient.map(abs).max() ?? 0)
      for place in stride(from: 0, to: values.count, by: 5) {
        func loss(_ change: Float) -> Double {
          var moved = values
          moved[place] += change
          parameter.tensor.assign(moved)
          return Double(self.loss(subject))
        }
        let step: Float = 4e-3, difference = Float((loss(step) - loss(-step)) / Double(2 * step))
        #expect(abs(gradient[place] - difference) < 0.03 * scale + 2e-4, "\(parameter.name), \(place)")
        parameter.tensor.assign(values)
      }
    }
  }

  @Test("training lowers the loss", arguments: ids, MethodSubject.Setting.all)
  func learns(id: String, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(MethodCase.named(id), setting)
    for parameter in subject.model.parameters { parameter.isTrainable = false }
    let before = loss(subject)
    for step in 0..<10 { _ = try subject.stepper.step(step, subject.rows(7), pass: .evaluation) }
    #expect(loss(subject) < before - 1e-3)
  }

  @Test("what virtual tokens and prefixes put before a sequence does not reach its neighbours", arguments: ids)
  func packing(id: String) throws {
    for setting in MethodSubject.Setting.all {
      let subject = try MethodSubject(MethodCase.named(id), setting)
      let sequences: [[Int32]] = [[3, 4, 5, 6, 7], [8, 9], [10, 11, 12]]
      func logits(_ sequences: [[Int32]]) -> [Float] {
        subject.backend.withoutGradients { subject.model.logits(TokenBatch(sequences: sequences), pass: .evaluation).values }
      }
      let together = logits(sequences), apart = sequences.flatMap { logits([$0]) }
      #expect(together.count == apart.count && zip(together, apart).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  private static let whole: [Int32] = [5, 6, 7, 8, 9]

  /// The hidden states of every layer of a batch of one sequence, the embeddings' first.
  private func states(_ body: any Backbone, _ tokens: [Int32]) -> [Tensor] {
    final class Seen { var states: [Tensor] = [] }
    let seen = Seen()
    _ = body.hiddenStates(
      TokenBatch(sequences: [tokens]), rows: .every, pass: .evaluation,
      observer: ModelObserver(hiddenStates: { _, x in seen.states.append(x) }))
    return seen.states
  }

  @Test("virtual tokens that are a sequence's first states leave the others what they are, relative positions included")
  func virtualTokens() throws {
    final class Tokens: SequenceAdapter {
      let states: Tensor
      init(_ states: Tensor) { self.states = states }
      func prefix(pass: Pass) -> Tensor { states }
    }
    // DeBERTa's embeddings know no position
    let body = try MethodSubject(MethodCase.named("lora"), .deberta).model.backbone
    let expected = states(body, Self.whole)
    body.embedded.adapter = Tokens(expected[0].rows([0, 1]))
    for (rows, places) in [(RowSelection.every, [2, 3, 4]), (.first, [2]), (.last, [4]), (.some([0, 2]), [2, 4])] {
      let found = body.hiddenStates(TokenBatch(sequences: [Array(Self.whole.dropFirst(2))]), rows: rows, pass: .evaluation)
      let wanted = expected[2].rows(places.map { Int32($0) })
      #expect(found.shape == wanted.shape && zip(found.values, wanted.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test("keys and values that are a sequence's first leave the others what they are, relative positions included")
  func keysAndValues() throws {
    let body = try MethodSubject(MethodCase.named("lora"), .deberta).model.backbone
    let expected = states(body, Self.whole)
    for place in body.keysAndValues {
      func projected(_ role: ProjectionRole) throws -> Tensor {
        let projection = try #require(body.projections.first { $0.layer == place.layer && $0.role == role })
        return projection(expected[place.layer].rows([0, 1]), pass: .evaluation)
      }
      place.adapter = Fixed(try projected(.key), try projected(.value))
    }
    for (rows, places) in [(RowSelection.every, [2, 3, 4]), (.first, [2]), (.last, [4])] {
      let found = body.hiddenStates(TokenBatch(sequences: [Array(Self.whole.dropFirst(2))]), rows: rows, pass: .evaluation)
      let wanted = expected[2].rows(places.map { Int32($0) })
      #expect(found.shape == wanted.shape && zip(found.values, wanted.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  private final class Fixed: KeyValueAdapter {
    let (keys, values): (Tensor, Tensor)
    var count: Int { keys.shape[0] }
    init(_ keys: Tensor, _ values: Tensor) { (self.keys, self.values) = (keys, values) }
    func prefix(pass: Pass) -> (keys: Tensor, values: Tensor) { (keys, values) }
  }

  @Test("a sequence's own keys and values once more change nothing")
  func doubled() throws {
    let body = try MethodSubject(MethodCase.named("lora")).model.backbone
    let expected = states(body, Self.whole)
    for place in body.keysAndValues {
      func projected(_ role: ProjectionRole) throws -> Tensor {
        let projection = try #require(body.projections.first { $0.layer == place.layer && $0.role == role })
        return projection(expected[place.layer], pass: .evaluation)
      }
      place.adapter = Fixed(try projected(.key), try projected(.value))
    }
    let found = states(body, Self.whole)
    for (found, expected) in zip(found, expected) {
      #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}
