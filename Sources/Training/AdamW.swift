import Layers
import Settings
import Storage
import Tensors

/// AdamW with decoupled weight decay (Loshchilov and Hutter 2019), one learning rate for the head and one for the rest.
///
/// Moments are made at a parameter's first update, and go when it is frozen.
package final class AdamW {
  /// The running means of a parameter's gradient and of its square, both shaped as the parameter.
  package struct Moments {
    /// The mean of the gradient.
    package var first: Tensor
    /// The mean of its square.
    package var second: Tensor
  }

  package let parameters: [Parameter]
  private let settings: TrainingSettings
  /// In the order of `parameters`; `nil` before the first update and after freezing.
  package private(set) var moments: [Moments?]

  /// Updates these parameters; nothing is allocated yet.
  package init(_ parameters: [Parameter], _ settings: TrainingSettings) {
    self.parameters = parameters
    self.settings = settings
    moments = Array(repeating: nil, count: parameters.count)
  }

  /// The parameters that learn now.
  var trainable: [Parameter] { parameters.filter(\.isTrainable) }

  /// Update number `step` (from 1) with gradients times `scale`; they stay until `clearGradients()`.
  package func update(step: Int, factor: Double, scale: Double) {
    for (index, parameter) in parameters.enumerated() where parameter.isTrainable {
      guard let gradient = parameter.gradient else { continue }
      let held =
        moments[index]
        ?? Moments(
          first: .zeros(parameter.shape, on: gradient.backend), second: .zeros(parameter.shape, on: gradient.backend))
      moments[index] = held
      let highest = parameter.group == .head ? settings.headLearningRate : settings.learningRate
      parameter.tensor.updateAdamW(
        gradient: gradient, first: held.first, second: held.second,
        AdamWSettings(
          learningRate: Float(highest * parameter.rateFactor * factor), beta1: Float(settings.beta1), beta2: Float(settings.beta2),
          epsilon: Float(parameter.epsilon ?? settings.epsilon),
          weightDecay: parameter.decays(withVectors: settings.decaysVectors) ? Float(settings.weightDecay) : 0, step: step,
          gradientScale: Float(scale)))
    }
  }

  /// Lets go of the moments of what no longer learns.
  func dropFrozen() {
    for (index, parameter) in parameters.enumerated() where !parameter.isTrainable { moments[index] = nil }
  }

  /// Lets go of the gradients of all parameters.
  package func clearGradients() {
    for parameter in parameters { parameter.tensor.clearGradient() }
  }
}

extension AdamW {
  /// The values and moments of parameters, each under its place among all; they are fetched when they are written.
  package func saved(_ isSaved: (Parameter) -> Bool = { _ in true }) -> [SealedEntry] {
    parameters.enumerated().filter { isSaved($1) }.flatMap { index, parameter in
      var held: [(String, Tensor)] = [("value", parameter.tensor)]
      if let moments = moments[index] { held += [("first", moments.first), ("second", moments.second)] }
      return held.map { kind, tensor in SealedEntry("parameters/\(index).\(kind)", count: tensor.count) { tensor.values } }
    }
  }

  /// Takes up saved values and moments.
  ///
  /// - Throws: `CheckpointError` when a value is missing or misshapen.
  package func restore(_ saved: CheckpointContents, _ isSaved: (Parameter) -> Bool = { _ in true }) throws {
    for (index, parameter) in parameters.enumerated() where isSaved(parameter) {
      let place = "parameters/\(index)", (count, shape, backend) = (parameter.count, parameter.shape, parameter.tensor.backend)
      parameter.tensor.assign(try saved.floats("\(place).value", count: count))
      guard saved.has("\(place).first") else { continue }
      moments[index] = Moments(
        first: Tensor(try saved.floats("\(place).first", count: count), shape: shape, on: backend),
        second: Tensor(try saved.floats("\(place).second", count: count), shape: shape, on: backend))
    }
  }
}
