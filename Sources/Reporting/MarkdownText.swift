// Text from elsewhere as Markdown that shows it as it is, on any forge.

enum MarkdownText {
  private static let escaped: Set<Unicode.Scalar> = ["\\", "|", "*", "_", "`", "[", "]", "~", "$", "#"]

  /// The text with all that Markdown or HTML would read as markup made plain, on one line.
  static func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case _ where PlainText.breaksLine(scalar): result.append(" ")
      case _ where escaped.contains(scalar): result.append(contentsOf: ["\\", scalar])
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Plain text at the start of a line, where `-`, `+`, `=` and `1.` would begin something.
  static func paragraph(_ text: String) -> String {
    let line = plain(String(text.drop { $0.isWhitespace }))
    if let first = line.first, "-+=".contains(first) { return "\\" + line }
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    let rest = line.dropFirst(digits.count)
    if !digits.isEmpty, let mark = rest.first, mark == "." || mark == ")" { return digits + "\\" + rest }
    return line
  }

  /// Lines of one paragraph: two spaces at a line's end break it.
  static func lines(_ lines: [String]) -> String { lines.joined(separator: "  \n") + "\n" }

  /// The first digits of a digest or commit.
  static func short(_ digest: String) -> String { plain(String(digest.prefix(12))) }

  /// A table of cells that are Markdown already; the first column is aligned left, the others right.
  static func table(_ header: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let rule = "|---|" + String(repeating: "--:|", count: max(0, header.count - 1)) + "\n"
    return line(header) + rule + rows.map(line).joined()
  }
}

enum PlainText {
  /// Whether a character would end a line or command a terminal.
  static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
