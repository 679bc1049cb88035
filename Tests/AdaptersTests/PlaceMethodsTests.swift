// Norms, virtual tokens, keys and values, each with a method that hangs there: gradients, learning, and nothing left behind.
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Adapters
@testable import Training

@Suite("Norms, virtual tokens, keys and values")
struct PlaceMethodsTests {
  private static let rows = MethodCase.all.filter { [.norms, .embedded, .keysAndValues].contains($0.place) }
  private static let onSettings = MethodCase.pairs(rows, MethodSubject.Setting.all) { $0.architecture }

  private func loss(_ subject: MethodSubject) -> Float {
    subject.backend.withoutGradients { subject.stepper.taskLoss(subject.rows(7), pass: .evaluation).item }
  }

  @Test("gradients are those of differences", arguments: onSettings)
  func gradients(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
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

  @Test("training lowers the loss", arguments: onSettings)
  func learns(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    for parameter in subject.model.parameters { parameter.isTrainable = false }
    let before = loss(subject)
    for step in 0..<10 { _ = try subject.stepper.step(step, subject.rows(7), pass: .evaluation) }
    #expect(loss(subject) < before - 1e-3)
  }

  @Test("what virtual tokens and prefixes put before a sequence does not reach its neighbours", arguments: onSettings)
  func packing(row: MethodCase, setting: MethodSubject.Setting) throws {
    let subject = try MethodSubject(row, setting)
    let sequences: [[Int32]] = [[3, 4, 5, 6, 7], [8, 9], [10, 11, 12]]
    func logits(_ sequences: [[Int32]]) -> [Float] {
      subject.backend.withoutGradients { subject.model.logits(TokenBatch(sequences: sequences), pass: .evaluation).values }
    }
    let together = logits(sequences), apart = sequences.flatMap { logits([$0]) }
    #expect(together.count == apart.count && zip(together, apart).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
