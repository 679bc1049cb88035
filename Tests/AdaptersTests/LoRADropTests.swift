// What LoRA-drop measures, shares and leaves.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("LoRA-drop")
struct LoRADropTests {
  private func subject(_ options: [String: OptionValue]) throws -> (subject: MethodSubject, method: LoRADrop) {
    let options: [String: OptionValue] = ["rank": .integer(3), "sample_epochs": .integer(2)].merging(options) { $1 }
    let subject = try MethodSubject(
      "loradrop", options, configuration: MethodSubject.configuration(.deberta), on: CPUBackend(threads: 1))
    return (subject, try #require(subject.method as? LoRADrop))
  }

  @Test("layers that share learn from one pair of matrices")
  func sharing() throws {
    let (subject, method) = try subject(["variant": .text("inverse"), "threshold": .number(1)])
    // all would be kept, so all share
    #expect(method.selection == [.shared, .shared, .shared, .shared])
    #expect(
      method.parameters.map(\.name) == [
        "shared.query.lora_A", "shared.query.lora_B", "shared.value.lora_A", "shared.value.lora_B",
      ])
    try subject.train(0..<3)
    let changes = subject.model.projections.compactMap { $0.adapter?.weightChange?.values }
    #expect(changes.count == 4 && changes[0] == changes[2] && changes[1] == changes[3] && changes[0] != changes[1])
  }

  @Test("as many layers are as many parameters, whichever they are", arguments: ["share", "random", "top", "least"])
  func budget(variant: String) throws {
    let (_, method) = try subject(["variant": .text(variant), "keep": .integer(1)])
    // of each of two types one layer keeps its own, and one has the shared one
    #expect(method.selection.count { $0 == .own } == 2 && method.selection.count { $0 == .shared } == 2)
    #expect(method.parameters.reduce(0) { $0 + $1.count } == 4 * 3 * 16)
    let importance = method.importance
    for role in 0..<2 where variant == "share" || variant == "least" {
      let isFirstKept = method.selection[role] == .own
      #expect((importance[role] > importance[role + 2]) == (isFirstKept == (variant == "share")))
    }
  }

  @Test("layers without a share are as they were")
  func withoutShare() throws {
    let (subject, method) = try subject(["variant": .text("without-share"), "keep": .integer(1)])
    #expect(method.selection.count { $0 == .own } == 2 && method.selection.count { $0 == .none } == 2)
    #expect(subject.model.projections.count { $0.adapter != nil } == 2)
    #expect(method.parameters.reduce(0) { $0 + $1.count } == 2 * 3 * 16)
    #expect(method.measures["kept.query"] == 1 && method.measures["kept.value"] == 1)
  }

  @Test("squared norms are those of the change of the weights, over each sequence's tokens")
  func squaredNorms() throws {
    let backend = try CPUBackend(threads: 1), batch = MethodSubject.batch(2)
    let model = try ModelLoader.random(MethodSubject.configuration(.deberta), seed: 5, on: backend)
    let host = MethodSubject.host(model, steps: 10, on: backend)
    let options = try MethodOptions(["rank": .integer(3)], for: LoRADrop.description)
    host.prepare()
    let pairs = try LoRA.attach(options, scale: 0.7, method: LoRADrop.description, on: host)
    for (index, pair) in pairs.enumerated() {
      pair.b.tensor.assign(
        Tensor.normal(
          RandomStream(seed: 1, purpose: .initialization, index: UInt32(index)), deviation: 1, shape: [8, 3], on: backend
        )
        .values)
    }
    // what goes into the query and value of the last layer is what the first one leaves
    final class States { var values: [[Float]] = [] }
    let states = States()
    _ = model.logits(
      batch, pass: .evaluation, observer: ModelObserver(hiddenStates: { _, x in states.values.append(x.values) }))
    let measured = try OutputNorms.measure(pairs, on: OneBatch(model: model, batch: batch, backend: backend))
    for (index, pair) in pairs.enumerated() {
      let change = try #require(pair.adapter.weightChange).values, input = states.values[pair.projection.layer]
      for sequence in 0..<batch.count {
        var expected = 0.0
        for token in batch.offsets[sequence]..<batch.offsets[sequence + 1] {
          for row in 0..<8 {
            let output = (0..<8).reduce(0.0) { $0 + Double(change[row * 8 + $1]) * Double(input[token * 8 + $1]) }
            expected += output * output
          }
        }
        #expect(abs(measured[index][sequence] - expected) < 1e-5 * expected)
      }
    }
  }

  @Test("the verification evaluates the trained LoRA with a part of its layers", arguments: ["only-most", "only-least"])
  func verification(variant: String) throws {
    let (subject, method) = try subject(["variant": .text(variant), "keep": .integer(1)])
    let lora = try MethodSubject(
      "lora", ["rank": .integer(3)], configuration: MethodSubject.configuration(.deberta), on: CPUBackend(threads: 1))
    #expect(method.preliminary == nil && method.lastSample == .share(0.1))
    let steps = try subject.train(0..<MethodSubject.steps)
    #expect(try lora.train(0..<MethodSubject.steps) == steps, "it trains as LoRA does")
    #expect(method.diagnostics.isEmpty)
    let whole = subject.logits
    try method.beforeLastEvaluation(OneBatch(model: subject.model, batch: MethodSubject.batch(2), backend: subject.backend))
    let importance = method.importance
    for role in 0..<2 {
      // two layers of each role: the one of more importance is kept, or the other
      let keptFirst = method.selection[role] == .own
      #expect(method.selection[role + 2] == (keptFirst ? .none : .own))
      #expect((importance[role] > importance[role + 2]) == (keptFirst == (variant == "only-most")))
    }
    #expect(subject.logits != whole)
    #expect(subject.model.projections.count { $0.adapter != nil } == 2)
    #expect(method.diagnostics.map(\.path).contains("importance/selection"))
  }

