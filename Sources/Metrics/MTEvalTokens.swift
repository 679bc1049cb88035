// The tokenisation of NIST's mteval-v13a, which the E2E challenge's scorer and sacrebleu's `13a` share.

/// Cuts text as mteval-v13a does: punctuation stands apart, but for the points and commas of numbers and for hyphens within words.
enum MTEvalTokens {
  /// The words of a text, as UTF-8.
  static func words(_ text: [Unicode.Scalar]) -> [[UInt8]] {
    var text = text
    for (old, new) in plain { text = replacing(old, with: new, in: text) }
    text = [" "] + text + [" "]
    text = text.flatMap { isSymbol($0) ? [" ", $0, " "] : [$0] }
    text = replacingPairs(in: text, where: { !isDigit($0) && isPoint($1) }, by: { [$0, " ", $1, " "] })
    text = replacingPairs(in: text, where: { isPoint($0) && !isDigit($1) }, by: { [" ", $0, " ", $1] })
    text = replacingPairs(in: text, where: { isDigit($0) && $1 == "-" }, by: { [$0, " ", $1, " "] })
    return TextScalars.words(text)
  }

  /// What is replaced first, in this order; a word broken at a line's end is joined.
  private static let plain: [([Unicode.Scalar], [Unicode.Scalar])] = [
    ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
  ].map { (Array($0.0.unicodeScalars), Array($0.1.unicodeScalars)) }

  private static func replacing(
    _ old: [Unicode.Scalar], with new: [Unicode.Scalar], in text: [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    guard let first = old.first, text.contains(first) else { return text }
    var replaced: [Unicode.Scalar] = []
    var place = 0
    while place < text.count {
      if text[place] == first, text[place...].starts(with: old) {
        replaced.append(contentsOf: new)
        place += old.count
      } else {
        replaced.append(text[place])
        place += 1
      }
    }
    return replaced
  }

  /// Replaces pairs of neighbours from the left; a scalar is part of one pair only, as in a regular expression's matches.
  private static func replacingPairs(
    in text: [Unicode.Scalar], where matches: (Unicode.Scalar, Unicode.Scalar) -> Bool,
    by replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    var replaced: [Unicode.Scalar] = []
    replaced.reserveCapacity(text.count + 8)
    var place = 0
    while place < text.count {
      if place + 1 < text.count, matches(text[place], text[place + 1]) {
        replaced.append(contentsOf: replacement(text[place], text[place + 1]))
        place += 2
      } else {
        replaced.append(text[place])
        place += 1
      }
    }
    return replaced
  }

  /// ASCII's punctuation without `'`, `,`, `-` and `.`.
  private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "{"..."~", "["..."`", " "..."&", "("..."+", ":"..."@", "/": true
    default: false
    }
  }

  private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
