// What PiSSA starts from, and that it trains as LoRA does from there.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("PiSSA")
struct PiSSATests {
  private let options: [String: OptionValue] = [
    "rank": .integer(3), "alpha": .number(5), "dropout": .number(0.1), "targets": .texts(["all-linear"]),
  ]

  private func subject(_ id: String, _ more: [String: OptionValue] = [:], seed: UInt64 = 3) throws -> (Model, any TuningMethod) {
    let backend = try CPUBackend(threads: 1)
    let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
    let host = MethodSubject.host(model, seed: seed, steps: 10, on: backend)
    return (model, try MethodRegistry.attach(id, options: options.merging(more) { $1 }, to: host))
  }

  /// Each layer's part that learns.
  private func products(_ model: Model) throws -> [[Float]] {
    try model.projections.map { try #require($0.adapter?.weightChange).values }
  }

  @Test("B A · alpha / rank is the sum of a weight's largest components, whatever alpha is") func start() throws {
    let plain = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: CPUBackend(threads: 1))
    for alpha in [1.0, 5, 48] {
      let (model, method) = try subject("pissa", ["alpha": .number(alpha)])
      for (index, product) in try products(model).enumerated() {
        let linear = plain.projections[index].linear, weight = linear.weight.tensor.values
        let parts = SingularValueDecomposition(weight, rows: linear.outputSize, columns: linear.inputSize, count: 3)
        for (place, entry) in product.enumerated() {
          let (row, column) = place.quotientAndRemainder(dividingBy: linear.inputSize)
          let sum = (0..<3).reduce(0) { $0 + parts.values[$1] * parts.left[$1][row] * parts.right[$1][column] }
          #expect(abs(Double(entry) - sum) < 1e-6)
        }
        // A and B are as large as each other
        let norms = method.parameters[2 * index..<2 * index + 2].map { $0.tensor.values.reduce(0) { $0 + $1 * $1 } }
        #expect(abs(norms[0] - norms[1]) < 1e-5 * norms[0])
      }
    }
  }

  @Test("it trains as LoRA from the same matrices beside the same weights") func identity() throws {
    func trained(_ id: String) throws -> MethodSubject {
      try MethodSubject(
        id, options, configuration: MethodSubject.configuration(.deberta), weightDecay: 0.01, on: CPUBackend(threads: 1))
    }
    let (pissa, lora) = (try trained("pissa"), try trained("lora"))
    for (other, own) in zip(lora.parameters, pissa.parameters) { other.tensor.assign(own.tensor.values) }
    let (found, expected) = (try pissa.train(0..<MethodSubject.steps), try lora.train(0..<MethodSubject.steps))
    #expect(found == expected && pissa.bits == lora.bits)
  }

  @Test(
    "the approximate decomposition draws, and leaves the less of the weights the more it iterates, at best what the exact one leaves"
  )
  func iterations() throws {
    func rest(_ more: [String: OptionValue], seed: UInt64 = 3) throws -> Double {
      try subject("pissa", more, seed: seed).0.projections.flatMap { $0.linear.weight.tensor.values }
        .reduce(0) { $0 + Double($1) * Double($1) }
    }
    let exact = try rest([:]), one = try rest(["iterations": .integer(1)]), many = try rest(["iterations": .integer(1000)])
    #expect(one > exact * 1.0001 && abs(many - exact) < 1e-4 * exact)
    #expect(try rest(["iterations": .integer(1)]) == one && rest(["iterations": .integer(1)], seed: 4) != one)
    #expect(try rest([:], seed: 4) == exact)
  }
}
