/// What happens to parameters outside the graph, between two passes.
extension Tensor {
  /// One AdamW update in place; `first` and `second` are the moments, of the same shape.
  package func updateAdamW(gradient: Tensor, first: Tensor, second: Tensor, _ settings: AdamWSettings) {
    precondition(gradient.shape == shape && first.shape == shape && second.shape == shape, "AdamW on \(shape)")
    backend.adamW(weights: buffer, gradient: gradient.buffer, first: first.buffer, second: second.buffer, settings)
  }

  /// The sum of squares of all elements, in double precision.
  package var sumOfSquares: Double { backend.sumOfSquares(buffer) }

  /// Updates the running `mean` and `spread` of this parameter's sensitivity to `gradient`, and returns the mean of their product:
  /// AFLoRA's freezing score (Eq. 2 to 4).
  package func updateFreezingScore(
    gradient: Tensor, mean: Tensor, spread: Tensor, beta1: Float, beta2: Float, sensitivity: Sensitivity
  ) -> Double {
    backend.freezingScore(
      mean: mean.buffer, spread: spread.buffer, gradient: gradient.buffer, weights: buffer, beta1: beta1, beta2: beta2, sensitivity)
  }
}
