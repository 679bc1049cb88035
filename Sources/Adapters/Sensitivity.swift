// How much the loss depends on a parameter, averaged over training: the score that AFLoRA freezes by and AdaLoRA prunes by.
import Layers
import Tensors

/// What is measured of a weight `p` with gradient `g` (AFLoRA, Eq. 2 and Fig. 4).
package enum Sensitivity: String, Sendable, Codable, CaseIterable {
  case gradient
  case weightGradient = "weight-gradient"
  case gradientOverWeight = "gradient-over-weight"

  /// It is no more than this that a gradient is divided by.
  private static let leastWeight: Float = 1e-12

  /// Entry by entry, outside the graph.
  fileprivate func callAsFunction(_ gradient: Tensor, _ weight: Tensor) -> Tensor {
    let g = gradient.magnitudes
    return switch self {
    case .gradient: g
    case .weightGradient: weight.magnitudes.multiplied(by: g)
    case .gradientOverWeight: g.divided(by: weight.magnitudes.clamped(atLeast: Self.leastWeight))
    }
  }
}

/// The running mean of a parameter's sensitivity and of its spread about that mean, both shaped as the parameter (AFLoRA, Eq. 2 and 3;
/// AdaLoRA, Eq. 9 and 10).
package struct SensitivityAverages {
  /// What the sensitivity is on average.
  package let mean: Tensor
  /// How far it is from that on average.
  package let spread: Tensor

  /// Zeros for a parameter.
  package init(of parameter: Parameter) {
    self.init(
      mean: .zeros(parameter.shape, on: parameter.tensor.backend), spread: .zeros(parameter.shape, on: parameter.tensor.backend))
  }

  /// Averages that were saved.
  package init(mean: Tensor, spread: Tensor) { (self.mean, self.spread) = (mean, spread) }

  /// Takes in what the gradient says now.
  package func update(_ sensitivity: Sensitivity, gradient: Tensor, weight: Tensor, beta1: Float, beta2: Float) {
    mean.backend.withoutGradients {
      let now = sensitivity(gradient, weight)
      mean.average(factor: beta1, with: now, share: 1 - beta1)
      spread.average(factor: beta2, with: now.distances(to: mean), share: 1 - beta2)
    }
  }

  /// What scores are made of, entry by entry: mean times spread.
  package var products: Tensor { mean.backend.withoutGradients { mean.multiplied(by: spread) } }
}
