// The sign-flip permutation test of paired differences (Fisher 1935; SciPy's `permutation_test(permutation_type="samples")`), for one
// comparison and for several at once (Westfall and Young, *Resampling-Based Multiple Testing*, 1993, the step-down of algorithm 2.8).
// Were there no difference, each unit's could as well have the other sign; p is the share of all choices of signs whose mean is at least
// as far from zero as the observed one.

/// What the test says of one comparison.
package struct SignFlipResult: Sendable, Equatable {
  /// The two-sided p-value of this comparison alone.
  package let pValue: Double
  /// The p-value adjusted for all comparisons of the call, so that one or more of them errs with no more than it.
  package let adjustedPValue: Double
  /// The least p-value that so many units can have, adjusted or not: 2^(1 − units), all differences being of one sign.
  package let leastPValue: Double
}

/// The sign-flip tests of several comparisons over the same units.
///
/// Every choice of signs is turned in all comparisons at once. That keeps how they hang together (rows of a table share their baseline
/// and their tasks), and makes the adjusted p-value of the one that is farthest from zero the share of choices in which any comparison
/// is as far; its least value is that of a single test. Holm's adjustment multiplies p by the number of comparisons, and with n units
/// p is at least 2^(1 − n): of seven rows over eight tasks none could ever be below 0.05. How far a comparison is from zero is measured
/// in units of the root of its sum of squares, which no choice of signs changes; for one comparison that orders as |t| does.
/// The tests are exact up to 16 units; beyond them 65,535 random choices are tried and the observed one is counted with them
/// (Phipson and Smyth 2010).
///
/// - Parameter comparisons: for each comparison the difference of every unit; nil where it has none there.
/// - Returns: for each comparison nil where it has fewer than two differences or one is not finite; such a one is in no adjustment.
/// - Precondition: as many units in every comparison.
package func signFlipTests(_ comparisons: [[Double?]]) -> [SignFlipResult?] {
  precondition(Set(comparisons.map(\.count)).count <= 1, "comparisons over different units")
  let scaled = comparisons.map(unitLength)
  let tested = scaled.indices.filter { scaled[$0] != nil }
  let values = tested.compactMap { scaled[$0] }
  guard let units = values.first?.count else { return comparisons.map { _ in nil } }
  let moving = (0..<units).filter { unit in values.contains { $0[unit] != 0 } }
  let differences = values.map { row in moving.map { row[$0] } }

  let observed = differences.map { abs($0.reduce(0, +)) }
  // from the nearest to zero to the farthest, so that a running maximum is over all that are no farther than this one
  let order = differences.indices.sorted { (observed[$0], $1) < (observed[$1], $0) }
  var single = observed.map { _ in 0 }, joint = single
  var choices = SignChoices(count: moving.count)
  while let signs = choices.next() {
    var farthest = 0.0
    for index in order {
      var sum = 0.0
      for (place, sign) in signs.enumerated() { sum += sign * differences[index][place] }
      // equal means may differ by their rounding
      let bound = observed[index] - 1e-10
      farthest = max(farthest, abs(sum))
      if abs(sum) >= bound { single[index] += 1 }
      if farthest >= bound { joint[index] += 1 }
    }
  }
  let total = Double(choices.total)
  var results = [SignFlipResult?](repeating: nil, count: comparisons.count)
  var highest = 0.0
  for index in order.reversed() {
    highest = max(highest, Double(joint[index]) / total)
    let least = Double(sign: .plus, exponent: 1 - comparisons[tested[index]].count { $0 != nil }, significand: 1)
    results[tested[index]] = SignFlipResult(
      pValue: Double(single[index]) / total, adjustedPValue: highest, leastPValue: choices.isExact ? least : max(least, 1 / total))
  }
  return results
}

/// Differences divided by the root of their sum of squares, 0 where there is none; nil for fewer than two or one that is not finite.
private func unitLength(_ differences: [Double?]) -> [Double]? {
  let found = differences.compactMap { $0 }
  guard found.count > 1, found.allSatisfy(\.isFinite) else { return nil }
  let largest = found.reduce(0) { max($0, abs($1)) }
  guard largest > 0 else { return differences.map { _ in 0 } }
  let inUnits = differences.map { ($0 ?? 0) / largest }
  let length = inUnits.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return inUnits.map { $0 / length }
}

/// Choices of signs, each of 1 and -1, the observed one first: all, or so many random ones. The first sign is always 1, since a mean and
/// its negative are as far from zero.
private struct SignChoices {
  private static let mostUnits = 16
  private static let randomChoices = 65_536

  /// Whether all choices are tried.
  let isExact: Bool
  /// How many there are.
  let total: Int
  private var signs: [Double]
  private var place = 0
  private var words = ResamplingWords(.signs)

  init(count: Int) {
    isExact = count <= Self.mostUnits
    total = isExact ? 1 << max(0, count - 1) : Self.randomChoices
    signs = [Double](repeating: 1, count: count)
  }

  mutating func next() -> [Double]? {
    guard place < total else { return nil }
    defer { place += 1 }
    if place == 0 { return signs }
    if isExact {
      for unit in signs.indices.dropFirst() { signs[unit] = place >> (unit - 1) & 1 == 1 ? -1 : 1 }
    } else {
      words.begin(resample: place)
      for unit in signs.indices.dropFirst() { signs[unit] = words.next() & 1 == 1 ? -1 : 1 }
    }
    return signs
  }
}