  @Test("a verification keeps as many layers as LoRA-drop does, whatever the trained LoRA's importances say")
  func verifiedCount() throws {
    /// The largest importance among the two layers of each role, query and value.
    func largest(_ method: LoRADrop) -> [Double] { (0..<2).map { max(method.importance[$0], method.importance[$0 + 2]) } }
    func verified(_ options: [String: OptionValue]) throws -> (subject: MethodSubject, method: LoRADrop, steps: [StepResult]) {
      let (subject, method) = try subject(options.merging(["variant": .text("only-most")]) { $1 })
      let steps = try subject.train(0..<MethodSubject.steps)
      try method.beforeLastEvaluation(OneBatch(model: subject.model, batch: MethodSubject.batch(2), backend: subject.backend))
      return (subject, method, steps)
    }
    let before = largest(try subject(["keep": .integer(1)]).method), after = largest(try verified(["keep": .integer(1)]).method)
    let lora = try MethodSubject(
      "lora", ["rank": .integer(3)], configuration: MethodSubject.configuration(.deberta), on: CPUBackend(threads: 1))
    let expectedSteps = try lora.train(0..<MethodSubject.steps)
    for role in 0..<2 {
      // one layer reaches this threshold by the one measurement, and none by the other
      let threshold = (before[role] + after[role]) / 2
      #expect(before[role] != after[role])
      let drop = try subject(["threshold": .number(threshold)]).method
      let (subject, method, steps) = try verified(["threshold": .number(threshold)])
      #expect(steps == expectedSteps, "it trains as LoRA does")
      #expect(method.preliminary == drop.preliminary)
      for kept in ["kept.query", "kept.value"] { #expect(method.measures[kept] == drop.measures[kept]) }
      #expect(drop.measures[role == 0 ? "kept.query" : "kept.value"] == (before[role] >= threshold ? 1 : 2))
      // both measurements are on record
      let importance = try #require(drop.diagnostics.first { $0.path == "importance/value" }).values
      #expect(method.diagnostics.first { $0.path == "before/value" }?.values == importance)
      #expect(method.diagnostics.contains { $0.path == "importance/value" && $0.values != importance })
      #expect(subject.model.projections.count { $0.adapter != nil } == method.selection.count { $0 == .own })
      #expect(method.parameters.count == 2 * method.selection.count { $0 == .own })
    }
  }

  @Test("a verification that was saved after its preliminary knows how many layers to keep")
  func verificationState() throws {
    let options: [String: OptionValue] = ["variant": .text("only-least"), "threshold": .number(0.5), "rank": .integer(3)]
    let (subject, method) = try subject(options)
    let restored = try MethodSubject(
      LoRADrop.self, options, configuration: MethodSubject.configuration(.deberta), restoring: method.state,
      on: CPUBackend(threads: 1))
    let other = try #require(restored.method as? LoRADrop)
    #expect(other.parameters.map(\.name) == method.parameters.map(\.name))
    for (subject, method) in [(subject, method), (restored, other)] {
      try subject.train(0..<MethodSubject.steps)
      try method.beforeLastEvaluation(OneBatch(model: subject.model, batch: MethodSubject.batch(2), backend: subject.backend))
    }
    #expect(other.selection == method.selection && other.selection.count { $0 == .own } == 2)
    #expect(other.diagnostics == method.diagnostics)
  }

  @Test("norms after training are those of each layer's own input, shared matrices or not")
  func finalNorms() throws {
    let (subject, method) = try subject(["final_norms": .flag(true), "keep": .integer(1)])
    let (plain, _) = try self.subject(["keep": .integer(1)])
    #expect(method.preliminary != nil && method.lastSample == .share(0.1))
    #expect(try subject.train(0..<4) == plain.train(0..<4), "measuring changes no update")
    let sample = OneBatch(model: subject.model, batch: MethodSubject.batch(2), backend: subject.backend)
    let adapted = subject.model.projections.filter { $0.adapter != nil }
    let changes = try adapted.map { try #require($0.adapter?.weightChange).values }
    final class Inputs { var values: [[Float]] = [] }
    let inputs = Inputs()
    _ = subject.model.logits(
      sample.batch, pass: .evaluation, observer: ModelObserver(hiddenStates: { _, x in inputs.values.append(x.values) }))
    try method.beforeLastEvaluation(sample)
    let recorded = try #require(method.diagnostics.first { $0.path == "final/example_squared_norm" })
    #expect(recorded.shape == [4, sample.batch.count])
    guard case .numbers(let norms) = recorded.values else { throw AdapterError.state("final", "holds no numbers") }
    for (index, projection) in adapted.enumerated() {
      let input = inputs.values[projection.layer]
      for sequence in 0..<sample.batch.count {
        var expected = 0.0
        for token in sample.batch.offsets[sequence]..<sample.batch.offsets[sequence + 1] {
          for row in 0..<8 {
            let output = (0..<8).reduce(0.0) { $0 + Double(changes[index][row * 8 + $1]) * Double(input[token * 8 + $1]) }
            expected += output * output
          }
        }
        #expect(abs(norms[index * sample.batch.count + sequence] - expected) < 1e-4 * expected)
      }
    }
  }
}

private struct OneBatch: MeasuredSample {
  let model: Model
  let batch: TokenBatch
  let backend: any Backend
  var rows: [Int] { Array(0..<batch.count) }

  func forward(_ body: (TokenBatch) -> Void) {
    backend.withoutGradients { _ = model.logits(batch, pass: .evaluation, everyToken: true) }
    body(batch)
  }

  func addGradients() {}
}
