// Regular expressions over modules' paths, as Python's `re` reads them. Only whether one matches is asked, never where, so all its ways
// are followed at once: the time is the path's length times the pattern's, whatever the pattern.

/// A regular expression of the peft library's settings: what of Python's syntax needs no memory of what was matched.
struct ModulePattern: Sendable, Equatable {
  /// What the patterns of one file may amount to, so that none of them takes long.
  struct Budget {
    /// Steps of all patterns together.
    var steps = 1 << 17
    /// Steps within lookaheads, which are tried at every place.
    var lookaheadSteps = 256
    /// Characters of one pattern.
    static let longest = 1024
    /// How deep groups may lie in each other.
    static let deepest = 32
    /// How often a counted repetition may repeat.
    static let mostRepetitions = 100
  }

  /// Why a pattern is not taken.
  struct Problem: Error {
    let text: String
  }

  indirect enum Step: Sendable {
    case one(ScalarSet)
    case either(Int, Int)
    case go(Int)
    case start
    case end
    case ahead([Step], isNegative: Bool)
    case accept
  }

  /// Characters: single ones and ranges, or all others.
  struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegative = false

    func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } != isNegative }
  }

  /// The pattern as the file has it.
  let text: String
  private let steps: [Step]

  /// Reads a pattern.
  ///
  /// - Parameter budget: what is left of the file's; less afterwards.
  /// - Throws: `ModulePattern.Problem` for what is no pattern, is too large, or is not among what is taken.
  init(_ text: String, budget: inout Budget) throws {
    self.text = text
    var parser = PatternParser(text)
    var compiler = PatternCompiler(budget: budget)
    steps = try compiler.steps(of: parser.parse())
    budget = compiler.budget
  }

  /// Whether the whole path is what the pattern says: `re.fullmatch`.
  func matches(_ path: String) -> Bool { Self.run(steps, on: Array(path.unicodeScalars), from: 0, whole: true) }

  /// Whether the path begins as the pattern says: `re.match`.
  func begins(_ path: String) -> Bool { Self.run(steps, on: Array(path.unicodeScalars), from: 0, whole: false) }

  static func == (one: ModulePattern, other: ModulePattern) -> Bool { one.text == other.text }

  private static func run(_ steps: [Step], on path: [Unicode.Scalar], from start: Int, whole: Bool) -> Bool {
    var waiting: [Int] = [], pending = [0]
    // the place at which a step was last reached
    var seen = [Int](repeating: -1, count: steps.count)
    for place in start...path.count {
      waiting.removeAll(keepingCapacity: true)
      while let step = pending.popLast() {
        guard seen[step] != place else { continue }
        seen[step] = place
        switch steps[step] {
        case .one: waiting.append(step)
        case .either(let first, let second): pending += [second, first]
        case .go(let next): pending.append(next)
        case .start: if place == 0 { pending.append(step + 1) }
        case .end: if place == path.count { pending.append(step + 1) }
        case .ahead(let inner, let isNegative):
          if run(inner, on: path, from: place, whole: false) != isNegative { pending.append(step + 1) }
        case .accept: if !whole || place == path.count { return true }
        }
      }
      guard place < path.count, !waiting.isEmpty else { return false }
      for step in waiting {
        if case .one(let set) = steps[step], set.contains(path[place]) { pending.append(step + 1) }
      }
    }
    return false
  }
}

/// Turns a pattern's parts into steps.
private struct PatternCompiler {
  var budget: ModulePattern.Budget
  private var isAhead = false

  init(budget: ModulePattern.Budget) { self.budget = budget }

  mutating func steps(of part: PatternPart) throws -> [ModulePattern.Step] {
    var steps: [ModulePattern.Step] = []
    try add(part, to: &steps)
    try append(.accept, to: &steps)
    return steps
  }

  /// Counts one more part; even an empty one, which may stand in repetitions of repetitions.
  private mutating func spend() throws {
    budget.steps -= 1
    guard budget.steps >= 0 else { throw ModulePattern.Problem(text: "the patterns are too large together") }
  }

  private mutating func append(_ step: ModulePattern.Step, to steps: inout [ModulePattern.Step]) throws {
    try spend()
    if isAhead { budget.lookaheadSteps -= 1 }
    guard budget.lookaheadSteps >= 0 else { throw ModulePattern.Problem(text: "the lookaheads are too large together") }
    steps.append(step)
  }

  private mutating func add(_ part: PatternPart, to steps: inout [ModulePattern.Step]) throws {
    try spend()
    switch part {
    case .one(let set): try append(.one(set), to: &steps)
    case .start: try append(.start, to: &steps)
    case .end: try append(.end, to: &steps)
    case .sequence(let parts): for part in parts { try add(part, to: &steps) }
    case .choice(let parts):
      var ends: [Int] = []
      for part in parts.dropLast() {
        let fork = steps.count
        try append(.go(0), to: &steps)
        try add(part, to: &steps)
        ends.append(steps.count)
        try append(.go(0), to: &steps)
        steps[fork] = .either(fork + 1, steps.count)
      }
      if let last = parts.last { try add(last, to: &steps) }
      for end in ends { steps[end] = .go(steps.count) }
    case .repeated(let part, let least, let most):
      for _ in 0..<least { try add(part, to: &steps) }
      guard let most else {
        let fork = steps.count
        try append(.go(0), to: &steps)
        try add(part, to: &steps)
        try append(.go(fork), to: &steps)
        steps[fork] = .either(fork + 1, steps.count)
        return
      }
      for _ in least..<most {
        let fork = steps.count
        try append(.go(0), to: &steps)
        try add(part, to: &steps)
        steps[fork] = .either(fork + 1, steps.count)
      }
    case .ahead(let part, let isNegative):
      guard !isAhead else { throw ModulePattern.Problem(text: "a lookahead lies within another, which is not taken") }
      isAhead = true
      let inner = try self.steps(of: part)
      isAhead = false
      try append(.ahead(inner, isNegative: isNegative), to: &steps)
    }
  }
}
