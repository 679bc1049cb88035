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

/// One operation that the backward pass will visit, or a part of a graph that it will make again.
final class Node {
  /// What happens with the gradient of the output.
  enum Work {
    /// It is passed on to the inputs.
    case backward((Buffer) -> Void)
    /// The part that the node stands for is made again, the gradient at its end; `steps` is how one walks through it.
    case expansion([GraphWalk.Step], (Buffer) -> Node?)
    /// Another graph's affair: the node stands at a part's beginning for what comes before it.
    case elsewhere
  }

  let inputs: [Node]
  let output: GradientSlot
  /// One more than the deepest input: an order in which every node comes after its inputs.
  let depth: Int
  /// Dropped, with all it holds, once it is done.
  var work: Work?
  /// The walk that has found it.
  var mark: GraphWalk.Mark?
  /// Its place among all that the walk has found.
  var order = 0
  /// The places of all that the part it stands for consists of.
  var places: [Int] = []

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

/// A way through a graph from its end, last inputs first. Parts that are to be made again are walked through as they were when they were
/// made first, so that what they consist of has the places that it would have in a graph that holds it.
struct GraphWalk {
  /// What the nodes that a walk has found hold in common.
  final class Mark {}

  /// What a walk through a part meets.
  enum Step {
    /// One of its own nodes.
    case place
    /// An input of the part, by its place among those.
    case input(Int)
  }

  private enum Entry {
    case node(Node)
    /// The rest of a part, from this step on.
    case rest(Node, [Step], Int)
  }

  let mark: Mark
  /// The place of the node that is found next.
  let place: () -> Int

  /// Calls `found` for each node that is met for the first time, and `elsewhere` for each that stands for another graph's.
  func callAsFunction(from last: Node, found: (Node) -> Void, elsewhere: (Node) -> Void = { _ in }) {
    var stack = [Entry.node(last)]
    while let entry = stack.popLast() {
      switch entry {
      case .node(let node):
        guard node.mark !== mark else { continue }
        node.mark = mark
        if case .elsewhere = node.work {
          elsewhere(node)
          continue
        }
        node.order = place()
        found(node)
        if case .expansion(let steps, _) = node.work {
          // the first of its places is its end's, which is the node's own
          node.places = [node.order]
          stack.append(.rest(node, steps, 1))
        } else {
          stack.append(contentsOf: node.inputs.map { .node($0) })
        }
      case .rest(let node, let steps, let start):
        var next = start
        while next < steps.count, case .place = steps[next] {
          node.places.append(place())
          next += 1
        }
        guard next < steps.count, case .input(let index) = steps[next] else { continue }
        stack.append(.rest(node, steps, next + 1))
        stack.append(.node(node.inputs[index]))
      }
    }
  }

  /// How one walks through the part of a graph that ends with `last` and begins with nodes that stand for `inputs`.
  static func steps(to last: Node, from inputs: [Node]) -> [Step] {
    var steps: [Step] = []
    let walk = GraphWalk(mark: Mark()) {
      steps.append(.place)
      return 0
    }
    walk(from: last, found: { _ in }) { node in
      if let index = inputs.firstIndex(where: { $0 === node }) { steps.append(.input(index)) }
    }
    return steps
  }
}

/// One way back through the graph: deeper nodes first, those of one depth by their places. That order is a function of the graph, so that
/// sums are formed in the same order every time, whether parts of it are made again on the way or not.
struct BackwardPass {
  /// What is still to be visited, by depth.
  private var pending: [[Node]] = []
  private let mark = GraphWalk.Mark()

  /// Visits all that leads to a node, whose gradient is there already.
  mutating func run(from last: Node) {
    var places = 0
    find(from: last) {
      places += 1
      return places
    }
    // a part that is made again adds nodes that are less deep than its end
    while let nodes = pending.popLast() {
      for node in nodes.sorted(by: { $0.order < $1.order }) { visit(node) }
    }
  }

  private mutating func visit(_ node: Node) {
    guard let gradient = node.output.take(), let work = node.work else { return }
    node.work = nil
    switch work {
    case .backward(let body): body(gradient)
    case .expansion(_, let body):
      guard let last = body(gradient) else { return }
      var places = node.places.makeIterator()
      find(from: last) { places.next() ?? 0 }
      // its end is as deep as the node, and next
      if let end = pending.last?.last, end === last, pending.count == node.depth + 1 {
        pending.removeLast()
        visit(end)
      }
    case .elsewhere: break
    }
  }

  private mutating func find(from last: Node, place: @escaping () -> Int) {
    var found: [Node] = []
    GraphWalk(mark: mark, place: place)(from: last, found: { found.append($0) })
    for node in found {
      while pending.count <= node.depth { pending.append([]) }
      pending[node.depth].append(node)
    }
  }
}
