// What a script for gnuplot is written with. Text from elsewhere reaches it in single quotes only, where nothing is executed or expanded.
import Foundation

/// A script as it grows.
struct GnuplotText {
  private(set) var text = ""

  mutating func line(_ line: String) { text += line + "\n" }

  /// Numbers under a name, a line for each row; an empty row makes a gap.
  mutating func data(_ name: String, _ rows: [[String]]) {
    line("$\(name) << EOD")
    for row in rows { line(row.joined(separator: " ")) }
    line("EOD")
  }

  /// A text in single quotes, its own doubled, on one line and of bounded length.
  static func quoted(_ text: String) -> String {
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(300) {
      plain.append(isPlain(scalar) ? scalar : " ")
    }
    return "'" + String(plain).replacing("'", with: "''") + "'"
  }

  /// A number as gnuplot reads it.
  static func number(_ value: Double) -> String { "\(value)" }

  /// A place with so many digits that a pixel is met.
  static func place(_ value: Double) -> String { String(format: "%.5f", value) }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if PlainText.breaksLine(scalar) { return false }
    switch scalar.properties.generalCategory {
    // No XML, and so no SVG, may hold some of these.
    case .unassigned, .surrogate: return false
    default: return true
    }
  }
}
