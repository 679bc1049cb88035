import Adapters
import Layers
import Models
import Objectives
import Settings
import Tensors

/// What one update did.
package struct StepResult: Sendable, Equatable {
  /// The task's loss before the update.
  package var taskLoss: Float
  /// With the method's own term.
  package var loss: Float
  /// The factor of the schedule times the two highest rates.
  package var learningRate: Double
  /// The head's learning rate in this update.
  package var headLearningRate: Double
  /// Of all gradients together, before clipping.
  package var gradientNorm: Double
  /// Parameters that learned at this update, without and with the head.
  package var trainable: Int
  /// Numbers that were trained, the head's with them.
  package var trainableWithHead: Int
  /// Tokens of the batch; there is no padding.
  package var tokens: Int
  /// Operations of the matrix products of this step, forward and backward.
  package var floatingPointOperations: Int
}

/// Makes updates: forward, loss, backward, the method's hooks, clipping, AdamW, schedule. It knows no method by name.
package final class Stepper {
  /// The model that is trained.
  package let model: Model
  /// The method that decides what learns.
  package let method: any TuningMethod
  /// The task whose loss is lowered.
  package let objective: any Objective
  /// The recipe.
  package let settings: TrainingSettings
  /// The learning rate's factor by update.
  package let schedule: LearningRateSchedule
  let optimizer: AdamW
  private let backend: any Backend
  /// What was trained at some time, and the head: all that differs from the checkpoint that training started from.
  private let saved: Set<ObjectIdentifier>

  /// Trains what of `model` and `method` is trainable now, over `totalSteps` updates.
  package init(
    model: Model, method: any TuningMethod, objective: any Objective, settings: TrainingSettings, totalSteps: Int,
    backend: any Backend
  ) {
    self.model = model
    self.method = method
    self.objective = objective
    self.settings = settings
    self.backend = backend
    schedule = LearningRateSchedule(settings.warmup, settings.decay, totalSteps: totalSteps)
    optimizer = AdamW(method.parameters + model.parameters, settings)
    saved = Set((method.parameters + optimizer.trainable).map { ObjectIdentifier($0) })
  }

  /// Whether a parameter belongs to what a run leaves: the method's own, the head, and whatever else learns.
  func isSaved(_ parameter: Parameter) -> Bool { saved.contains(ObjectIdentifier(parameter)) }

  /// The task's mean loss on some rows of the training set, or what they add to that of a larger batch.
  ///
  /// - Parameter terms: how many terms the batch's mean is over; nil for the rows' own.
  package func taskLoss(_ rows: [Int], over terms: Int? = nil, pass: Pass) -> Tensor {
    let pass = settings.recomputes ? pass.recomputing : pass
    let outputs = objective.outputs(of: model, rows, of: .training, pass: pass, everyToken: method.needsEveryToken)
    return objective.loss(of: outputs, rows, over: terms ?? objective.terms(of: rows))
  }

  /// Forward and backward on some rows of the training set, as many at a time as the settings say; the gradients stay on the parameters.
  package func gradients(_ rows: [Int], pass: Pass) -> (taskLoss: Float, loss: Float) {
    let size = settings.microBatchSize ?? rows.count
    guard size < rows.count else {
      let task = taskLoss(rows, pass: pass)
      let total = method.additionalLoss().map { task.adding($0) } ?? task
      total.backward()
      let losses = Tensor.read([task, total])
      return (losses[0][0], losses[1][0])
    }
    let terms = objective.terms(of: rows), lengths = rows.map { objective.training.lengths[$0] }
    let selected = objective.outputRows(rows)
    var losses = stride(from: 0, to: rows.count, by: size).map { start in
      let part = start..<min(rows.count, start + size)
      let loss = taskLoss(Array(rows[part]), over: terms, pass: pass.of(BatchPart(part, ofLengths: lengths, selected: selected)))
      loss.backward()
      return loss.detached
    }
    let parts = losses.count
    if let additional = method.additionalLoss() {
      additional.backward()
      losses.append(additional.detached)
    }
    let values = Tensor.read(losses).map { $0[0] }
    return (values[..<parts].reduce(0, +), values.reduce(0, +))
  }

  /// Update number `step`, from 0, on some rows of the training set.
  ///
  /// - Throws: `Divergence` when the loss or the gradient is not finite; the parameters are then as before.
  package func step(_ step: Int, _ rows: [Int], pass: Pass) throws -> StepResult {
    let operations = backend.operations
    method.beforeStep(step)
    let (taskLoss, loss) = gradients(rows, pass: pass)
    guard loss.isFinite else { throw Divergence(step: step, quantity: "loss", value: Double(loss)) }
    method.afterGradients(step: step)
    let clipping = try GradientClipping(optimizer.parameters, limit: settings.maximumGradientNorm, step: step)
    method.beforeUpdate(step: step)
    let factor = schedule.factor(step)
    let (trainable, idle) = (optimizer.trainable, method.idleParameters)
    let result = StepResult(
      taskLoss: taskLoss, loss: loss, learningRate: settings.learningRate * factor,
      headLearningRate: settings.headLearningRate * factor, gradientNorm: clipping.norm,
      trainable: trainable.filter { $0.group != .head }.reduce(-idle) { $0 + $1.count },
      trainableWithHead: trainable.reduce(-idle) { $0 + $1.count }, tokens: objective.training.tokens(of: rows),
      floatingPointOperations: backend.operations - operations)
    optimizer.update(step: step + 1, factor: factor, scale: clipping.scale)
    method.afterUpdate(FinishedUpdate(count: step + 1, gradientScale: Float(clipping.scale)))
    optimizer.clearGradients()
    optimizer.dropFrozen()
    return result
  }
}

/// A run that went to infinity or NaN.
package struct Divergence: Error, CustomStringConvertible, Equatable {
  /// The update, from 0, at which it showed.
  package let step: Int
  /// What was not finite, such as `loss`.
  package internal(set) var quantity: String
  /// The number that was found.
  package let value: Double

  /// Reports a value that is not finite, at update `step` (from 0).
  package init(step: Int, quantity: String, value: Double) {
    self.step = step
    self.quantity = quantity
    self.value = value
  }

  package var description: String { "\(quantity) \(value) at step \(step)" }
}
