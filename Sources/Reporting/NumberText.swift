// Numbers as tables show them.
import Foundation

enum NumberText {
  /// A number with two decimals; zero has no sign.
  static func twoDecimals(_ value: Double) -> String {
    let text = String(format: "%.2f", value)
    return text == "-0.00" ? "0.00" : text.replacing("-", with: "−")
  }

  /// A number without decimals.
  static func whole(_ value: Double) -> String { String(format: "%.0f", value) }

  /// A number with one decimal.
  static func oneDecimal(_ value: Double) -> String { String(format: "%.1f", value) }

  /// A number with some significant digits; up to a million never fewer than stand before the point, as people read them.
  static func significant(_ value: Double, digits: Int = 3) -> String {
    let rounded = abs(value).rounded(), least = (0..<digits).reduce(1.0) { power, _ in 10 * power }
    return String(format: rounded >= least && rounded < 1_000_000 ? "%.0f" : "%.\(digits)g", value)
  }

  /// A share in percent with two decimals.
  static func percent(_ share: Double) -> String { twoDecimals(share * 100) }

  /// A difference of shares in points, with its sign.
  static func signedPercent(_ share: Double) -> String {
    let text = percent(abs(share))
    return text == "0.00" ? text : (share < 0 ? "−" : "+") + text
  }

  /// A p-value with three decimals; what would read zero is given as a bound.
  static func probability(_ value: Double) -> String { value < 0.0005 ? "< 0.001" : String(format: "%.3f", value) }

  /// A mean of recorded numbers: counts below a thousand with two decimals, larger ones as parameters are given.
  static func measure(_ value: Double) -> String { abs(value) >= 1000 ? count(value) : twoDecimals(value) }

  /// A count in thousands, millions or billions with two decimals, as papers give parameters; below a thousand as it is.
  static func count(_ value: Double) -> String {
    // What would read 1000.00K reads 1.00M.
    for (unit, letter) in [(1e9, "B"), (1e6, "M"), (1e3, "K")] where value >= unit * 0.999995 {
      return twoDecimals(value / unit) + letter
    }
    return value == value.rounded() ? String(format: "%.0f", value) : twoDecimals(value)
  }

  /// Bytes in binary megabytes or gigabytes.
  static func bytes(_ count: Int) -> String {
    count >= 1 << 30 ? twoDecimals(Double(count) / Double(1 << 30)) + " GiB" : twoDecimals(Double(count) / Double(1 << 20)) + " MiB"
  }

  /// A time of any length with three digits, in the unit that suits it.
  static func duration(_ seconds: Double) -> String {
    for (unit, name) in [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")] where seconds >= unit * 0.9995 {
      return significant(seconds / unit) + " " + name
    }
    return significant(seconds * 1e9) + " ns"
  }

  /// Seconds, below one in milliseconds.
  static func seconds(_ value: Double) -> String {
    value < 1 ? twoDecimals(value * 1000) + " ms" : twoDecimals(value) + " s"
  }
}
