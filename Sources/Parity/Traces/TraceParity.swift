// An adapter trace against what this program computes from the same checkpoint, batches and initial values.
import Adapters
import Foundation
import Layers
import Models
import Objectives
import Settings
import Storage
import Tensors
import Training

/// Compares the first batch's loss and gradients, every optimizer step, and the trained tensors.
package enum TraceParity {
  /// - Throws: `ParityError`, `StorageError`, `ModelError` when the folder cannot be compared at all.
  package static func run(folder: URL, on backend: any Backend) throws -> ParityReport {
    var comparison = try TraceComparison(try AdapterTrace(folder: folder), on: backend)
    try comparison.firstBatch()
    try comparison.training()
    return comparison.report
  }
}

struct TraceComparison {
  let trace: AdapterTrace
  let backend: any Backend
  let stepper: Stepper
  let method: any TracedMethod
  /// The rows of each of the trace's batches.
  let batches: [[Int]]
  var report: ParityReport

  init(_ trace: AdapterTrace, on backend: any Backend) throws {
    self.trace = trace
    self.backend = backend
    report = ParityReport(subject: trace.folder.path)
    let loaded = try ModelLoader.load(folder: trace.model, seed: 0, on: backend)
    let model = loaded.model
    let train = trace.meta.train
    let host = MethodHost(model, backend: backend, seed: 0, schedule: TrainingLength(stepsPerEpoch: train.steps, epochs: 1))
    let method = try trace.attach(to: host)
    self.method = method
    let (objective, batches) = try trace.task(model)
    self.batches = batches
    // some programs decay the vectors that their method trains, others do not: the trace says what its own did
    let decaying = Set(trace.meta.weightDecayOn.map(AdapterTrace.ownName))
    let decaysVectors = method.parameters.contains { $0.decay == .withVectors && decaying.contains($0.name) }
    let settings = TrainingSettings(
      epochs: 1, batchSize: 1, learningRate: train.lr, headLearningRate: trace.headLearningRate,
      warmup: .ratio(train.warmupRatio), weightDecay: train.weightDecay, decaysVectors: decaysVectors,
      beta1: train.betas[0], beta2: train.betas[1], epsilon: train.eps, maximumGradientNorm: train.maxGradNorm,
      microBatchSize: train.accumulate.map { _ in batches[0].count })
    let makeStepper = {
      Stepper(
        model: model, method: method, objective: objective, settings: settings, totalSteps: train.steps, backend: backend)
    }
    if method.preliminary != nil {
      try Self.start(trace, method.parameters, from: trace.preliminaryValues())
      try method.finishPreliminary(
        TrainingSample(batches: Array(batches.prefix(try trace.preliminaryBatches())), stepper: makeStepper(), backend: backend))
      for parameter in method.parameters + model.parameters { parameter.tensor.clearGradient() }
    }
    try Self.start(trace, method.parameters + model.parameters, from: trace.initialValues())
    // a trace may leave out a part of the head
    let trainable = Set(trace.meta.trainable.map(AdapterTrace.ownName))
    for parameter in host.head { parameter.isTrainable = trainable.contains(parameter.name) }
    stepper = makeStepper()
    let learning = parameters.filter(\.isTrainable)
    report.compareExactly("trainable", "names", learning.map(\.name).sorted(), with: trainable.sorted())
    report.compareExactly(
      "trainable", "weight decay", learning.filter { $0.decays(withVectors: decaysVectors) }.map(\.name).sorted(),
      with: decaying.sorted())
    report.compareExactly("trainable", "count", [learning.reduce(0) { $0 + $1.count }], with: [trace.meta.trainableCount])
    try method.compareSetUp(&self)
  }

  private var parameters: [Parameter] { stepper.method.parameters + stepper.model.parameters }

  private static func start(_ trace: AdapterTrace, _ parameters: [Parameter], from values: [String: [Float]]) throws {
    for parameter in parameters {
      guard let value = values[parameter.name] else { continue }
      guard value.count == parameter.count else {
        throw ParityError.reference(
          path: trace.folder.path, problem: "'\(parameter.name)' starts from \(value.count) numbers, expected \(parameter.count)")
      }
      parameter.tensor.assign(value)
    }
    for parameter in parameters where parameter.group == .adapter && values[parameter.name] == nil {
      throw ParityError.reference(path: trace.folder.path, problem: "there is no initial value of '\(parameter.name)'")
    }
  }

  func tolerance(_ group: String) -> Tolerance { trace.meta.tolerance[group] ?? .standard }

  /// A score is a product of two averages of gradients: twice their relative error.
  func scoreTolerance(_ expected: Double) -> Double { 4 * tolerance("grad").rel * abs(expected) + 1e-18 }

