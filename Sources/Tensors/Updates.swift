/// What happens to parameters outside the graph, between two passes.
extension Tensor {
  /// One AdamW update in place; `first` and `second` are the moments, of the same shape.
  package func updateAdamW(gradient: Tensor, first: Tensor, second: Tensor, _ settings: AdamWSettings) {
    precondition(gradient.shape == shape && first.shape == shape && second.shape == shape, "AdamW on \(shape)")
    backend.adamW(weights: buffer, gradient: gradient.buffer, first: first.buffer, second: second.buffer, settings)
  }
}
