// LoRA-FA is LoRA whose A does not learn; and what its projected gradient is.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("LoRA-FA")
struct LoRAFATests {
  private let options: [String: OptionValue] = ["rank": .integer(3), "alpha": .number(5), "targets": .texts(["all-linear"])]

  private func subject(_ id: String, _ more: [String: OptionValue] = [:]) throws -> MethodSubject {
    try MethodSubject(
      id, options.merging(more) { $1 }, configuration: MethodSubject.configuration(.deberta), weightDecay: 0.01,
      on: CPUBackend(threads: 1))
  }

  @Test("LoRA with its As frozen is LoRA-FA") func identity() throws {
    let (fixed, lora) = (try subject("lora-fa"), try subject("lora"))
    for parameter in lora.method.parameters where parameter.name.hasSuffix("lora_A.weight") { parameter.isTrainable = false }
    let (found, expected) = (try fixed.train(0..<MethodSubject.steps), try lora.train(0..<MethodSubject.steps))
    #expect(found == expected && fixed.bits == lora.bits)
  }

  @Test("the projected gradient is that whose product with s² A Aᵀ is the plain one, and the norm is the plain one's")
  func projection() throws {
    let plain = try subject("lora-fa"), subject = try subject("lora-fa", ["projected_gradient": .flag(true)])
    #expect(try subject.train(0..<1)[0].gradientNorm == plain.train(0..<1)[0].gradientNorm)
    #expect(subject.bits != plain.bits)
    _ = subject.stepper.gradients(subject.rows(1), pass: .evaluation)
    let pairs = stride(from: 0, to: subject.method.parameters.count, by: 2).map {
      (a: subject.method.parameters[$0], b: subject.method.parameters[$0 + 1])
    }
    let gradients = pairs.map { $0.b.gradient?.copied() }
    subject.method.beforeStep(1)
    subject.method.beforeUpdate(step: 1)
    for (pair, gradient) in zip(pairs, gradients) {
      let expected = try #require(gradient).values, projected = try #require(pair.b.gradient)
      let gram = pair.a.tensor.linear(weight: pair.a.tensor, bias: nil), scale: Float = 5 / 3
      let again = projected.matmul(gram).scaled(by: scale * scale).values, largest = expected.map(abs).max() ?? 0
      #expect(again.count == expected.count && zip(again, expected).allSatisfy { abs($0 - $1) < 1e-4 * largest }, "\(pair.b.name)")
    }
  }

  @Test("a rank above a layer's width, where A Aᵀ has no inverse, trains all the same") func singular() throws {
    let subject = try subject("lora-fa", ["projected_gradient": .flag(true), "rank": .integer(20)])
    #expect(try subject.train(0..<5).allSatisfy { $0.loss.isFinite })
    #expect(subject.method.parameters.allSatisfy { $0.tensor.isFinite })
  }
}
