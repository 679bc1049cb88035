// The YAML at the head of a Markdown file, as the Hugging Face hub reads it: keys with texts, or with lists of them.

/// Keys and values between two lines of dashes.
struct FrontMatter {
  /// A text, or a list of texts.
  enum Value {
    case text(String)
    case list([String])
  }

  private var lines: [String] = []

  /// Adds a key; an empty list is left out.
  mutating func add(_ key: String, _ value: Value) {
    switch value {
    case .text(let text): lines.append("\(key): \(Self.quoted(text))")
    case .list(let texts) where texts.isEmpty: break
    case .list(let texts): lines += ["\(key):"] + texts.map { "  - \(Self.quoted($0))" }
    }
  }

  /// The block, with a line's end behind it.
  var text: String { (["---"] + lines + ["---"]).joined(separator: "\n") + "\n" }

  /// A text between double quotes with escapes that YAML, JSON but for `\U`, and Python read alike, on one line. What YAML does not
  /// print is escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where isHidden(scalar):
        let digits = String(scalar.value, radix: 16)
        let (mark, width) = scalar.value > 0xFFFF ? ("U", 8) : ("u", 4)
        result += "\\\(mark)" + String(repeating: "0", count: width - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// What YAML refuses or takes for a line's end, and what turns the direction of what follows. Not by Unicode's categories, which
  /// grow from version to version.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE...0xFFFF: true
    default: false
    }
  }
}
