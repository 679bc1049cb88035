// How many numbers become as many as a figure can show, and in which unit.
import Metrics

enum FigureSampling {
  /// The most points of a line.
  static let mostPoints = 400

  /// At most `most` places out of `count`, evenly spread, first and last among them.
  static func places(_ count: Int, most: Int = mostPoints) -> [Int] {
    guard count > most, most > 1 else { return Array(0..<count) }
    return (0..<most).map { $0 * (count - 1) / (most - 1) }
  }

  /// The means of as many neighbours each as leave at most `most` points, each at the middle of its window of steps from 1. What
  /// is not finite is in no mean.
  static func windows(_ values: [Double], most: Int) -> (width: Int, points: [FigurePoint]) {
    let width = max(1, (values.count + most - 1) / most)
    let points = stride(from: 0, to: values.count, by: width).map { start in
      let window = Array(values[start..<min(start + width, values.count)])
      return FigurePoint(Double(start + 1) + Double(window.count - 1) / 2, mean(window.filter(\.isFinite)))
    }
    return (width, points)
  }

  /// `means of 4 steps`; nil where lines show every step.
  static func phrase(_ widths: Set<Int>) -> String? {
    guard let widest = widths.max(), widest > 1 else { return nil }
    return "means of \(widths.count > 1 ? "up to " : "")\(widest) steps"
  }

  /// The power of ten in which numbers up to `largest` read well, with its name; 1 and nil for small numbers.
  static func scale(_ largest: Double) -> (factor: Double, name: String?) {
    for (factor, name) in [(1e15, "10¹⁵"), (1e12, "10¹²"), (1e9, "10⁹"), (1e6, "10⁶"), (1e3, "10³")] where largest >= factor {
      return (factor, name)
    }
    return (1, nil)
  }

  /// The whole powers of ten between which numbers above zero lie; nil for none.
  static func decades(_ values: [Double]) -> ClosedRange<Int>? {
    let drawn = values.filter { $0 > 0 && GnuplotText.isDrawn($0) }
    guard let least = drawn.min(), let greatest = drawn.max() else { return nil }
    let above = decade(greatest)
    return decade(least)...(power(above) < greatest ? above + 1 : above)
  }

  /// A power of ten.
  static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }

  /// The greatest power of ten that is not above a number.
  private static func decade(_ value: Double) -> Int {
    var exponent = Int((Double(value.exponent) * 0.30103).rounded(.down))
    while power(exponent) > value { exponent -= 1 }
    while power(exponent + 1) <= value { exponent += 1 }
    return exponent
  }

  /// How many doublings a number above zero is from 1, its logarithm to the base 2: by a series of its own, so that a picture is the
  /// same everywhere.
  static func doublings(_ value: Double) -> Double {
    // log₂(1 + z)/(1 − z) = 2 (z + z³/3 + z⁵/5 + …) / ln 2, with z at most 0.18
    let isUpper = value.significand > 1.4142135623730951
    let part = isUpper ? value.significand / 2 : value.significand
    let z = (part - 1) / (part + 1)
    let sum = stride(from: 21, through: 1, by: -2).reduce(0) { $0 * z * z + 1 / Double($1) }
    return Double(value.exponent) + (isUpper ? 1 : 0) + 2 * z * sum / 0.6931471805599453
  }

  /// The value below which a share of sorted values lies, between neighbours in proportion; nil for none.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
    guard let last = sorted.last else { return nil }
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}
