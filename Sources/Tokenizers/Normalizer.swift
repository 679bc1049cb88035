// The first stage of a tokenizer: text to the form that its vocabulary was made of.

import Foundation

/// One of the normal forms that tokenizers ask for, or several in a row.
indirect enum Normalizer: Sendable {
  /// A normal form of Unicode.
  enum Form: String, Sendable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"

    /// The text in this form, by the tables of Unicode 11, which the reference has: what was assigned later stays as it
    /// is, and so does its neighbourhood.
    func normalized(_ text: String) -> String {
      if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
      let scalars = text.unicodeScalars
      var result = ""
      var start = scalars.startIndex
      while start < scalars.endIndex {
        let end = scalars[start...].firstIndex { !Self.isKnown($0) } ?? scalars.endIndex
        result += known(String(scalars[start..<end]))
        start = scalars[end...].firstIndex(where: Self.isKnown) ?? scalars.endIndex
        result.unicodeScalars.append(contentsOf: scalars[end..<start])
      }
      return result
    }

    /// Composition takes what was decomposed: by itself it leaves a Hangul syllable apart from its last letter. And
    /// decomposition by compatibility leaves some marks in the order in which it finds them.
    private func known(_ text: String) -> String {
      switch self {
      case .nfc: text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
      case .nfd: text.decomposedStringWithCanonicalMapping
      case .nfkc:
        text.decomposedStringWithCompatibilityMapping.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
      case .nfkd: text.decomposedStringWithCompatibilityMapping.decomposedStringWithCanonicalMapping
      }
    }

    private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
      if scalar.value < 0x300 { return true }
      return scalar.properties.age.map { $0.major <= 11 } ?? false
    }
  }

  case bert(BertText)
  case lowercase
  case form(Form)
  /// Takes all combining marks away.
  case stripAccents
  case replace(TextPattern, with: [UInt8])
  case strip(left: Bool, right: Bool)
  /// Puts a text before every text that is not empty.
  case prepend([UInt8])
  case map(CharacterMap)
  case sequence([Normalizer])

  func normalized(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .sequence(let stages): return stages.reduce(text) { $1.normalized($0) }
    case .replace(let pattern, let content):
      var result: [UInt8] = []
      var start = 0
      for match in pattern.matches(in: text[...]) {
        result.append(contentsOf: text[start..<match.lowerBound])
        result.append(contentsOf: content)
        start = match.upperBound
      }
      result.append(contentsOf: text[start...])
      return result
    case .prepend(let start): return text.isEmpty ? text : start + text
    default: return Array(normalized(String(decoding: text, as: UTF8.self)).utf8)
    }
  }

  private func normalized(_ text: String) -> String {
    switch self {
    case .bert(let form): return form.normalized(text)
    case .lowercase: return lowercased(text.unicodeScalars)
    case .form(let form): return form.normalized(text)
    case .stripAccents:
      return String(String.UnicodeScalarView(text.unicodeScalars.filter { !Self.isMark($0) }))
    case .strip(let left, let right):
      var scalars = text.unicodeScalars[...]
      if left { scalars = scalars.drop { $0.properties.isWhitespace } }
      while right, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
      return String(scalars)
    case .map(let map): return map.normalized(text)
    case .sequence, .replace, .prepend: return text
    }
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// How many times as long a text can be in this form, about.
  var growth: Int {
    switch self {
    case .replace(let pattern, let content): pattern.growth(content.count)
    case .sequence(let stages): TokenizerStages.product(stages.map(\.growth))
    case .bert, .lowercase, .form, .stripAccents, .strip, .prepend, .map: 1
    }
  }

  /// Whether what a text begins with is never taken away, so that its beginning stays its beginning.
  var keepsBeginning: Bool {
    switch self {
    case .lowercase, .form, .prepend: true
    case .replace(_, let content): !content.isEmpty
    case .sequence(let stages): stages.allSatisfy(\.keepsBeginning)
    case .bert, .stripAccents, .strip, .map: false
    }
  }
}
