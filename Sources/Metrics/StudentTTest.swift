// Student's paired t-test and Welch's test for two samples (SciPy's `ttest_rel`, `ttest_ind(equal_var=False)`),
// with the p-value by the regularised incomplete beta function.
import CKernels

/// The paired t-test of two methods' scores over the same seeds.
///
/// - Returns: nil for fewer than two pairs, a value that is not finite, or where all differences are equal up to the
///   rounding of the scores, so that t has no meaning.
/// - Precondition: as many scores on both sides.
package func pairedTTest(_ a: [Double], _ b: [Double]) -> Significance? {
  precondition(a.count == b.count, "\(a.count) scores against \(b.count)")
  let differences = zip(a, b).map { $0 - $1 }
  guard let centre = mean(differences), let deviation = sampleStandardDeviation(differences),
    deviation > rounding(of: a + b)
  else { return nil }
  let t = centre / (deviation / Double(a.count).squareRoot())
  return Significance(statistic: t, pValue: twoSidedProbability(t: t, degreesOfFreedom: Double(a.count - 1)))
}

/// Welch's t-test of two independent samples whose variances may differ.
///
/// - Returns: nil for fewer than two scores on a side, a value that is not finite, or where both sides are constant.
package func welchTTest(_ a: [Double], _ b: [Double]) -> Significance? {
  guard let meanA = mean(a), let meanB = mean(b), let deviationA = sampleStandardDeviation(a),
    let deviationB = sampleStandardDeviation(b), max(deviationA, deviationB) > rounding(of: a + b)
  else { return nil }
  // In units of the larger deviation, so that no square leaves the range of numbers.
  let unit = max(deviationA, deviationB)
  let varianceA = deviationA / unit * (deviationA / unit) / Double(a.count)
  let varianceB = deviationB / unit * (deviationB / unit) / Double(b.count)
  let variance = varianceA + varianceB
  let t = (meanA - meanB) / unit / variance.squareRoot()
  let degreesOfFreedom =
    variance * variance
    / (varianceA * varianceA / Double(a.count - 1) + varianceB * varianceB / Double(b.count - 1))
  return Significance(statistic: t, pValue: twoSidedProbability(t: t, degreesOfFreedom: degreesOfFreedom))
}

/// A spread this small among differences of such values is rounding, not data.
private func rounding(of values: [Double]) -> Double {
  4 * Double.ulpOfOne * values.reduce(0) { max($0, abs($1)) }
}

/// The probability that |T| is at least |t| for Student's t with the given degrees of freedom.
func twoSidedProbability(t: Double, degreesOfFreedom: Double) -> Double {
  let square = t * t
  guard square.isFinite else { return 0 }
  let total = degreesOfFreedom + square
  return regularizedIncompleteBeta(
    x: degreesOfFreedom / total, complement: square / total, a: degreesOfFreedom / 2, b: 0.5)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's method; DLMF 8.17.22).
///
/// - Parameter complement: 1 - x, given apart because it is known to more digits than the subtraction would leave.
func regularizedIncompleteBeta(x: Double, complement: Double, a: Double, b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard complement > 0 else { return 1 }
  // The fraction converges fast below the mean of the distribution; above it the mirror image does.
  if x > (a + 1) / (a + b + 2) {
    return 1 - regularizedIncompleteBeta(x: complement, complement: x, a: b, b: a)
  }
  let logFront = lr_log_gamma(a + b) - lr_log_gamma(a) - lr_log_gamma(b) + a * lr_log(x) + b * lr_log(complement)
  let tiny = 1e-300
  func atLeastTiny(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / atLeastTiny(1 - (a + b) * x / (a + 1))
  var fraction = d
  for term in 1...10_000 {
    let m = Double(term)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / atLeastTiny(1 + even * d)
    c = atLeastTiny(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / atLeastTiny(1 + odd * d)
    c = atLeastTiny(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-16 { break }
  }
  return min(max(lr_exp(logFront) * fraction / a, 0), 1)
}
