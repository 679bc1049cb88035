// Parts of a forward pass that are computed again on the way back, in place of keeping what is within them (Chen et al. 2016,
// "Training Deep Nets with Sublinear Memory Cost").
extension Tensor {
  /// The result of `body` on `inputs`, of which nothing but these is kept for the backward pass: that computes `body` again when it
  /// comes there. Gradients are those of the plain call, to the bit, also where parts share tensors.
  ///
  /// - Parameters:
  ///   - inputs: all tensors that come from operations before the part; parameters need not be named.
  ///   - body: computes the same each time; `again` says that it is the second.
  package static func recomputed(_ inputs: [Tensor], _ body: @escaping (_ inputs: [Tensor], _ again: Bool) -> Tensor) -> Tensor {
    guard let backend = inputs.first?.backend, backend.recordsGradients else { return body(inputs, false) }
    // at the same depth as what they stand for, so that the way back through the part goes in the order of the plain call's
    let stands = inputs.map(\.stand), first = body(stands, false)
    guard let inner = first.node else { return first }
    let output = GradientSlot()
    let outer = Node(
      inputs: inputs.compactMap(\.node), output: output, depth: inner.depth,
      .expansion(GraphWalk.steps(to: inner, from: stands.compactMap(\.node))) { gradient in
        // the same run in whichever way it was made: its operations are those of the plain call
        let operations = backend.operations, second = backend.recordingGradients { body(inputs.map(\.stand), true) }
        backend.operations = operations
        second.recordedSlot?.add(gradient, exclusive: false, on: backend)
        return second.node
      })
    return Tensor(shape: first.shape, buffer: first.buffer, backend: backend, slot: output, node: outer)
  }

  /// What stands at a part's beginning for a tensor from before it: gradients gather where the tensor's own do.
  private var stand: Tensor {
    guard let node, let slot else { return self }
    return Tensor(
      shape: shape, buffer: buffer, backend: backend, slot: slot,
      node: Node(inputs: [], output: slot, depth: node.depth, .elsewhere))
  }
}
