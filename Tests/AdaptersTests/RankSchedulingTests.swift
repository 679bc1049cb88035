// Methods that take ranks away while they train: AdaLoRA's budget, SoRA's gates.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("AdaLoRA's budget")
struct AdaLoRATests {
  @Test("the budget is cubic between its ends")
  func budget() {
    let schedule = BudgetSchedule(
      initialBudget: 24, targetBudget: 12, initialSteps: 2, finalSteps: 2, interval: 2, totalSteps: 12)
    // 12 + 12 (1 - (t - 2) / 8)³
    #expect((0...12).map(schedule.budget) == [24, 24, 24, 20, 17, 14, 13, 12, 12, 12, 12, 12, 12])
    #expect((1...10).filter(schedule.prunes) == [4, 6, 8, 10])
  }

  @Test("triplets go, come back until the ranks are settled, and never after")
  func pruning() throws {
    let subject = try MethodSubject(try .named("adalora"))
    let method = try #require(subject.method as? AdaLoRA)
    let e = method.parameters.filter { $0.name.hasSuffix("lora_E") }
    #expect(e.count == 12)
    var kept = [36]
    var settled: [[Bool]] = []
    for step in 0..<MethodSubject.steps {
      try subject.train(step..<step + 1)
      kept.append(method.allocation.kept.reduce(0) { $0 + $1.kept.count { $0 } })
      let masks = method.allocation.kept.map(\.kept)
      let zeros = e.map { $0.tensor.values.map { $0 != 0 } }
      switch step {
      case 4, 6: #expect(zeros == masks)
      case 7...:
        #expect(zeros == masks)
        if settled.isEmpty { settled = masks }
        #expect(masks == settled)
      case 5: #expect(zeros.allSatisfy { $0.allSatisfy { $0 } }, "what was zeroed learns on")
      default: break
      }
    }
    // 24 + 12 (1 - (t - 3) / 4)³: 29 at step 4, 24 at steps 6 and 7; the first update is step 0
    #expect(kept == [36, 36, 36, 36, 36, 29, 29, 24, 24, 24, 24])
    let sizes = Dictionary(
      uniqueKeysWithValues: subject.model.projections.map { ("\($0.path).lora_E", $0.linear.inputSize + $0.linear.outputSize) })
    let expected = try method.allocation.kept.reduce(0) { $0 + $1.kept.count { $0 } * (1 + (try #require(sizes[$1.name]))) }
    #expect(method.keptParameters == expected)
    // those of highest importance are kept
    let scores = method.allocation.scores.map(\.scores)
    let lowest = zip(scores, settled).flatMap { zip($0, $1).filter(\.1).map(\.0) }.min() ?? 0
    #expect(zip(scores, settled).allSatisfy { zip($0, $1).allSatisfy { $1 || $0 < lowest } })
  }

  @Test("the authors' program counts updates from 0; a count from 1 is one update earlier", arguments: [0, 1])
  func firstStep(first: Int) throws {
    let backend = PlanningBackend()
    let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
    let host = MethodSubject.host(model, steps: 12, on: backend)
    host.prepare()
    let method = try AdaLoRA(
      MethodOptions(["initial_rank": .integer(2), "target_rank": .integer(1)], for: AdaLoRA.description), on: host,
      initialSteps: 2, finalSteps: 2, interval: 2, totalSteps: 12, firstStep: first)
    let budgets = (1...12).map { count in
      method.afterUpdate(FinishedUpdate(count: count, gradientScale: 1))
      return method.allocation.budget
    }
    let byStep = [24, 24, 24, 20, 17, 14, 13, 12, 12, 12, 12, 12, 12]
    #expect(budgets == byStep[first..<first + 12].map { $0 })
  }

  @Test("without a last phase the ranks are settled by the last update")
  func noLastPhase() throws {
    let subject = try MethodSubject(
      "adalora",
      [
        "initial_rank": .integer(3), "target_rank": .integer(2), "initial_steps": .integer(3), "final_steps": .integer(0),
        "interval": .integer(4),
      ], configuration: MethodSubject.configuration(.roberta), on: CPUBackend(threads: 1))
    let method = try #require(subject.method as? AdaLoRA)
    try subject.train(0..<MethodSubject.steps)
    #expect(method.allocation.budget == 24 && method.allocation.kept.reduce(0) { $0 + $1.kept.count { $0 } } == 24)
  }

  @Test("the regulariser is γ times the mean distance from orthonormal")
  func regulariser() throws {
    let subject = try MethodSubject(try .named("adalora"))
    let result = try subject.train(0..<1)[0]
    let fresh = try MethodSubject(try .named("adalora"))
    var distances: [Double] = []
    for parameter in fresh.method.parameters where !parameter.name.hasSuffix("E") {
      let values = parameter.tensor.values.map(Double.init), ofRows = parameter.name.hasSuffix("A")
      let length = parameter.count / 3
      func at(_ vector: Int, _ index: Int) -> Double { ofRows ? values[vector * length + index] : values[index * 3 + vector] }
      var sum = 0.0
      for i in 0..<3 {
        for j in 0..<3 {
          let product = (0..<length).reduce(0.0) { $0 + at(i, $1) * at(j, $1) } - (i == j ? 1 : 0)
          sum += product * product
        }
      }
      distances.append(sum.squareRoot())
    }
    let expected = 0.5 * distances.reduce(0, +) / 24
    #expect(distances.count == 24)
    #expect(abs(Double(result.loss - result.taskLoss) - expected) < 1e-5 * expected)
  }
}

@Suite("SoRA's gates")
struct SoRATests {
  private func after(_ gates: [Float], _ options: [String: OptionValue]) throws -> (gates: [Float], method: SoRA) {
    let subject = try MethodSubject(
      "sora", ["rank": .integer(gates.count), "targets": .texts(["query"])].merging(options) { $1 },
      configuration: MethodSubject.configuration(.roberta), on: CPUBackend(threads: 1))
    let method = try #require(subject.method as? SoRA)
    let gate = try #require(method.parameters.first { $0.name.hasSuffix("gate") })
    gate.tensor.assign(gates)
    method.afterUpdate(FinishedUpdate(count: 1, gradientScale: 1))
    return (gate.tensor.values, method)
  }

  @Test("the soft threshold, and the dead zone of the authors' program")
  func threshold() throws {
    let gates: [Float] = [0.125, -0.125, 0.25, -0.375, 0.75, 0, -0.5]
    let soft = try after(gates, ["xi": .number(0.25)])
    #expect(soft.gates == [0, 0, 0, -0.125, 0.5, 0, -0.25])
    #expect(try after(gates, ["xi": .number(0.25), "dead_zone": .flag(true)]).gates == [0, 0, 0, 0, 0.5, 0, -0.25])
    #expect(try after(gates, ["xi": .number(0)]).gates == gates)
    // 3 of 7 gates in the first layer are open, all 7 in the second are as drawn but for the threshold
    let open = soft.method.gates[1].values.count { $0 != 0 }
    #expect(soft.method.keptParameters == (3 + open) * (8 + 8))
  }

  @Test("the gates' ε is their own where it is given, and nothing else's")
  func epsilon() throws {
    let given = try MethodSubject(
      "sora", ["rank": .integer(3), "gate_epsilon": .number(1e-6)], configuration: MethodSubject.configuration(.roberta),
      on: PlanningBackend())
    for parameter in given.parameters {
      #expect(parameter.epsilon == (parameter.name.hasSuffix("sora_gate") ? 1e-6 : nil), "\(parameter.name)")
    }
    #expect(try MethodSubject(.named("sora")).parameters.allSatisfy { $0.epsilon == nil })
  }

  @Test("the gates' term in the loss is η times the mean |g|")
  func loss() throws {
    let subject = try MethodSubject(try .named("sora"))
    let gates = try #require(subject.method as? SoRA).gates.flatMap(\.values)
    let result = try subject.train(0..<1)[0]
    let expected = 0.5 * gates.reduce(0.0) { $0 + Double(abs($1)) } / 36
    #expect(gates.count == 36)
    #expect(abs(Double(result.loss - result.taskLoss) - expected) < 1e-5)
  }

  @Test("gates close while training, and are counted")
  func closing() throws {
    let subject = try MethodSubject(try .named("sora"))
    let method = try #require(subject.method as? SoRA)
    try subject.train(0..<MethodSubject.steps)
    let open = try #require(method.diagnostics.first { $0.path == "gates/open" })
    #expect(open.shape == [10, 12])
    let counts = try #require(open.values.integers)
    #expect(counts.suffix(12) == method.gates.map { Int64($0.values.count { $0 != 0 }) }[...])
    #expect(counts.suffix(12).contains { $0 < 3 } && counts.prefix(12).contains(3))
  }
}
