// BERT's normal form of a text: cleaning, CJK isolation, accent stripping, lower case (Devlin et al. 2019,
// `BasicTokenizer`), with the character classes of `transformers`' fast tokenizer.

import Foundation

/// The options of BERT's text cleaning.
struct BertText: Sendable, Equatable {
  /// Whether control characters go and all white space becomes spaces.
  var cleans = true
  var lowercases = true
  /// nil: as `lowercases` says.
  var stripsAccents: Bool?
  var isolatesCJK = true

  /// The text, cleaned as the options say.
  func normalized(_ text: String) -> String {
    var cleaned = String.UnicodeScalarView()
    var isASCII = true
    for scalar in text.unicodeScalars where !cleans || !Self.isRemoved(scalar) {
      if !scalar.isASCII { isASCII = false }
      if cleans && Self.isSpace(scalar) {
        cleaned.append(" ")
      } else if isolatesCJK && Self.isCJK(scalar) {
        cleaned.append(contentsOf: [" ", scalar, " "])
      } else {
        cleaned.append(scalar)
      }
    }
    if stripsAccents ?? lowercases, !isASCII {
      cleaned = String.UnicodeScalarView(
        String(cleaned).decomposedStringWithCanonicalMapping.unicodeScalars.filter { !Self.isNonspacingMark($0) })
    }
    return lowercases ? lowercased(cleaned) : String(cleaned)
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) }
    return scalar.properties.isWhitespace
  }

  /// Control, format and private-use characters, and U+FFFD; tab and line ends are white space.
  private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: return false
    case 0x20...0x7E: return false
    case 0xFFFD: return true
    default: break
    }
    switch category(scalar) {
    case .control, .format, .privateUse: return true
    default: return false
    }
  }

  private static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII && category(scalar) == .nonspacingMark
  }

  /// All of ASCII that is neither letter, digit nor control, and Unicode's punctuation.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      switch scalar.value {
      case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
      default: return false
      }
    }
    switch category(scalar) {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  /// The category in Unicode 8, whose tables the reference has: it does not know what was assigned later.
  private static func category(_ scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
    guard let age = scalar.properties.age, age.major <= 8 else { return .unassigned }
    return scalar.properties.generalCategory
  }

  /// CJK ideographs. The gap before 2B920 is the reference's own.
  private static func isCJK(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default: return false
    }
  }
}

/// Each scalar in lower case by itself, whatever stands around it.
func lowercased(_ text: String.UnicodeScalarView) -> String {
  var lower = String.UnicodeScalarView()
  for scalar in text {
    if scalar.isASCII {
      let isCapital = (0x41...0x5A).contains(scalar.value)
      lower.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
    } else {
      lower.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }
  return String(lower)
}
