import Layers
import Tensors

/// Clipping by the norm of all gradients together (Pascanu et al. 2013), with PyTorch's 1e-6 in the denominator.
///
/// The gradients stay as they are: the optimizer multiplies by the factor as it reads them.
package struct GradientClipping: Equatable {
  /// The norm before clipping: the root of the sum of all squares.
  package let norm: Double
  /// The factor on every gradient that keeps the norm within its limit; 1 where it is.
  package let scale: Double

  /// Looks at the gradients of `parameters` before update number `step`, from 0.
  ///
  /// - Parameter limit: the highest norm; 0 clips nothing.
  /// - Throws: `Divergence` when the norm is not finite.
  package init(_ parameters: [Parameter], limit: Double, step: Int) throws {
    let gradients = parameters.compactMap(\.gradient)
    var sum = 0.0
    if let backend = gradients.first?.backend {
      let squares = Scalars(1, on: backend)
      for gradient in gradients { squares.add(.sumOfSquares, of: gradient, at: 0) }
      sum = squares.values[0]
    }
    norm = sum.squareRoot()
    guard norm.isFinite else { throw Divergence(step: step, quantity: "gradient norm", value: norm) }
    scale = limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
  }
}
