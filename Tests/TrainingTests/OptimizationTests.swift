// The schedule's values, the optimizer's groups, and clipping.
import Adapters
import CPUBackend
import Foundation
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Training

@Suite("Optimization")
struct OptimizationTests {
  @Test("linear warm-up and decay as in transformers")
  func schedule() {
    // get_linear_schedule_with_warmup with ceil(0.25 · 10) warm-up steps
    let schedule = LearningRateSchedule(.ratio(0.25), totalSteps: 10)
    #expect(schedule.warmupSteps == 3)
    let expected: [Double] = [0] + [1, 2].map { $0 / 3 } + [7, 6, 5, 4, 3, 2, 1, 0, 0].map { $0 / 7 }
    #expect((0..<12).map(schedule.factor) == expected)
    #expect((0..<5).map(LearningRateSchedule(.steps(0), totalSteps: 4).factor) == [1, 0.75, 0.5, 0.25, 0])
    #expect((0..<4).map(LearningRateSchedule(.ratio(1), totalSteps: 4).factor) == [0, 0.25, 0.5, 0.75])
    #expect((0..<3).map(LearningRateSchedule(.steps(10), totalSteps: 3).factor) == [0, 0.1, 0.2])
    #expect(LearningRateSchedule(.ratio(0.06), totalSteps: 0).factor(0) == 0)
    #expect((0..<5).map(LearningRateSchedule(.steps(2), .constant, totalSteps: 5).factor) == [0, 0.5, 1, 1, 1])
    // 0.1 · 30 is a little more than 3 in double precision, in Python as here
    #expect(LearningRateSchedule(.ratio(0.1), totalSteps: 30).warmupSteps == 3)
  }

  /// AdamW by its formula, in double precision.
  private func reference(
    _ start: [Double], targets: [Double], rate: Double, decay: Double, factors: [Double], scale: Double
  ) -> [Double] {
    zip(start, targets).map { start, target in
      var (p, m, v) = (start, 0.0, 0.0)
      for (index, factor) in factors.enumerated() {
        let g = scale * 2 * (p - target) / Double(targets.count)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        let step = Double(index + 1)
        p *= 1 - rate * factor * decay
        p -= rate * factor * (m / (1 - pow(0.9, step))) / ((v / (1 - pow(0.999, step))).squareRoot() + 1e-8)
      }
      return p
    }
  }

  @Test("a rate for the head, no decay of vectors unless asked for, none of biases at all", arguments: [false, true])
  func groups(decaysVectors: Bool) throws {
    let backend = try CPUBackend(threads: 1)
    let start: [Float] = [1, -2, 3, 0.5], targets: [Float] = [0, 1, 0.5, 4]
    let kinds: [(name: String, group: Parameter.Group, decay: Parameter.Decay)] = [
      ("matrix", .adapter, .always), ("vector", .adapter, .withVectors), ("bias", .adapter, .never), ("head", .head, .always),
      ("frozen", .backbone, .always),
    ]
    let parameters = kinds.map { Parameter($0.name, Tensor(start, shape: [4], on: backend), group: $0.group, decay: $0.decay) }
    for parameter in parameters.dropLast() { parameter.isTrainable = true }
    let settings = TrainingSettings(
      epochs: 1, batchSize: 1, learningRate: 0.1, headLearningRate: 0.3, weightDecay: 0.5, decaysVectors: decaysVectors)
    let optimizer = AdamW(parameters, settings)
    #expect(optimizer.trainable.map(\.name) == ["matrix", "vector", "bias", "head"])
    let factors = [1, 0.5, 0.25]
    for (index, factor) in factors.enumerated() {
      for parameter in optimizer.trainable { parameter.tensor.meanSquaredError(targets).backward() }
      if index == 0 {
        // 2 (p - t) / 4 of four equal parameters
        let gradient = zip(start, targets).map { Double($0 - $1) / 2 }
        let norm = try GradientClipping(parameters, limit: 0, step: 0).norm
        #expect(abs(norm - (4 * gradient.reduce(0) { $0 + $1 * $1 }).squareRoot()) < 1e-6)
      }
      optimizer.update(step: index + 1, factor: factor, scale: 0.5)
      #expect(optimizer.trainable.allSatisfy { $0.gradient != nil }, "a method may still look at them")
      optimizer.clearGradients()
      #expect(parameters.allSatisfy { $0.gradient == nil })
    }
    let expected = [(0.1, 0.5), (0.1, decaysVectors ? 0.5 : 0), (0.1, 0), (0.3, 0.5), (0, 0)]
    for (parameter, (rate, decay)) in zip(parameters, expected) {
      let expected = reference(
        start.map(Double.init), targets: targets.map(Double.init), rate: rate, decay: decay, factors: factors, scale: 0.5)
      for (found, expected) in zip(parameter.tensor.values, expected) {
        #expect(abs(Double(found) - expected) < 2e-6, "\(parameter.name)")
      }
    }
  }

