// Snedecor's F, the ratio of two mean squares (SciPy's `f.sf`), by the regularised incomplete beta function.

/// The probability that F is at least `f`, with these degrees of freedom above and below.
///
/// - Returns: 1 for an `f` of 0 or less, 0 for one that is not finite.
func upperProbability(f: Double, degreesOfFreedom: (above: Double, below: Double)) -> Double {
  guard f > 0 else { return 1 }
  let above = degreesOfFreedom.above * f, total = above + degreesOfFreedom.below
  guard total.isFinite else { return 0 }
  return regularizedIncompleteBeta(
    x: degreesOfFreedom.below / total, complement: above / total, a: degreesOfFreedom.below / 2, b: degreesOfFreedom.above / 2)
}
