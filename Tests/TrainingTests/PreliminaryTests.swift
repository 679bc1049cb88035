// What precedes training proper, and what a method finds there.
import Adapters
import Datasets
import Foundation
import Layers
import Models
import Objectives
import Settings
import Tensors
import Testing

@testable import Training

@Suite("A method's preliminary")
struct PreliminaryTests {
  private let drop: [String: OptionValue] = ["rank": .integer(2), "sample_ratio": .number(0.5), "sample_epochs": .integer(2)]

  @Test("it repeats nothing of training proper, and leaves nothing to it", arguments: [false, true])
  func isApart(regression: Bool) throws {
    let whole = try TinyTask.fineTuning(
      "loradrop", options: drop.merging(["threshold": .number(1)]) { $1 }, regression: regression)
    let lora = try TinyTask.fineTuning("lora", options: ["rank": .integer(2)], regression: regression)
    let (history, expected) = (try whole.run().history, try lora.run().history)
    #expect(history.steps == expected.steps)
    #expect(history.epochs == expected.epochs)
    #expect(whole.bits == lora.bits)
    #expect(history.preliminary.count > 0 && history.preliminary.map(\.loss) != expected.steps.prefix(6).map(\.loss))
    #expect(history.operations > expected.operations)
    #expect(
      history.operations
        == expected.operations + history.preliminary.reduce(0) { $0 + $1.floatingPointOperations }
        + (try #require(history.measurementOperations)))
  }

  @Test("its sample is stratified, and its schedule is its own")
  func sample() throws {
    let run = try TinyTask.fineTuning("loradrop", options: drop)
    let chosen = try run.rows(.share(0.5)), strata = run.objective.strata.ofRows
    let perClass = { (rows: [Int]) in (0..<2).map { number in rows.count { strata[$0] == Double(number) } } }
    #expect(perClass(chosen) == perClass(Array(strata.indices)).map { Int((Double($0) * 0.5).rounded()) })
    #expect(try run.rows(.rowsPerClass(4)).count == 8)
    #expect(try run.rows(.rowsPerClass(1000)) == Array(0..<18))
    #expect(try TinyTask.fineTuning("lora", regression: true).rows(.rowsPerClass(4)).count >= 4)
    let history = try run.run().history
    // nine rows in batches of four, twice
    #expect(history.preliminary.count == 6)
    #expect(history.preliminary.reduce(0) { $0 + $1.tokens } == 2 * run.objective.training.tokens(of: chosen))
    #expect(history.preliminary.map(\.learningRate).last ?? 1 < 0.01 / 4, "it decays to its own end")
    #expect(history.steps.first?.learningRate == 0, "and training proper warms up anew")
  }

  @Test("it may be so many updates, whatever the sample's size", arguments: [0.25, 0.5, 1])
  func updates(ratio: Double) throws {
    let options: [String: OptionValue] = ["rank": .integer(2), "sample_ratio": .number(ratio), "sample_steps": .integer(7)]
    let run = try TinyTask.fineTuning("loradrop", options: options)
    let history = try run.run().history, rates = history.preliminary.map(\.learningRate)
    #expect(rates.count == 7)
    // a tenth of 7 updates to warm up, rounded up; then down to the end of the seven, in the middle of a pass or not
    let expected = [0, 6, 5, 4, 3, 2, 1].map { Double($0) / 6 * 0.01 }
    #expect(zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rates)")
    let backend = PlanningBackend()
    let model = try ModelLoader.random(TinyTask.configuration(), seed: 1, on: backend)
    let host = MethodHost(model, backend: backend, seed: 4, schedule: run.length)
    let planned = FineTuning(
      model: model, method: try MethodRegistry.attach("loradrop", options: options, to: host), objective: run.objective,
      settings: run.settings, seed: 4, backend: backend)
    let (updates, operations) = try planned.planPreliminary()
    #expect(updates == 7)
    let made = Double(history.operations - history.steps.reduce(0) { $0 + $1.floatingPointOperations })
    #expect(abs(operations - made) <= 0.25 * made, "\(operations), \(made)")
  }

  @Test("a warm-up of so many updates keeps its share of the run")
  func warmup() throws {
    var settings = TinyTask.settings()
    settings.warmup = .steps(3)
    let rates = try TinyTask.fineTuning("loradrop", options: drop, settings: settings).run().history.preliminary.map(\.learningRate)
    // 3 of 15 updates are a fifth: 2 of 6, rounded up
    let expected = [0, 0.5, 1, 0.75, 0.5, 0.25].map { $0 * settings.learningRate }
    #expect(rates.count == 6 && zip(rates, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rates)")
  }

  @Test("a plan knows what it takes", arguments: ["loradrop", "sparseadapter", "lora"])
  func plan(id: String) throws {
    let run = try TinyTask.fineTuning(id), history = try run.run().history
    let backend = PlanningBackend()
    let model = try ModelLoader.random(TinyTask.configuration(), seed: 1, on: backend)
    let host = MethodHost(model, backend: backend, seed: 4, schedule: run.length)
    let method = try MethodRegistry.attach(id, options: TinyTask.method[id] ?? [:], to: host)
    let planned = FineTuning(
      model: model, method: method, objective: run.objective, settings: run.settings, seed: 4, backend: backend)
    let (updates, operations) = try planned.planPreliminary()
    #expect(updates == history.preliminary.count)
    let made = Double(history.operations - history.steps.reduce(0) { $0 + $1.floatingPointOperations })
    #expect(abs(operations - made) <= 0.15 * made, "\(operations), \(made)")
    let first = try planned.makeStepper().step(
      0, [0, 1, 2, 3], pass: .training(seed: 4, step: 0))
    #expect(first.trainable == history.steps.first?.trainable)
  }
}