  @Test("a parameter's own epsilon takes the place of the recipe's")
  func epsilon() throws {
    let backend = try CPUBackend(threads: 1)
    func updated(own: Double?, recipe: Double) throws -> [Float] {
      let parameter = Parameter("gate", Tensor([1, -2, 0.5], shape: [3], on: backend), group: .adapter, decay: .withVectors)
      (parameter.isTrainable, parameter.epsilon) = (true, own)
      let optimizer = AdamW([parameter], TrainingSettings(epochs: 1, batchSize: 1, learningRate: 0.1, epsilon: recipe))
      parameter.tensor.meanSquaredError([0, 0, 0]).backward()
      optimizer.update(step: 1, factor: 1, scale: 1)
      return parameter.tensor.values
    }
    #expect(try updated(own: 0.5, recipe: 1e-8) == updated(own: nil, recipe: 0.5))
    #expect(try updated(own: 0.5, recipe: 1e-8) != updated(own: nil, recipe: 1e-8))
  }

  /// How far the peak of one update rises when all but the parameter's own memory of it is asked for again.
  private func rise(freezing: Bool) throws -> Int {
    let backend = try CPUBackend(threads: 1)
    let parameter = Parameter("matrix", .zeros([1 << 16], on: backend), group: .adapter, decays: false)
    parameter.isTrainable = true
    let optimizer = AdamW([parameter], TrainingSettings(epochs: 1, batchSize: 1, learningRate: 0.1))
    parameter.tensor.sum().backward()
    optimizer.update(step: 1, factor: 1, scale: 1)
    optimizer.clearGradients()
    let peak = backend.peakBytes, arrays = peak / (4 << 16)
    #expect(arrays >= 4, "the parameter, its gradient and two moments")
    if freezing {
      parameter.isTrainable = false
      optimizer.dropFrozen()
    }
    let others = (1..<arrays).map { _ in Tensor.zeros([1 << 16], on: backend) }
    return withExtendedLifetime((optimizer, others)) { backend.peakBytes - peak }
  }

  @Test("what is frozen keeps no memory of its updates")
  func freezing() throws {
    #expect(try rise(freezing: true) == 0)
    #expect(try rise(freezing: false) > 0)
  }

  @Test("clipping scales the norm of all gradients together")
  func clipping() throws {
    /// How far one update moves the parameters. With a large epsilon AdamW's first update is rate · gradient / epsilon.
    func update(limit: Double) throws -> (norm: Double, distance: Double) {
      var settings = TinyTask.settings(learningRate: 1)
      settings.headLearningRate = 1
      settings.warmup = .steps(0)
      settings.weightDecay = 0
      settings.epsilon = 1e4
      settings.maximumGradientNorm = limit
      let run = try TinyTask.fineTuning("fft", settings: settings)
      let before = run.model.parameters.map(\.tensor.values)
      let result = try run.makeStepper().step(0, [0, 1, 2, 3], pass: .evaluation)
      var sum = 0.0
      for (values, parameter) in zip(before, run.model.parameters) {
        for (a, b) in zip(values, parameter.tensor.values) { sum += Double(a - b) * Double(a - b) }
      }
      return (result.gradientNorm, sum.squareRoot() * 1e4)
    }
    let free = try update(limit: 0)
    #expect(abs(free.distance / free.norm - 1) < 0.02)
    let clipped = try update(limit: free.norm / 4)
    #expect(clipped.norm == free.norm, "what is reported is the norm before clipping")
    #expect(abs(clipped.distance / (free.norm / 4) - 1) < 0.05)
    let wide = try update(limit: free.norm * 4)
    #expect(wide.distance == free.distance)
  }
}
