import Layers
import Settings
import Tensors

/// AdamW with decoupled weight decay (Loshchilov and Hutter 2019), one learning rate for the head and one for the rest.
///
/// Moments are made at a parameter's first update, and go when it is frozen.
final class AdamW {
  struct Moments {
    var first: Tensor
    var second: Tensor
  }

  let parameters: [Parameter]
  private let settings: TrainingSettings
  /// In the order of `parameters`; `nil` before the first update and after freezing.
  private(set) var moments: [Moments?]

  init(_ parameters: [Parameter], _ settings: TrainingSettings) {
    self.parameters = parameters
    self.settings = settings
    moments = Array(repeating: nil, count: parameters.count)
  }

  /// The parameters that learn now.
  var trainable: [Parameter] { parameters.filter(\.isTrainable) }

  /// The norm of all gradients together.
  func gradientNorm() -> Double {
    var sum = 0.0
    for parameter in parameters { sum += parameter.gradient?.sumOfSquares ?? 0 }
    return sum.squareRoot()
  }

  /// Update number `step` (from 1) with gradients times `scale`; they stay until `clearGradients()`.
  func update(step: Int, factor: Double, scale: Double) {
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
          epsilon: Float(settings.epsilon),
          weightDecay: parameter.decays || settings.decaysVectors ? Float(settings.weightDecay) : 0, step: step,
          gradientScale: Float(scale)))
    }
  }

  /// Lets go of the moments of what no longer learns.
  func dropFrozen() {
    for (index, parameter) in parameters.enumerated() where !parameter.isTrainable { moments[index] = nil }
  }

  func clearGradients() {
    for parameter in parameters { parameter.tensor.clearGradient() }
  }

  /// Takes up saved moments of the parameter at `index`.
  func restore(_ moments: Moments?, at index: Int) { self.moments[index] = moments }
}
