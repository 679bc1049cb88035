// Which characters the machine's fonts have. gnuplot covers a picture with black where a text has one that none of them has.

/// The characters of all fonts together.
struct FontCoverage {
  /// Ascending; none where the fonts are not known.
  private let ranges: [ClosedRange<UInt32>]

  /// What stands for a character that no font has.
  private static let replacement = "?"

  /// Reads what `fc-list --format '%{charset}\n'` prints: a line for each font, of numbers and ranges in hexadecimal. What is none of
  /// these is left out.
  init(listing: String) {
    let words = Set(listing.split(whereSeparator: \.isWhitespace))
    ranges = words.compactMap { word -> ClosedRange<UInt32>? in
      let ends = word.split(separator: "-").map { UInt32($0, radix: 16) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count < 3, first <= last else { return nil }
      return first...last
    }.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
  }

  /// Whether a character is of no script that every font for the screen has.
  static func isUnusual(_ scalar: Unicode.Scalar) -> Bool { scalar.value > 0x52f && !(0x2000...0x22ff).contains(scalar.value) }

  /// A text whose unusual characters are those of fonts; others are question marks. Where no fonts are known, the text as it is.
  func legible(_ text: String) -> String {
    guard !ranges.isEmpty else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !Self.isUnusual(scalar) || scalar.properties.generalCategory == .format || has(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: Self.replacement.unicodeScalars)
      }
    }
    return String(result)
  }

  private func has(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }
}
