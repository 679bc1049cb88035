// The confidence interval of a mean by Student's t (SciPy's `t.interval(0.95, df, mean, sem)`).

/// A mean with the interval that covers the true one with a given probability, where the values are independent and normal.
package struct MeanInterval: Sendable, Equatable, Encodable {
  /// The arithmetic mean.
  package let mean: Double
  /// The lower end.
  package let low: Double
  /// The upper end.
  package let high: Double
}

extension MeanInterval {
  /// The interval of a mean whose standard error is known with some degrees of freedom.
  ///
  /// - Precondition: `confidence` lies between 0 and 1.
  init(mean: Double, standardError: Double, degreesOfFreedom: Int, confidence: Double) {
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
    let half = standardError * twoSidedQuantile(probability: 1 - confidence, degreesOfFreedom: Double(degreesOfFreedom))
    self.init(mean: mean, low: mean - half, high: mean + half)
  }
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
