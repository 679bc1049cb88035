// Where one method, set so, is another: they then train with the same bits.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Identities between methods")
struct MethodIdentityTests {
  private let pair: [String: OptionValue] = [
    "rank": .integer(3), "alpha": .number(5), "dropout": .number(0.1), "targets": .texts(["all-linear"]),
  ]

  private func subject(_ id: String, _ options: [String: OptionValue], _ architecture: Architecture = .roberta) throws
    -> MethodSubject
  {
    try MethodSubject(
      id, options, configuration: MethodSubject.configuration(architecture), weightDecay: 0.01, on: CPUBackend(threads: 1))
  }

  /// Trains both and compares every step and the model's parameters; `own` says which of the method's own must be equal.
  private func expectEqual(_ a: MethodSubject, _ b: MethodSubject, own: (MethodSubject) -> [Parameter] = { $0.method.parameters })
    throws
  {
    let (first, second) = (own(a), own(b))
    #expect(first.map(\.shape) == second.map(\.shape))
    #expect(first.map(\.tensor.values) == second.map(\.tensor.values), "they start equal")
    let (left, right) = (try a.train(0..<MethodSubject.steps), try b.train(0..<MethodSubject.steps))
    #expect(left.map(\.loss) == right.map(\.loss))
    #expect(left.map(\.gradientNorm) == right.map(\.gradientNorm))
    #expect(left.map(\.trainable) == right.map(\.trainable))
    #expect(left.map(\.floatingPointOperations) == right.map(\.floatingPointOperations))
    #expect(first.map(\.tensor.values) == second.map(\.tensor.values))
    #expect(a.model.parameters.map(\.tensor.values) == b.model.parameters.map(\.tensor.values))
    #expect(a.logits == b.logits)
  }

  @Test("LoRA-drop that keeps all layers is LoRA", arguments: [Architecture.roberta, .deberta])
  func loraDrop(architecture: Architecture) throws {
    let drop = try subject("loradrop", pair.merging(["threshold": .number(1)]) { $1 }, architecture)
    #expect(drop.method.preliminary?.length == .epochs(3))
    try expectEqual(drop, try subject("lora", pair, architecture))
    let kept = try subject("loradrop", pair.merging(["keep": .integer(2)]) { $1 }, architecture)
    try expectEqual(kept, try subject("lora", pair, architecture))
  }

  @Test("PRILoRA of one rank that does not prune is LoRA", arguments: [0.0, 0.5])
  func priLoRA(ratio: Double) throws {
    let options: [String: OptionValue] = [
      "rank_first": .integer(3), "rank_last": .integer(3), "alpha": .number(5), "dropout": .number(0.1),
      "prune_ratio": .number(ratio), "prune": .text(ratio == 0 ? "importance" : "none"), "interval": .integer(2),
    ]
    let subject = try subject("prilora", options)
    #expect(!subject.method.needsEveryToken)
    try expectEqual(subject, try self.subject("lora", pair))
    #expect(subject.method.diagnostics.map(\.path) == ["ranks/value"])
  }

  @Test("SoRA with open gates that nothing moves is LoRA")
  func soRA() throws {
    let sora = try subject("sora", pair.merging(["xi": .number(0), "eta": .number(0)]) { $1 })
    let lora = try subject("lora", pair)
    let matrices = { (subject: MethodSubject) in subject.method.parameters.filter { !$0.name.hasSuffix("gate") } }
    for gate in sora.method.parameters where gate.name.hasSuffix("gate") {
      gate.tensor.assign([1, 1, 1])
      gate.isTrainable = false
    }
    for (matrix, other) in zip(matrices(sora), matrices(lora)) { matrix.tensor.assign(other.tensor.values) }
    try expectEqual(sora, lora, own: matrices)
  }

  @Test("SparseAdapter that keeps all is LoRA from where it starts")
  func sparseAdapter() throws {
    let sparse = try subject("sparseadapter", pair.merging(["keep": .number(1)]) { $1 })
    let lora = try subject("lora", pair)
    let method = try #require(sparse.method as? SparseAdapter)
    #expect(method.pruning.count == 24 && method.pruning.allSatisfy { $0.kept.allSatisfy { $0 } })
    #expect(method.idleParameters == 0)
    for (matrix, other) in zip(lora.method.parameters, method.parameters) { matrix.tensor.assign(other.tensor.values) }
    try expectEqual(sparse, lora)
  }

  @Test("AdaLoRA whose target is its first rank never prunes")
  func adaLoRA() throws {
    let options: [String: OptionValue] = [
      "initial_rank": .integer(3), "target_rank": .integer(3), "initial_fraction": .number(0.1),
      "final_fraction": .number(0.2), "interval": .integer(1),
    ]
    let subject = try subject("adalora", options)
    let method = try #require(subject.method as? AdaLoRA)
    for step in 0..<MethodSubject.steps {
      try subject.train(step..<step + 1)
      #expect(method.allocation.budget == 36)
      #expect(method.allocation.kept.allSatisfy { $0.kept == [true, true, true] })
    }
    #expect(method.keptParameters == method.parameters.reduce(0) { $0 + $1.count })
  }

  @Test("scales that agree make rsLoRA LoRA; LoRA+ of ratio 1 is LoRA")
  func kin() throws {
    let lora: () throws -> MethodSubject = {
      try subject("lora", ["rank": .integer(4), "alpha": .number(16)])
    }
    try expectEqual(try subject("rslora", ["rank": .integer(4), "alpha": .number(8)]), try lora())
    try expectEqual(
      try subject("lora-plus", ["rank": .integer(4), "alpha": .number(16), "ratio": .number(1)]), try lora())
    let plus = try subject("lora-plus", ["rank": .integer(4), "alpha": .number(16), "ratio": .number(16)])
    let faster = plus.parameters.filter { $0.rateFactor == 16 }
    #expect(faster.count == 4 + 2 && faster.allSatisfy { $0.name.contains("lora_B") || $0.group == .head && $0.shape.count == 1 })
    let result = try plus.train(0..<1), other = try lora().train(0..<1)
    #expect(result == other, "rates act on the update alone")
    #expect(plus.bits != (try lora()).bits)
  }

  @Test("AFLoRA that freezes at the very end is the one whose matrices always learn")
  func afLoRA() throws {
    let late = try subject("aflora", ["rank": .integer(3), "initial_epochs": .number(1.8), "final_fraction": .number(0)])
    try expectEqual(late, try subject("aflora", ["rank": .integer(3), "trainability": .text("trainable")]))
    #expect(try #require(late.method as? AFLoRA).frozenAt.allSatisfy { $0.updates == 10 })
  }
}
