// The syntax of Python's regular expressions, as far as it is taken.

/// A part of a pattern.
indirect enum PatternPart {
  case one(ModulePattern.ScalarSet)
  case start
  case end
  case sequence([PatternPart])
  case choice([PatternPart])
  /// At least so often, and at most, where there is a limit.
  case repeated(PatternPart, Int, Int?)
  /// What must follow, or must not.
  case ahead(PatternPart, isNegative: Bool)
}

/// Reads a pattern from its first character to its last.
struct PatternParser {
  private typealias Problem = ModulePattern.Problem

  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var names: Set<String> = []

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The whole pattern.
  ///
  /// - Throws: `ModulePattern.Problem`.
  mutating func parse() throws -> PatternPart {
    guard scalars.count <= ModulePattern.Budget.longest else {
      throw Problem(text: "it is longer than \(ModulePattern.Budget.longest) characters")
    }
    let part = try choice()
    guard next == nil else { throw Problem(text: "a ')' closes nothing") }
    return part
  }

  private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private mutating func take(_ text: String) -> Bool {
    guard scalars[place...].starts(with: text.unicodeScalars) else { return false }
    place += text.unicodeScalars.count
    return true
  }

  private mutating func choice() throws -> PatternPart {
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func sequence() throws -> PatternPart {
    var parts: [PatternPart] = []
    while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repeated(try item(), after: scalar)) }
    return .sequence(parts)
  }

  private mutating func item() throws -> PatternPart {
    let scalar = scalars[place]
    place += 1
    switch scalar {
    case ".": return .one(ModulePattern.ScalarSet(ranges: [0x0a...0x0a], isNegative: true))
    case "^": return .start
    case "$": return .end
    case "(": return try group()
    case "[": return .one(try set())
    case "\\":
      if take("A") { return .start }
      if take("Z") { return .end }
      return .one(try escaped())
    case "*", "+", "?", "{": throw Problem(text: "a '\(scalar)' repeats nothing")
    default: return .one(Self.only(scalar))
    }
  }

  private mutating func group() throws -> PatternPart {
    depth += 1
    guard depth <= ModulePattern.Budget.deepest else { throw Problem(text: "its groups lie too deep in each other") }
    var isAhead = false, isNegative = false
    if take("?") {
      if take("!") {
        (isAhead, isNegative) = (true, true)
      } else if take("=") {
        isAhead = true
      } else if take("P<") {
        try name()
      } else if !take(":") {
        let kind = next.map { String($0) } ?? ""
        throw Problem(text: "a group '(?\(kind)' is not taken; known are (…), (?:…), (?P<name>…), (?=…), (?!…)")
      }
    }
    let part = try choice()
    guard take(")") else { throw Problem(text: "a '(' is not closed") }
    depth -= 1
    return isAhead ? .ahead(part, isNegative: isNegative) : part
  }

  private mutating func name() throws {
    var name = ""
    while let scalar = next, scalar != ">" {
      name.unicodeScalars.append(scalar)
      place += 1
    }
    let isName = name.unicodeScalars.allSatisfy(Self.word.contains) && !(name.first?.isNumber ?? true)
    guard take(">"), isName else { throw Problem(text: "'\(name)' is no group's name") }
    guard names.insert(name).inserted else { throw Problem(text: "two groups have the name '\(name)'") }
  }

  /// An item with the repetition behind it.
  private mutating func repeated(_ part: PatternPart, after first: Unicode.Scalar) throws -> PatternPart {
    guard let limits = try repetition() else { return part }
    switch part {
    case .start, .end: throw Problem(text: "a repetition of '\(first)' repeats nothing")
    default: break
    }
    // as few as possible matches what as many as possible does
    _ = take("?")
    if let scalar = next, "*+?{".unicodeScalars.contains(scalar) {
      throw Problem(text: "'\(scalar)' follows a repetition, which is not taken")
    }
    return .repeated(part, limits.least, limits.most)
  }

  private mutating func repetition() throws -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard take("{") else { return nil }
    let least = try number()
    var most = least
    if take(",") { most = try number() }
    guard take("}"), least != nil || most != nil else {
      throw Problem(text: "a '{' begins no repetition; write \\{ for the character")
    }
    if let most, most < least ?? 0 { throw Problem(text: "a repetition's end is below its start") }
    return (least ?? 0, most)
  }

  private mutating func number() throws -> Int? {
    var digits = ""
    while let scalar = next, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      place += 1
    }
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits), number <= ModulePattern.Budget.mostRepetitions else {
      throw Problem(text: "a repetition of \(digits); at most \(ModulePattern.Budget.mostRepetitions) are taken")
    }
    return number
  }

  /// What stands behind `[`, with its `]`.
  private mutating func set() throws -> ModulePattern.ScalarSet {
    var set = ModulePattern.ScalarSet()
    set.isNegative = take("^")
    var isEmpty = true
    while isEmpty || next != "]" {
      isEmpty = false
      let first = try member()
      guard place + 1 < scalars.count, scalars[place] == "-", scalars[place + 1] != "]" else {
        set.ranges += try first.positiveRanges()
        continue
      }
      place += 1
      let last = try member()
      guard let low = first.single, let high = last.single, low <= high else { throw Problem(text: "a range of '[…]' is none") }
      set.ranges.append(low...high)
    }
    place += 1
    return set
  }

  private mutating func member() throws -> ModulePattern.ScalarSet {
    guard let scalar = next else { throw Problem(text: "a '[' is not closed") }
    place += 1
    return scalar == "\\" ? try escaped() : Self.only(scalar)
  }

  /// What stands behind a backslash.
  private mutating func escaped() throws -> ModulePattern.ScalarSet {
    guard let scalar = next else { throw Problem(text: "it ends with a backslash") }
    place += 1
    switch scalar {
    case "d": return Self.digit
    case "D": return Self.digit.others
    case "w": return Self.word
    case "W": return Self.word.others
    case "s": return Self.space
    case "S": return Self.space.others
    case _ where Self.word.contains(scalar) && scalar != "_":
      throw Problem(text: "'\\\(scalar)' is not taken; known are \\d \\D \\w \\W \\s \\S \\A \\Z and signs")
    default: return Self.only(scalar)
    }
  }

  private static func only(_ scalar: Unicode.Scalar) -> ModulePattern.ScalarSet {
    ModulePattern.ScalarSet(ranges: [scalar.value...scalar.value])
  }

  // modules' names are ASCII
  private static let digit = ModulePattern.ScalarSet(ranges: [0x30...0x39])
  private static let word = ModulePattern.ScalarSet(ranges: [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])
  private static let space = ModulePattern.ScalarSet(ranges: [0x09...0x0d, 0x1c...0x20])
}

extension ModulePattern.ScalarSet {
  /// All characters that are not in it.
  fileprivate var others: Self { Self(ranges: ranges, isNegative: !isNegative) }

  /// The character, where it is one.
  fileprivate var single: UInt32? {
    guard !isNegative, ranges.count == 1, ranges[0].count == 1 else { return nil }
    return ranges[0].lowerBound
  }

  /// Its characters as ranges.
  fileprivate func positiveRanges() throws -> [ClosedRange<UInt32>] {
    guard isNegative else { return ranges }
    var result: [ClosedRange<UInt32>] = [], next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    return result + [next...0x10_ffff]
  }
}
