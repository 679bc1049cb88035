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
      case _ where scalar.properties.generalCategory == .control: result.append(" ")
      case _ where escaped.contains(scalar): result.append(contentsOf: ["\\", scalar])
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// The first digits of a digest or commit.
  static func short(_ digest: String) -> String { plain(String(digest.prefix(12))) }

  /// A table of cells that are Markdown already; the first column is aligned left, the others right.
  static func table(_ header: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let rule = "|---|" + String(repeating: "--:|", count: max(0, header.count - 1)) + "\n"
    return line(header) + rule + rows.map(line).joined()
  }
}