  func names(under prefix: String) -> [String] {
    trace.expected.descriptions.map(\.name).filter { $0.hasPrefix(prefix) }.sorted()
  }

  private func parameter(_ name: String) throws -> Parameter {
    guard let found = parameters.first(where: { $0.name == AdapterTrace.ownName(name) }) else {
      throw ParityError.reference(path: trace.expected.path, problem: "'\(name)' is no parameter of this method and model")
    }
    return found
  }

  /// Logits, losses, gradients and changes of weights on batch 0, before training.
  mutating func firstBatch() throws {
    try logits("logits")
    let (task, loss) = stepper.gradients(rows(of: trace.steps[0]), pass: .evaluation)
    report.compare("loss", "loss", [loss], with: try trace.expected.floats("loss"), within: tolerance("loss"))
    report.compare("loss", "task_loss", [task], with: try trace.expected.floats("task_loss"), within: tolerance("loss"))
    for name in names(under: "grad.") {
      let parameter = try parameter(String(name.dropFirst("grad.".count)))
      report.compare(
        "grad", parameter.name, parameter.gradient?.values ?? [], with: try trace.expected.floats(name), within: tolerance("grad"))
    }
    for parameter in parameters { parameter.tensor.clearGradient() }
    for name in names(under: "delta.") {
      let path = String(name.dropFirst("delta.".count))
      let change = stepper.model.projections.first { $0.path == path }?.adapter?.weightChange
      report.compare("delta", path, change?.values ?? [], with: try trace.expected.floats(name), within: .standard)
    }
  }

  private func rows(of step: AdapterTrace.Step) -> [Int] { step.batchNumbers.flatMap { batches[$0] } }

  /// What each batch of an update of several adds to its loss.
  private mutating func microLosses(_ step: AdapterTrace.Step, _ name: String) throws {
    guard let expected = step.microLosses else { return }
    let terms = stepper.objective.terms(of: rows(of: step))
    let found = backend.withoutGradients {
      step.batchNumbers.map { stepper.taskLoss(batches[$0], over: terms, pass: .evaluation).values[0] }
    }
    report.compare("micro_losses", name, found, with: expected.map { Float($0) }, within: tolerance("step_loss"))
  }

  private mutating func logits(_ name: String) throws {
    let values = backend.withoutGradients {
      stepper.objective.outputs(of: stepper.model, batches[0], of: .training, pass: .evaluation, everyToken: false).values
    }
    report.compare(name, name, values, with: try trace.expected.floats(name), within: tolerance(name))
  }

  /// Every step's loss, rates, norm and the method's own decisions, and what comes out.
  mutating func training() throws {
    for (number, step) in trace.steps.enumerated() {
      let name = "step \(number)"
      try microLosses(step, name)
      let result = try stepper.step(number, rows(of: step), pass: .evaluation)
      report.compare("step_loss", name, [result.loss], with: [Float(step.loss)], within: tolerance("step_loss"))
      report.compare("step_task_loss", name, [result.taskLoss], with: [Float(step.taskLoss)], within: tolerance("step_loss"))
      let rates = Tolerance(rel: 1e-9, abs: 1e-15)
      report.compare("learning_rate", name, [Float(result.learningRate)], with: [Float(step.lr)], within: rates)
      if let rate = step.headLr {
        report.compare("learning_rate", "\(name), head", [Float(result.headLearningRate)], with: [Float(rate)], within: rates)
      }
      report.compare("grad_norm", name, [Float(result.gradientNorm)], with: [Float(step.gradNorm)], within: tolerance("grad"))
      if let count = step.trainableAtUpdate {
        report.compareExactly("trainable_at_update", name, [result.trainableWithHead], with: [count])
      }
      if let rate = step.bLr {
        let found = parameters.filter { $0.rateFactor != 1 }.map { Float(result.learningRate * $0.rateFactor) }.min()
        report.compare("learning_rate", "\(name), B", found.map { [$0] } ?? [], with: [Float(rate)], within: rates)
      }
      try method.compare(after: step, number, &self)
    }
    try method.compareOutcome(&self)
    let unstable = Set(trace.meta.unstableFinalTensors ?? [])
    for name in names(under: "final.") {
      let short = String(name.dropFirst("final.".count))
      guard !unstable.contains(short) else { continue }
      let limit = trace.meta.noisyFinalTensors?[short].map { Tolerance(rel: $0, abs: 1e-6) } ?? tolerance("final")
      let parameter = try parameter(short)
      report.compare("final", parameter.name, parameter.tensor.values, with: try trace.expected.floats(name), within: limit)
    }
    if !unstable.isEmpty { report.notes.append("not compared, as their gradient is zero up to rounding: \(unstable.sorted())") }
    try logits("final_logits")
  }
}
