// Finds the special tokens that are spelled out in a text, before anything else looks at it.

/// A special token as it is spelled in a text.
struct SpecialToken: Sendable {
  let bytes: [UInt8]
  let id: Int32
  /// Whether the token swallows the white space before it, as RoBERTa's `<mask>` does.
  let stripsLeft: Bool

  init(_ text: some StringProtocol, id: Int32, stripsLeft: Bool = false) {
    bytes = Array(text.utf8)
    self.id = id
    self.stripsLeft = stripsLeft
  }
}

/// Splits UTF-8 text at the special tokens in it: leftmost first, the longest where several begin at one place.
struct SpecialTokenSplitter: Sendable {
  enum Part: Equatable {
    case text(Range<Int>)
    case special(Int32)
  }

  /// Longest first, so that the first that fits is the right one.
  private let tokens: [SpecialToken]
  /// Whether a special token begins with this byte.
  private let begins: [Bool]

  init(_ tokens: [SpecialToken]) {
    let spelled = tokens.filter { !$0.bytes.isEmpty }
    self.tokens = spelled.sorted { ($1.bytes.count, $0.id) < ($0.bytes.count, $1.id) }
    var begins = [Bool](repeating: false, count: 256)
    for token in spelled { begins[Int(token.bytes[0])] = true }
    self.begins = begins
  }

  func split(_ text: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var start = 0
    var position = 0
    while position < text.count {
      guard begins[Int(text[position])],
        let token = tokens.first(where: { text[position...].starts(with: $0.bytes) })
      else {
        position += 1
        continue
      }
      let end = token.stripsLeft ? endWithoutWhitespace(text[start..<position]) : position
      if end > start { parts.append(.text(start..<end)) }
      parts.append(.special(token.id))
      position += token.bytes.count
      start = position
    }
    if start < text.count { parts.append(.text(start..<text.count)) }
    return parts
  }

  private func endWithoutWhitespace(_ text: ArraySlice<UInt8>) -> Int {
    var rest = String(decoding: text, as: UTF8.self).unicodeScalars[...]
    var end = text.endIndex
    while let last = rest.popLast(), last.properties.isWhitespace {
      end -= UTF8.width(last)
    }
    return end
  }
}
