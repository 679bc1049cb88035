// The confidence interval of a mean by Student's t (SciPy's `t.interval(0.95, n - 1, mean, sem)`).

/// A mean with the interval that covers the true one with a given probability, where the values are independent and normal.
package struct MeanInterval: Sendable, Equatable, Encodable {
  /// The arithmetic mean.
  package let mean: Double
  /// The lower end.
  package let low: Double
  /// The upper end.
  package let high: Double
}

/// The interval of the mean of values.
///
/// - Returns: nil for fewer than two values or where one is not finite. Of equal values both ends are the mean.
/// - Precondition: `confidence` lies between 0 and 1.
package func meanInterval(_ values: [Double], confidence: Double = 0.95) -> MeanInterval? {
  precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
  guard let centre = mean(values), let deviation = sampleStandardDeviation(values) else { return nil }
  let t = twoSidedQuantile(probability: 1 - confidence, degreesOfFreedom: Double(values.count - 1))
  let half = t * deviation / Double(values.count).squareRoot()
  return MeanInterval(mean: centre, low: centre - half, high: centre + half)
}

/// The t that |T| is at least with a probability: what `twoSidedProbability` returns of it, found by halving.
func twoSidedQuantile(probability: Double, degreesOfFreedom: Double) -> Double {
  func isBelow(_ t: Double) -> Bool { twoSidedProbability(t: t, degreesOfFreedom: degreesOfFreedom) > probability }
  var low = 0.0, high = 1.0
  while isBelow(high), high < 1e18 { (low, high) = (high, 2 * high) }
  while true {
    let middle = low + (high - low) / 2
    // until no number lies between
    if middle <= low || middle >= high { return high }
    if isBelow(middle) { low = middle } else { high = middle }
  }
}
