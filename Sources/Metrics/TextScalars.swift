// Text as the Python programs see it whose scores are to be met: one Unicode scalar after the other, never grapheme clusters.

/// Unicode scalars with the lower case and the white space of Python's `str`.
enum TextScalars {
  /// `str.lower()`: the full lower-case mapping of each scalar; a sigma at the end of a word becomes its final form.
  static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var lower: [Unicode.Scalar] = []
    lower.reserveCapacity(text.count)
    for (place, scalar) in text.enumerated() {
      switch scalar {
      case "A"..."Z": lower.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
      case "\0"..."\u{7F}": lower.append(scalar)
      case "\u{3A3}": lower.append(isFinalSigma(at: place, of: text) ? "\u{3C2}" : "\u{3C3}")
      default: lower.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return lower
  }

  /// `str.split()`: the words between white space, as UTF-8.
  static func words(_ text: [Unicode.Scalar]) -> [[UInt8]] {
    text.split(whereSeparator: isSpace).map(utf8)
  }

  /// The bytes of some scalars, by which words are compared: strings of Swift are equal where their bytes are not.
  static func utf8(_ scalars: ArraySlice<Unicode.Scalar>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scalars.count)
    for scalar in scalars {
      if scalar.isASCII { bytes.append(UInt8(scalar.value)) } else { bytes.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
    }
    return bytes
  }

  /// `str.isspace()`, which takes the four separators of ASCII for white space too.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? scalar == " " || ("\t"..."\r").contains(scalar) || ("\u{1C}"..."\u{1F}").contains(scalar)
      : scalar.properties.isWhitespace
  }

  /// Whether a letter comes before and none after, case-ignorable scalars aside.
  private static func isFinalSigma(at place: Int, of text: [Unicode.Scalar]) -> Bool {
    let before = text[..<place].last { !$0.properties.isCaseIgnorable }
    let after = text[(place + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }
}
