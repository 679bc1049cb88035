/// A float32 array with a shape, and its place in the graph of operations.
///
/// Operations run at once and, where an input `requiresGradient`, leave a node behind; `backward()` on a single number then adds to
/// `gradient` of every trainable leaf. What leads to no trainable leaf is never visited and nothing is kept for it. A graph serves one
/// backward pass: activations are freed as it goes. Tensors belong to one task, as their backend does.
package final class Tensor {
  /// Lengths of the dimensions, outermost first; `[]` is a single number.
  package let shape: [Int]
  /// Where its numbers lie.
  package let backend: any Backend
  private(set) var buffer: Buffer
  private(set) var slot: GradientSlot?
  let node: Node?

  init(shape: [Int], buffer: Buffer, backend: any Backend, slot: GradientSlot? = nil, node: Node? = nil) {
    precondition(shape.reduce(1, *) == buffer.count, "shape \(shape) for \(buffer.count) elements")
    self.shape = shape
    self.buffer = buffer
    self.backend = backend
    self.slot = slot
    self.node = node
  }

  /// A leaf with these values, row-major.
  package convenience init(_ values: [Float], shape: [Int], on backend: any Backend) {
    self.init(shape: shape, buffer: backend.upload(values), backend: backend)
  }

  /// A leaf whose numbers `fill` writes straight to where they are to lie, row-major, in the element type.
  package convenience init(
    shape: [Int], _ type: Buffer.ElementType, on backend: any Backend, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows {
    self.init(shape: shape, buffer: try backend.upload(shape.reduce(1, *), type, fill: fill), backend: backend)
  }

  /// A tensor with one value in every entry.
  package static func filled(_ value: Float, shape: [Int], on backend: any Backend) -> Tensor {
    let buffer = backend.allocate(shape.reduce(1, *))
    backend.fill(buffer, value)
    return Tensor(shape: shape, buffer: buffer, backend: backend)
  }

  /// A tensor of zeros.
  package static func zeros(_ shape: [Int], on backend: any Backend) -> Tensor { filled(0, shape: shape, on: backend) }

  /// Numbers drawn evenly from `low..<high`.
  package static func uniform(_ stream: RandomStream, low: Float, high: Float, shape: [Int], on backend: any Backend) -> Tensor {
    let buffer = backend.allocate(shape.reduce(1, *))
    backend.uniform(stream, low: low, high: high, into: buffer)
    return Tensor(shape: shape, buffer: buffer, backend: backend)
  }

  /// Numbers drawn from a normal distribution.
  package static func normal(
    _ stream: RandomStream, mean: Float = 0, deviation: Float, shape: [Int], on backend: any Backend
  ) -> Tensor {
    let buffer = backend.allocate(shape.reduce(1, *))
    backend.normal(stream, mean: mean, deviation: deviation, into: buffer)
    return Tensor(shape: shape, buffer: buffer, backend: backend)
  }

  /// The numbers in it.
  package var count: Int { buffer.count }
  /// A copy of the values, row-major.
  package var values: [Float] { backend.download(buffer) }

  /// Whether it holds bfloat16 numbers: operations that take no others must be given `widened`.
  package var isHalf: Bool { buffer.type == .bfloat16 }

  /// The same numbers as float32, outside the graph; the tensor itself where it is that already.
  package var widened: Tensor {
    guard isHalf else { return self }
    let wide = backend.allocate(count)
    backend.widen(buffer, into: wide)
    return Tensor(shape: shape, buffer: wide, backend: backend)
  }

  /// Rounds a frozen leaf to bfloat16 in place.
  package func roundToHalf() {
    precondition(slot == nil && node == nil, "what learns is never rounded")
    guard !isHalf else { return }
    let half = backend.allocate(count, .bfloat16)
    backend.round(buffer, into: half)
    buffer = half
  }

  /// Whether the backward pass must reach this tensor. Set it on leaves only; clearing it drops the gradient too. What learns is
  /// float32: bfloat16 numbers are widened.
  package var requiresGradient: Bool {
    get { slot != nil }
    set {
      precondition(node == nil, "only a leaf is made trainable or frozen")
      if newValue, isHalf { buffer = widened.buffer }
      if newValue != (slot != nil) { slot = newValue ? GradientSlot() : nil }
    }
  }

  /// What backward passes have added up here since `clearGradient()`; `nil` when none reached it.
  package var gradient: Tensor? {
    guard let buffer = slot?.buffer else { return nil }
    return Tensor(shape: shape, buffer: buffer, backend: backend)
  }

  /// Lets go of the gradient.
  package func clearGradient() { slot?.clear() }

  /// Overwrites the values in place; for leaves (parameters between steps). Afterwards they are float32.
  package func assign(_ values: [Float]) {
    if isHalf { buffer = backend.allocate(count) }
    backend.write(values, to: buffer)
  }

  /// Overwrites the values in place with those of a tensor of the same shape; nothing is read back.
  package func assign(_ other: Tensor) {
    precondition(other.shape == shape, "\(other.shape) is assigned to \(shape)")
    if buffer.type != other.buffer.type { buffer = backend.allocate(count, other.buffer.type) }
    backend.copy(other.buffer, from: 0, to: buffer, at: 0, count: count)
  }

  /// Overwrites a row of a matrix with zeros in place; for leaves. Nothing is read back.
  package func clearRow(_ row: Int) {
    let columns = shape[1], zeros = backend.allocate(columns)
    precondition((0..<shape[0]).contains(row), "row \(row) of \(shape[0])")
    backend.fill(zeros, 0)
    backend.copy(zeros, from: 0, to: buffer, at: row * columns, count: columns)
  }

  /// The same numbers outside the graph.
  package var detached: Tensor { Tensor(shape: shape, buffer: buffer, backend: backend) }

  /// A leaf with a copy of the values.
  package func copied() -> Tensor {
    let copy = backend.allocate(count, buffer.type)
    backend.copy(buffer, from: 0, to: copy, at: 0, count: count)
    return Tensor(shape: shape, buffer: copy, backend: backend)
  }

  /// Whether every value is finite.
  package var isFinite: Bool {
    let answer = Scalars(1, on: backend)
    answer.add(.notFinite, of: widened, at: 0)
    return answer.values[0] == 0
  }

  /// The value of a tensor with one element.
  package var item: Float {
    precondition(count == 1, "a tensor of shape \(shape) is not a single number")
    return values[0]
  }

  /// The result of an operation. `backward` is kept only where an input requires a gradient.
  static func result(
    _ shape: [Int], _ buffer: Buffer, of inputs: [Tensor?], on backend: any Backend, backward: @autoclosure () -> (Buffer) -> Void
  ) -> Tensor {
    let needed = inputs.compactMap { $0 }.filter(\.requiresGradient)
    guard backend.recordsGradients, !needed.isEmpty else { return Tensor(shape: shape, buffer: buffer, backend: backend) }
    let slot = GradientSlot()
    let node = Node(inputs: needed.compactMap(\.node), output: slot, backward: backward())
    return Tensor(shape: shape, buffer: buffer, backend: backend, slot: slot, node: node)
  }

  /// The slot that the backward pass of an operation must fill, if gradients are recorded at all.
  var recordedSlot: GradientSlot? { backend.recordsGradients ? slot : nil }

  /// Adds the gradient of this single number with respect to every trainable leaf to that leaf's `gradient`.
  package func backward() {
    precondition(count == 1, "backward starts from a single number, not from shape \(shape)")
    guard let node, let slot else { return }
    slot.add(backend.upload([1 as Float]), exclusive: true, on: backend)
    var pass = BackwardPass()
    pass.run(from: node)
  }
}
