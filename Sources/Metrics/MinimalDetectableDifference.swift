// The smallest true difference that a design finds with a given power (SciPy: the root of `nct.sf(t, ν, δ) + nct.cdf(-t, ν, δ) - power`).

/// The true mean at which a two-sided t-test at `level`, and so the interval of confidence 1 − `level`, excludes zero with probability
/// `power`; in standard errors of the mean.
///
/// It takes the standard error for the true one; of an observed one it says what designs with such a spread find.
///
/// - Parameter degreesOfFreedom: those of the standard error, at least 1.
/// - Precondition: `level` and `power` lie between 0 and 1, the power above the level.
package func minimalDetectableDifference(degreesOfFreedom: Int, level: Double = 0.05, power: Double = 0.8) -> Double {
  precondition(level > 0 && power > level && power < 1, "a power of \(power) at the level \(level)")
  let freedom = Double(degreesOfFreedom), critical = twoSidedQuantile(probability: level, degreesOfFreedom: freedom)
  func excess(_ noncentrality: Double) -> Double {
    func below(_ t: Double) -> Double {
      noncentralTProbability(below: t, degreesOfFreedom: freedom, noncentrality: noncentrality)
    }
    return 1 - below(critical) + below(-critical) - power
  }
  var low = (place: 0.0, value: level - power), high = (place: 1.0, value: excess(1))
  while high.value < 0 { (low, high) = (high, (2 * high.place, excess(2 * high.place))) }
  // false position; an end that stays counts half the next time (the Illinois rule), so that both ends come nearer
  var root = high.place
  while high.place - low.place > 1e-12 * high.place {
    let place = (low.place * high.value - high.place * low.value) / (high.value - low.value), value = excess(place)
    if abs(place - root) <= 1e-13 * place { break }
    if value < 0 {
      low = (place, value)
      if root < place { high.value /= 2 }
    } else {
      high = (place, value)
      if root > place { low.value /= 2 }
    }
    root = place
  }
  return root
}
