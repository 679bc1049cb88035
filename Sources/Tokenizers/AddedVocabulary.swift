// The tokens beside a model's vocabulary, with the ids and the precedence that Hugging Face's `tokenizers` gives them.

/// Added tokens by id.
struct AddedVocabulary: Sendable {
  /// What a token's id says of it: the last that was added under it.
  private(set) var tokens: [Int32: AddedToken] = [:]
  private var ids: [[UInt8]: Int32] = [:]
  /// Every addition in order, those of special tokens apart; a special token stays as it was added first.
  private var special: [AddedToken] = []
  private var ordinary: [AddedToken] = []
  private var specialContents: Set<[UInt8]> = []

  /// The id of an added token; nil where it is none.
  func id(of content: [UInt8]) -> Int32? { ids[content] }

  /// Whether this is a special token, which decoded text leaves out.
  func isSpecial(_ content: [UInt8]) -> Bool { specialContents.contains(content) }

  /// One more than the highest id of an added token.
  var end: Int { tokens.keys.max().map { Int($0) + 1 } ?? 0 }

  /// The tokens by id.
  var inOrder: [AddedToken] { tokens.sorted { $0.key < $1.key }.map(\.value) }

  /// Adds a token: under its id in the model's vocabulary, or under the next free one. Answers the id.
  @discardableResult
  mutating func add(_ token: AddedToken, to model: some PieceModel) -> Int32? {
    if token.content.isEmpty { return nil }
    if token.isSpecial, specialContents.insert(token.content).inserted { special.append(token) }
    if let known = ids[token.content], tokens[known] == token { return known }
    let id = ids[token.content] ?? model.id(of: token.content) ?? Int32(clamping: max(model.count, end))
    ids[token.content] = id
    tokens[id] = token
    if !specialContents.contains(token.content) { ordinary.append(token) }
    return id
  }

  /// Finds the tokens that are looked for in text as it is, or else those looked for in normalized text.
  ///
  /// - Parameters:
  ///   - normalize: What is done to a text before, which is done to the tokens too.
  ///   - splitsSpecial: Whether special tokens are spelled like any other text.
  func finder(normalized: Bool, splitsSpecial: Bool, normalize: ([UInt8]) -> [UInt8] = { $0 }) -> AddedTokenFinder {
    var entries: [AddedTokenFinder.Entry] = []
    for token in special + ordinary where token.isNormalized == normalized {
      guard let id = ids[token.content], let rules = tokens[id] else { continue }
      entries.append(
        AddedTokenFinder.Entry(
          bytes: normalize(token.content), id: id, rules: rules,
          isSkipped: splitsSpecial && specialContents.contains(rules.content)))
    }
    return AddedTokenFinder(entries)
  }
}

/// Splits UTF-8 text at the added tokens in it: leftmost first, the longest where several begin at one place.
struct AddedTokenFinder: Sendable {
  enum Part: Equatable {
    case text(Range<Int>)
    case token(Int32)
  }

  struct Entry: Sendable {
    /// What is looked for.
    let bytes: [UInt8]
    let id: Int32
    let rules: AddedToken
    /// Whether what is found stays text.
    let isSkipped: Bool
  }

  private let entries: [Entry]
  private var trie = PieceTrie()
  /// Whether a token begins with this byte.
  private var begins = [Bool](repeating: false, count: 256)

  init(_ entries: [Entry]) {
    self.entries = entries
    for (index, entry) in entries.enumerated() where !entry.bytes.isEmpty {
      begins[Int(entry.bytes[0])] = true
      // Of two that look the same the first is found.
      if trie.id(of: entry.bytes) == nil { _ = trie.insert(entry.bytes, id: Int32(truncatingIfNeeded: index)) }
    }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// Tokens of which nothing is left to look for; every place of every text would hold them.
  var empty: [AddedToken] { entries.filter(\.bytes.isEmpty).map(\.rules) }

  func split(_ text: ArraySlice<UInt8>) -> [Part] {
    if text.isEmpty { return [] }
    if entries.isEmpty { return [.text(text.indices)] }
    var parts: [Part] = []
    var start = text.startIndex
    var position = text.startIndex
    while position < text.endIndex {
      guard begins[Int(text[position])], let match = trie.longestPrefix(of: text[position...]) else {
        position += 1
        continue
      }
      let entry = entries[Int(match.id)]
      let end = position + match.length
      defer { position = end }
      if entry.isSkipped { continue }
      if entry.rules.isWholeWord, endsInWord(text[..<position]) || beginsWithWord(text[end...]) { continue }
      // White space that a token before took is taken.
      let left = entry.rules.stripsLeft ? max(start, endWithoutWhitespace(text[..<position])) : position
      if start < left { parts.append(.text(start..<left)) }
      parts.append(.token(entry.id))
      start = entry.rules.stripsRight ? startWithoutWhitespace(text[end...]) : end
    }
    if start < text.endIndex { parts.append(.text(start..<text.endIndex)) }
    return parts
  }

  private func endWithoutWhitespace(_ text: ArraySlice<UInt8>) -> Int {
    var end = text.endIndex
    while let last = lastScalar(text[..<end]), last.properties.isWhitespace { end -= UTF8.width(last) }
    return end
  }

  private func startWithoutWhitespace(_ text: ArraySlice<UInt8>) -> Int {
    var start = text.startIndex
    while let first = firstScalar(text[start...]), first.properties.isWhitespace { start += UTF8.width(first) }
    return start
  }

  private func endsInWord(_ text: ArraySlice<UInt8>) -> Bool { lastScalar(text).map(isWordScalar) ?? false }

  private func beginsWithWord(_ text: ArraySlice<UInt8>) -> Bool { firstScalar(text).map(isWordScalar) ?? false }

  private func firstScalar(_ text: ArraySlice<UInt8>) -> Unicode.Scalar? {
    String(decoding: text.prefix(4), as: UTF8.self).unicodeScalars.first
  }

  private func lastScalar(_ text: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let start = text.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return nil }
    return String(decoding: text[start...], as: UTF8.self).unicodeScalars.last
  }
}

/// A letter, mark, digit or connector, as `\w` of a regular expression has it.
func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.isASCII {
    return scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }
  let properties = scalar.properties
  if properties.isAlphabetic || properties.isJoinControl { return true }
  switch properties.generalCategory {
  case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
  default: return false
  }
}
