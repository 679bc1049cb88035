// Text and numbers in a script for gnuplot. Text stands in single quotes only, where nothing is executed or expanded.

enum GnuplotText {
  /// The line of a script that `quoted` relies on. (A doubled quote would end a string that it begins.)
  static let quote = "quote = \"'\""

  /// Lines of text as one expression.
  static func quoted(_ lines: [String]) -> String {
    let quoted = lines.map { "'" + plain($0).replacing("'", with: "'.quote.'") + "'" }
    return quoted.isEmpty ? "''" : quoted.joined(separator: ".\"\\n\".")
  }

  /// The names of an axis' places 0, 1, …, each on some lines. (In such a name a percent sign begins a format.)
  static func tics(_ names: [[String]], every step: Int = 1) -> String {
    let tics = stride(from: 0, to: names.count, by: step).map { "\(quoted(names[$0]).replacing("%", with: "%%")) \($0)" }
    return "(" + tics.joined(separator: ", ") + ")"
  }

  /// A text as a field of a table.
  static func field(_ text: String) -> String { "\"" + plain(text).replacing("\"", with: "\"\"") + "\"" }

  /// A number as gnuplot reads it; nil, and what is not `isDrawn`, is none.
  static func number(_ value: Double?) -> String { value.flatMap { isDrawn($0) ? "\($0)" : nil } ?? "NaN" }

  /// A power of ten as people write it: `10⁻⁵`, `1`, `10`, `10²`.
  static func power(_ exponent: Int) -> String {
    guard exponent != 0, exponent != 1 else { return exponent == 0 ? "1" : "10" }
    let digits: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    return "10" + String(String(exponent).compactMap { digits[$0] })
  }

  /// Whether an axis of gnuplot's can hold a number: a finite one, neither of the very largest nor of the very least.
  static func isDrawn(_ value: Double) -> Bool { value == 0 || abs(value) > 1e-300 && abs(value) < 1e300 }

  /// How wide a text is as gnuplot reckons: a character is one column, an East Asian one two.
  static func columns(_ text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x1100...0x115f, 0x2e80...0xd7ff, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff01...0xff60, 0x1f000...0x3ffff: sum + 2
      default: sum + 1
      }
    }
  }

  /// The width of the widest text.
  static func columns(_ texts: [String]) -> Int { texts.map { columns($0) }.max() ?? 0 }

  /// A text of at most so many columns: of a longer one the beginning and the end.
  static func shortened(_ text: String, to most: Int) -> String {
    guard columns(text) > most else { return text }
    func taken(_ characters: some Sequence<Character>, _ room: Int) -> String {
      var used = 0
      return String(
        characters.prefix { character in
          used += columns(String(character))
          return used <= room
        })
    }
    let start = taken(text, most * 2 / 3)
    return start + "…" + taken(text.reversed(), most - 1 - columns(start)).reversed()
  }

  /// A text on lines of at most so many columns, divided between words; three at most. A no-break space divides none.
  static func wrapped(_ text: String, to most: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: { $0.isWhitespace && $0 != "\u{a0}" }) {
      if let last = lines.last, columns(last) + columns(word) < most {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    if lines.count > 3 { lines = lines.prefix(2) + [lines[2...].joined(separator: " ")] }
    return lines.map { shortened($0, to: most) }
  }

  /// A text whose characters a script and an XML file may hold, spaces for others.
  private static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          let isPlain = ![.unassigned, .surrogate].contains(scalar.properties.generalCategory) && !PlainText.breaksLine(scalar)
          return isPlain ? scalar : " "
        }))
  }
}
