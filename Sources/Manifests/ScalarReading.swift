// Scalars typed by the schema of their key: decimal integers, floats with an exponent, true and false, and nothing else.
// What YAML 1.1 would make of `010`, `12:30`, `1_000`, `0x10` or `yes` does not matter here.
import Settings

/// How the plain text of a scalar becomes a value.
enum ScalarReading {
  /// A decimal whole number: an optional sign and digits. `010` is ten.
  static func integer(_ text: String) -> Int? {
    var digits = Substring(text)
    if digits.hasPrefix("-") || digits.hasPrefix("+") { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  /// A finite decimal number: sign, digits, point, exponent, of which a digit is required. `5e-5` and `1.` are numbers.
  static func number(_ text: String) -> Double? {
    var rest = Substring(text)
    if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
    let mantissa = rest.prefix { $0 != "e" && $0 != "E" }
    let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, mantissa.contains(where: \.isASCIIDigit),
      parts.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) })
    else { return nil }
    if mantissa.count < rest.count {
      guard integer(String(rest.dropFirst(mantissa.count + 1))) != nil else { return nil }
    }
    // `.5` and `1.` are written out: the standard parser wants digits on both sides of the point.
    let whole = parts.first.map { $0.isEmpty ? "0" : String($0) } ?? "0"
    let fraction = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : "0"
    let sign = text.hasPrefix("-") ? "-" : ""
    guard let value = Double(sign + whole + "." + fraction + rest.dropFirst(mantissa.count)), value.isFinite else {
      return nil
    }
    return value
  }

  /// `true` or `false`, in lower case.
  static func flag(_ text: String) -> Bool? {
    switch text {
    case "true": true
    case "false": false
    default: nil
    }
  }

  /// Whether a text may be an id: lower-case letters, digits, `.`, `-` and `_`, starting with a letter or a digit.
  static func isIdentifier(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != 0x2D, first != 0x2E, first != 0x5F, text.utf8.count <= 120 else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
    }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

extension OptionType {
  /// The value of a node by this type, or nil where it is none.
  func value(of node: SourceNode) -> OptionValue? {
    switch (self, node.content) {
    case (.names(let names, let patterns), .sequence(let items)):
      var values: [String] = []
      for item in items {
        guard case .scalar(let text, _) = item.content, !text.isEmpty, (patterns && text.contains("*")) || names.contains(text),
          !values.contains(text)
        else { return nil }
        values.append(text)
      }
      return .texts(values)
    case (.names(let names, let patterns), .scalar(let text, _)):
      // One name may stand without brackets: `targets: all-linear`.
      return (patterns && text.contains("*")) || names.contains(text) ? .texts([text]) : nil
    case (.numbers(let count, let range), .sequence(let items)):
      let values = items.compactMap { item -> Double? in
        guard case .scalar(let text, isQuoted: false) = item.content else { return nil }
        return ScalarReading.number(text)
      }
      guard values.count == items.count, values.count == count, values.allSatisfy(range.contains) else { return nil }
      return .numbers(values)
    case (_, .scalar(let text, let isQuoted)):
      return value(of: text, isQuoted: isQuoted)
    default: return nil
    }
  }

  private func value(of text: String, isQuoted: Bool) -> OptionValue? {
    switch self {
    case .text: return text.isEmpty ? nil : .text(text)
    case .choice(let names): return names.contains(text) ? .text(text) : nil
    case _ where isQuoted: return nil
    case .integer(let range):
      return ScalarReading.integer(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .number(let range):
      return ScalarReading.number(text).flatMap { range.contains($0) ? .number($0) : nil }
    case .numberAbove(let lower, let upper):
      return ScalarReading.number(text).flatMap { $0 > lower && $0 <= upper ? .number($0) : nil }
    case .flag: return ScalarReading.flag(text).map { .flag($0) }
    case .names, .numbers: return nil
    }
  }
}
