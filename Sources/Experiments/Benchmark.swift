// Time and memory of training steps at real model sizes, with random weights.
import Adapters
import Devices
import Foundation
import Layers
import Models
import Objectives
import Settings
import Tensors
import Training

/// What a benchmark measures.
package struct BenchmarkCase: Sendable, Equatable {
  /// The sizes of the model, whose weights are random.
  package var size: PublishedModel
  /// The id of the method that trains.
  package var method: String
  package var options: [String: OptionValue]
  /// Tokens of each sequence in turn; the batches take them in this order, around and around.
  package var lengths: [Int]
  /// Whether matrices that never learn are rounded to bfloat16.
  package var roundsMatrices: Bool
  /// Whether a block's inside is computed again on the way back.
  package var recomputes: Bool
  /// Sequences in an update.
  package var batchSize: Int
  /// Updates that are timed.
  package var steps: Int
  /// Updates before them that are not.
  package var warmup: Int
  /// Threads of the backend.
  package var threads: Int

  /// A case of a method with its options, on sequences of `lengths` tokens.
  package init(
    size: PublishedModel, method: String = "lora", options: [String: OptionValue] = [:], lengths: [Int],
    roundsMatrices: Bool = false, recomputes: Bool = false, batchSize: Int, steps: Int, warmup: Int, threads: Int
  ) {
    self.size = size
    self.method = method
    self.options = options
    self.lengths = lengths
    self.roundsMatrices = roundsMatrices
    self.recomputes = recomputes
    self.batchSize = batchSize
    self.steps = steps
    self.warmup = warmup
    self.threads = threads
  }

  /// Trains the steps.
  ///
  /// - Parameter shouldStop: asked after every step.
  /// - Throws: `AdapterError`, `ExperimentError.noPositions`, `ModelError`, `BackendError`; `Interruption` when asked to stop.
  package func run(shouldStop: () -> Bool = { false }) throws -> BenchmarkResult {
    let backend = try Device.processor.backend(threads: threads)
    let stepper = try assemble(on: backend)
    var seconds: [Double] = []
    var tokens = 0, operations = 0
    for step in 0..<warmup + steps {
      let start = ContinuousClock.now
      let result = try stepper.step(step, rows(step), pass: .training(seed: 0, step: step))
      if shouldStop() { throw Interruption() }
      guard step >= warmup else { continue }
      seconds.append(start.duration(to: .now).seconds)
      tokens += result.tokens
      operations += result.floatingPointOperations
    }
    // what the products are timed on is no step's
    let peak = Self.peakResidentBytes
    let products = try productSeconds(on: backend, shouldStop)
    return BenchmarkResult(
      stepSeconds: seconds, tokens: tokens, operations: operations, productSeconds: products.seconds,
      productOperations: products.operations, peakBytes: peak)
  }

  private func assemble(on backend: any Backend) throws -> Stepper {
    let rounds = try roundsMatrices && !MethodRegistry.method(method).trainsMatrices
    let model = try ModelLoader.random(size.timedConfiguration, seed: 0, roundsMatrices: rounds, on: backend)
    let host = MethodHost(model, backend: backend, seed: 0, schedule: TrainingLength(stepsPerEpoch: warmup + steps, epochs: 1))
    let method = try MethodRegistry.attach(self.method, options: options, to: host)
    try model.checkPositions(length: lengths.max() ?? 0, of: size.rawValue)
    var settings = TrainingSettings(epochs: 1, batchSize: batchSize, learningRate: 1e-4)
    settings.recomputes = recomputes
    return Stepper(
      model: model, method: method, objective: objective, settings: settings, totalSteps: warmup + steps, backend: backend)
  }

  /// A made-up task: of two classes for an encoder; for a decoder of texts, which are the second half of each sequence.
  var objective: any Objective {
    let sequences = (0..<(warmup + steps) * batchSize).map { index in
      let (step, row) = index.quotientAndRemainder(dividingBy: batchSize)
      return size.madeUpTokens(lengths[index % lengths.count], step: step, row: row)
    }
    let task = size.timedTask
    guard size.isDecoder else { return task.objective(madeUp: sequences) }
    let completions = sequences.map { Completed(tokens: $0, promptLength: $0.count / 2) }
    return Completion(CompletionSets(training: completions), metrics: task.metrics, generation: GenerationSettings())
  }

  /// The rows of update `step`.
  func rows(_ step: Int) -> [Int] { Array(step * batchSize..<(step + 1) * batchSize) }

  /// The time that the matrix products of one step take by themselves, of the same shapes and split alike.
  private func productSeconds(on backend: any Backend, _ shouldStop: () -> Bool) throws -> (seconds: Double, operations: Int) {
    let planning = PlanningBackend()
    planning.recordsProducts = true
    let stepper = try assemble(on: planning)
    planning.products = [:]
    _ = try stepper.step(0, rows(0), pass: .training(seed: 0, step: 0))
    var total = 0.0, operations = 0
    for (shape, count) in planning.products.sorted(by: { $0.key < $1.key }) {
      if shouldStop() { throw Interruption() }
      let times = (0..<3).map { _ in shape.seconds(on: backend) }
      total += times.sorted()[1] * Double(count)
      operations += 2 * shape.m * shape.n * shape.k * count
    }
    return (total, operations)
  }

  /// The most memory that the process has had as this program; `getrusage` also counts what it was before, as its starter's copy.
  static var peakResidentBytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    if let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) {
      return kilobytes * 1024
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) * 1024
  }
}

/// What a benchmark found.
package struct BenchmarkResult: Sendable, Equatable {
  /// The seconds of each timed update, in order.
  package let stepSeconds: [Double]
  /// Real tokens of all measured steps.
  package let tokens: Int
  /// Operations of all measured steps' products, those of attention included.
  package let operations: Int
  /// The time of one step's linear products by themselves.
  let productSeconds: Double
  /// Floating-point operations of the matrix products of one timed update.
  let productOperations: Int
  package let peakBytes: Int

  /// The median of the updates' seconds.
  package var medianStepSeconds: Double { stepSeconds.sorted()[stepSeconds.count / 2] }
  /// Real tokens (no padding) that went through an update in a second, over all timed updates.
  package var tokensPerSecond: Double { Double(tokens) / stepSeconds.reduce(0, +) }
  /// The share of a step that the linear products need by themselves.
  package var productShare: Double { productSeconds / medianStepSeconds }
  /// Floating-point operations in a second of matrix products alone.
  package var productRate: Double { Double(productOperations) / productSeconds }
}

extension ProductShape {
  /// The time of one such product on arrays of its own.
  fileprivate func seconds(on backend: any Backend) -> Double {
    let (a, b, c) = (backend.allocate(m * k), backend.allocate(k * n), backend.allocate(m * n))
    for buffer in [a, b] { backend.fill(buffer, 0.5) }
    let start = ContinuousClock.now
    backend.matmul(a, left, b, right, into: c, m: m, n: n, k: k, factor: 1, accumulate: false, bias: nil)
    return start.duration(to: .now).seconds
  }
}
