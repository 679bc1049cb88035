// When AFLoRA freezes what, and what that saves.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("AFLoRA")
struct AFLoRATests {
  private func subject(
    _ options: [String: OptionValue] = [:], steps: Int = 20, on backend: any Backend
  ) throws -> (subject: MethodSubject, method: AFLoRA) {
    let subject = try MethodSubject(
      "aflora", ["rank": .integer(3)].merging(options) { $1 }, configuration: MethodSubject.configuration(.roberta),
      steps: steps, on: backend)
    return (subject, try #require(subject.method as? AFLoRA))
  }

  private func trained(_ options: [String: OptionValue] = [:], steps: Int = 20) throws -> (results: [StepResult], method: AFLoRA) {
    let (subject, method) = try subject(options, steps: steps, on: CPUBackend(threads: 1))
    return (try subject.train(0..<steps), method)
  }

  @Test("the share that is frozen (Eq. 5)")
  func fraction() {
    let freezing = Freezing(
      initialSteps: 10, finalSteps: 20, totalSteps: 60, beta1: 0.85, beta2: 0.95, sensitivity: .gradient)
    #expect([0, 9, 10].map(freezing.fraction) == [0, 0, 0])
    // 1 - (1 - (t - 10) / 30)³
    #expect(freezing.fraction(25) == 0.875)
    #expect(abs(freezing.fraction(20) - (1 - 8.0 / 27)) < 1e-15)
    #expect(abs(freezing.fraction(39) - (1 - 1.0 / 27000)) < 1e-15)
    #expect([40, 41, 60, 100].map(freezing.fraction) == [1, 1, 1, 1])
    #expect((0..<59).allSatisfy { freezing.fraction($0) <= freezing.fraction($0 + 1) })
  }

  @Test("a schedule without room for its phases")
  func narrowSchedules() {
    func fractions(_ initial: Int, _ final: Int) -> [Double] {
      let freezing = Freezing(
        initialSteps: initial, finalSteps: final, totalSteps: 4, beta1: 0.85, beta2: 0.95, sensitivity: .gradient)
      return (1...4).map(freezing.fraction)
    }
    #expect(fractions(0, 4) == [1, 1, 1, 1])
    #expect(fractions(2, 2) == [0, 1, 1, 1])
    #expect(fractions(9, 0) == [0, 0, 0, 0])
    #expect(fractions(3, 9) == [0, 0, 1, 1])
    #expect(fractions(0, 0) == [0.578125, 0.875, 0.984375, 1])
  }

  @Test("options say the schedule in epochs and shares")
  func schedule() throws {
    let backend = PlanningBackend()
    let words = Parameter("words", .zeros([1, 1], on: backend), group: .backbone, decays: true)
    let host = MethodHost(
      projections: [], sublayers: [], norms: [], embedded: EmbeddedSequence(words: words), keysAndValues: [], backbone: [],
      head: [], backend: backend, seed: 0, schedule: TrainingLength(stepsPerEpoch: 50, epochs: 4))
    func freezing(_ options: [String: OptionValue]) throws -> [Int] {
      let freezing = try Freezing(MethodOptions(options, for: AFLoRA.description), host.schedule)
      return [freezing.initialSteps, freezing.finalSteps, freezing.totalSteps]
    }
    #expect(try freezing([:]) == [50, 140, 200])
    #expect(try freezing(["initial_epochs": .number(0.5), "final_fraction": .number(0.25)]) == [25, 50, 200])
    #expect(try freezing(["final_epochs": .number(1.5)]) == [50, 75, 200])
  }

  @Test("all is frozen exactly when the last phase begins")
  func freezesInTime() throws {
    let (results, method) = try trained(["initial_epochs": .number(0.4), "final_fraction": .number(0.3)])
    // t_i = 4, T - t_f = 14
    let iterations = try method.frozenAt.map { try #require($0.updates) }
    #expect(iterations.count == 8)
    #expect(iterations.min() ?? 0 > 4)
    #expect(iterations.max() == 14)
    #expect(method.fractions.count == 20)
    #expect(method.fractions[13] == 1 && method.fractions[12] < 1)
    for (index, fraction) in method.fractions.enumerated() {
      #expect(iterations.filter { $0 <= index + 1 }.count == Int(fraction * 8 + 1e-9), "update \(index + 1)")
    }
    // vectors: 2 layers of 6 × 3 + 4 × 8 + 12 + 8; matrices: 2 layers of 2 × 3 × (8 + 12)
    #expect(results[0].trainable == 140 + 240)
    #expect(results[14].trainable == 140)
    #expect(results.map(\.trainable) == results.map(\.trainable).sorted(by: >))
  }

  @Test("A and B freeze together, or each by itself")
  func units() throws {
    let schedule: [String: OptionValue] = ["initial_epochs": .number(0.4), "final_fraction": .number(0.3)]
    let pairs = try trained(schedule.merging(["together": .flag(true)]) { $1 }).method.frozenAt
    for index in stride(from: 0, to: pairs.count, by: 2) {
      #expect(pairs[index].updates == pairs[index + 1].updates)
      #expect(pairs[index].name.dropLast() == pairs[index + 1].name.dropLast())
    }
    let single = try trained(schedule).method.frozenAt
    #expect(stride(from: 0, to: 8, by: 2).contains { single[$0].updates != single[$0 + 1].updates })
  }

  @Test("matrices that always learn, never learn, or belong to other layers")
  func trainability() throws {
    let always = try trained(["trainability": .text("trainable")])
    #expect(always.method.frozenAt.count == 8)
    #expect(always.method.frozenAt.allSatisfy { $0.updates == nil })
    #expect(always.method.fractions.allSatisfy { $0 == 0 })
    #expect(Set(always.results.map(\.trainable)) == [380])
    let never = try trained(["trainability": .text("frozen")])
    #expect(never.method.frozenAt.isEmpty)
    #expect(Set(never.results.map(\.trainable)) == [140])
    #expect(never.method.diagnostics.isEmpty)
    let late: [String: OptionValue] = ["initial_epochs": .number(1), "final_fraction": .number(0.1)]
    let attention = try trained(late.merging(["adaptive": .texts(["attention"])]) { $1 }).method
    #expect(attention.frozenAt.count == 16)
    #expect(attention.frozenAt.allSatisfy { $0.name.contains("attention") })
    let targets = try trained(late.merging(["targets": .texts(["query", "output"])]) { $1 }).method
    #expect(targets.frozenAt.count == 4)
    #expect(targets.frozenAt.allSatisfy { $0.name.contains(".output.dense") })
  }

  @Test("the lowest scores freeze first; equal ones in the order of modules")
  func order() throws {
    let (subject, method) = try subject(
      ["initial_epochs": .number(0.4), "final_fraction": .number(0.3)], on: CPUBackend(threads: 1))
    for step in 0..<20 {
      let open = Set(method.frozenAt.filter { $0.updates == nil }.map(\.name))
      try subject.train(step..<step + 1)
      let scores = method.latestScores.filter { open.contains($0.name) }
      let frozen = Set(method.frozenAt.filter { $0.updates == step + 1 }.map(\.name))
      let highest = scores.filter { frozen.contains($0.name) }.map(\.score).max() ?? 0
      #expect(scores.filter { !frozen.contains($0.name) }.allSatisfy { $0.score >= highest })
    }
    // without arithmetic every score is 0
    let equal = try self.subject(
      ["initial_epochs": .number(0.4), "final_fraction": .number(0.3)], on: PlanningBackend())
    try equal.subject.train(0..<20)
    let iterations = equal.method.frozenAt.compactMap(\.updates)
    #expect(iterations.count == 8)
    #expect(iterations == iterations.sorted())
    #expect(Set(iterations).count > 2)
  }

  @Test("what is frozen has no gradient, and saves operations")
  func savings() throws {
    let (subject, method) = try subject(
      ["initial_epochs": .number(0.4), "final_fraction": .number(0.3)], on: CPUBackend(threads: 1))
    let results = try subject.train(0..<20)
    let frozen = Set(method.frozenAt.map(\.name))
    #expect(!frozen.isEmpty)
    for parameter in method.parameters where frozen.contains(parameter.name) {
      #expect(parameter.gradient == nil && !parameter.isTrainable, "\(parameter.name)")
    }
    // batches 0, 5 and 15 have equal lengths
    #expect(results[15].floatingPointOperations < results[5].floatingPointOperations)
    #expect(results[0].floatingPointOperations >= results[5].floatingPointOperations)
    #expect(!method.state.contains { $0.path.hasPrefix("mean/") || $0.path.hasPrefix("spread/") })
  }

  @Test("what it records")
  func diagnostics() throws {
    let method = try trained(["initial_epochs": .number(0.4), "final_fraction": .number(0.3)]).method
    let diagnostics = method.diagnostics
    #expect(diagnostics.map(\.path) == ["freezing/score", "freezing/fraction", "freezing/iteration"])
    #expect(diagnostics.map(\.shape) == [[20, 8], [20], [2, 4]])
    #expect(diagnostics.map(\.dimensions) == [["step", "matrix"], ["step"], ["layer", "module"]])
    #expect(diagnostics[0].names["matrix"] == method.frozenAt.map(\.name))
    #expect(diagnostics[2].names["module"] == ["intermediate A", "intermediate B", "output A", "output B"])
    #expect(diagnostics[2].values == .integers(method.frozenAt.map { Int64($0.updates ?? -1) }))
    let scores = try #require(diagnostics[0].values.numbers)
    #expect(scores.suffix(8) == method.latestScores.map(\.score)[...])
  }
}
