// SparseAdapter's scores and masks.
import CPUBackend
import Layers
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("SparseAdapter")
struct SparseAdapterTests {
  @Test("the lowest share of all entries together is gone for good", arguments: [0.0, 0.25, 0.5, 0.9])
  func masks(keep: Double) throws {
    let subject = try MethodSubject(
      "sparseadapter", ["rank": .integer(3), "keep": .number(keep)], configuration: MethodSubject.configuration(.deberta),
      weightDecay: 0.1, on: CPUBackend(threads: 1))
    let method = try #require(subject.method as? SparseAdapter)
    let count = 2 * 2 * 3 * 16
    let dropped = Int(((1 - keep) * Double(count)).rounded(.up))
    #expect(method.idleParameters == dropped && method.keptParameters == count - dropped)
    let pruning = method.pruning
    let scores = pruning.flatMap(\.scores), kept = pruning.flatMap(\.kept)
    #expect(kept.count { !$0 } == dropped)
    let lowest = zip(scores, kept).filter(\.1).map(\.0).min() ?? .infinity
    #expect(zip(scores, kept).allSatisfy { $1 || $0 <= lowest })
    try subject.train(0..<5)
    let values = method.parameters.flatMap(\.tensor.values)
    #expect(zip(values, kept).allSatisfy { ($0 == 0) == !$1 })
  }

  @Test("scores are |w · ∂L/∂w|, the gradient summed over the sample")
  func scores() throws {
    let backend = try CPUBackend(threads: 1)
    let subject = try MethodSubject(
      "sparseadapter", ["rank": .integer(2)], configuration: MethodSubject.configuration(.roberta), on: backend)
    let method = try #require(subject.method as? SparseAdapter)
    // the same start without masks
    let whole = try MethodSubject(
      "sparseadapter", ["rank": .integer(2), "keep": .number(1)], configuration: MethodSubject.configuration(.roberta), on: backend)
    for step in 50..<53 { _ = whole.stepper.gradients(MethodSubject.batch(step), pass: .evaluation) }
    for (parameter, found) in zip(whole.method.parameters, method.pruning) {
      let gradient = try #require(parameter.gradient).values
      #expect(found.scores == zip(parameter.tensor.values, gradient).map { abs($0 * $1) }, "\(parameter.name)")
    }
  }
}
