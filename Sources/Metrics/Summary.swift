// What a table says of several scores: mean, standard deviation, median.

/// The arithmetic mean; nil for no values or where one is not finite. Equal values give exactly that value.
package func mean(_ values: [Double]) -> Double? {
  guard let first = values.first, values.allSatisfy(\.isFinite) else { return nil }
  guard values.contains(where: { $0 != first }) else { return first }
  let count = Double(values.count)
  let total = compensatedSum(values)
  return total.isFinite ? total / count : compensatedSum(values.map { $0 / count })
}

/// The sample standard deviation (divided by n - 1); nil for fewer than two values or where one is not finite.
package func sampleStandardDeviation(_ values: [Double]) -> Double? {
  guard values.count > 1, let deviations = Deviations(values) else { return nil }
  return (deviations.sumOfSquares / Double(values.count - 1)).squareRoot() * deviations.unit
}

/// The middle value, or the mean of the two in the middle; nil for no values or where one is not finite.
package func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
  let ordered = values.sorted()
  let upper = ordered[ordered.count / 2]
  return ordered.count.isMultiple(of: 2) ? ordered[ordered.count / 2 - 1] / 2 + upper / 2 : upper
}

/// Neumaier's compensated sum: as if added with twice the digits, so that a large offset costs none.
func compensatedSum(_ values: [Double]) -> Double {
  var sum = 0.0
  var lost = 0.0
  for value in values {
    let next = sum + value
    lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
    sum = next
  }
  // Past the largest number the sum says so itself, and what was lost is not a number.
  return sum.isFinite ? sum + lost : sum
}

/// Values less their mean, in units of a power of two, so that neither a large offset nor a large or small scale
/// costs digits or overflows when they are squared.
struct Deviations {
  /// The deviations, divided by `unit`.
  let scaled: [Double]
  /// What one unit of `scaled` is worth.
  let unit: Double
  /// The sum of the squares of `scaled`; 0 exactly where all values are equal.
  let sumOfSquares: Double

  /// Nil for no values or where one is not finite.
  init?(_ values: [Double]) {
    guard let centre = mean(values) else { return nil }
    let first = values[0]
    guard values.contains(where: { $0 != first }) else {
      (scaled, unit, sumOfSquares) = ([Double](repeating: 0, count: values.count), 1, 0)
      return
    }
    // Halved, so that the widest distance between two numbers is still a number.
    let halves = values.map { $0 / 2 - centre / 2 }
    let largest = halves.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    let power = Double(sign: .plus, exponent: largest.exponent, significand: 1)
    var deviations = halves.map { $0 / power }
    // The mean was rounded; what it missed is taken off here.
    let missed = compensatedSum(deviations) / Double(values.count)
    for index in deviations.indices { deviations[index] -= missed }
    scaled = deviations
    unit = power * 2
    sumOfSquares = compensatedSum(deviations.map { $0 * $0 })
  }
}
