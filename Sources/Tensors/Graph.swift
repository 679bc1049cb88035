// The graph of operations, and how a backward pass goes through it.

/// Where a gradient gathers: one for each tensor that leads to something trainable.
final class GradientSlot {
  private(set) var buffer: Buffer?
  /// Whether nobody else holds `buffer`, so that it may be added to in place.
  private var isExclusive = false

  /// Adds a gradient. With `exclusive` the buffer is given away and may be changed later.
  func add(_ gradient: Buffer, exclusive: Bool, on backend: any Backend) {
    guard let held = buffer else {
      buffer = gradient
      isExclusive = exclusive
      return
    }
    if isExclusive {
      backend.accumulate(gradient, 1, into: held)
    } else {
      let sum = backend.allocate(held.count)
      backend.add(held, gradient, into: sum)
      buffer = sum
      isExclusive = true
    }
  }

  /// A buffer for a kernel to write into, or to add to when `accumulate` is true.
  func accumulator(_ count: Int, on backend: any Backend) -> (buffer: Buffer, accumulate: Bool) {
    if let held = buffer {
      if isExclusive { return (held, true) }
      let own = backend.allocate(held.count)
      backend.copy(held, from: 0, to: own, at: 0, count: held.count)
      buffer = own
      isExclusive = true
      return (own, true)
    }
    let fresh = backend.allocate(count)
    buffer = fresh
    isExclusive = true
    return (fresh, false)
  }

  func take() -> Buffer? {
    defer { buffer = nil }
    return buffer
  }

  func clear() { buffer = nil }
}

/// One operation that the backward pass will visit.
final class Node {
  let inputs: [Node]
  let output: GradientSlot
  /// One more than the deepest input: an order in which every node comes after its inputs.
  let depth: Int
  /// What happens with the gradient of the output; dropped, with all it holds, once it has.
  var work: Work?
  /// The pass that has found it.
  var mark: BackwardPass.Mark?

  enum Work {
    /// It is passed on to the inputs.
    case backward((Buffer) -> Void)
    /// The part of the graph that the node stands for is made again, the gradient at its end.
    case expansion((Buffer) -> Node?)
    /// Another graph's affair: a node that stands at a part's beginning for what comes before it.
    case elsewhere
  }

  init(inputs: [Node], output: GradientSlot, backward: @escaping (Buffer) -> Void) {
    self.inputs = inputs
    self.output = output
    work = .backward(backward)
    depth = (inputs.map(\.depth).max() ?? 0) + 1
  }

  /// A node that stands for others: a part of a graph, or what comes before a part.
  init(inputs: [Node], output: GradientSlot, depth: Int, _ work: Work) {
    (self.inputs, self.output, self.depth, self.work) = (inputs, output, depth, work)
  }
}

/// One way back through the graph: deeper nodes first, those of one depth in the order in which they are found. That order is a
/// function of the graph, so that sums are formed in the same order every time, whether parts of it are made again on the way or not.
struct BackwardPass {
  /// What is still to be visited, by depth.
  private var pending: [[Node]] = []
  private let mark = Mark()

  /// What the nodes that a pass has found hold in common.
  final class Mark {}

  /// Visits all that leads to a node, whose gradient is there already.
  mutating func run(from last: Node) {
    find(from: last)
    while let depth = pending.indices.last {
      var place = 0
      // a node that expands may add others of its own depth, never deeper ones
      while place < pending[depth].count {
        visit(pending[depth][place])
        place += 1
      }
      pending.removeLast()
    }
  }

  private mutating func visit(_ node: Node) {
    guard let gradient = node.output.take(), let work = node.work else { return }
    node.work = nil
    switch work {
    case .backward(let body): body(gradient)
    case .expansion(let body): if let last = body(gradient) { find(from: last) }
    case .elsewhere: break
    }
  }

  private mutating func find(from last: Node) {
    var stack = [last]
    while let next = stack.popLast() {
      if case .elsewhere = next.work { continue }
      guard next.mark !== mark else { continue }
      next.mark = mark
      while pending.count <= next.depth { pending.append([]) }
      pending[next.depth].append(next)
      stack.append(contentsOf: next.inputs)
    }
  }
}
