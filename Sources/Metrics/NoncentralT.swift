// The noncentral t distribution (SciPy's `nct`): that of (Z + δ) / √(V / ν), of a standard normal Z and of V, chi-squared with ν degrees
// of freedom; Student's t where δ is 0.
import CKernels

/// The probability that a noncentral t is at most `t`.
///
/// It is the mean of Φ(t s − δ) over s = √(V / ν), by the trapezoidal rule in u = log s. The integrand falls off faster than any power
/// on both sides and is analytic, so that the rule errs by less than the sums' rounding (Trefethen and Weideman 2014): by at most
/// 1e-12 wherever it was compared.
///
/// - Parameters:
///   - t: the bound.
///   - degreesOfFreedom: ν, positive.
///   - noncentrality: δ.
/// - Precondition: the degrees of freedom are positive, and all three are finite.
func noncentralTProbability(below t: Double, degreesOfFreedom: Double, noncentrality: Double) -> Double {
  precondition(degreesOfFreedom > 0 && degreesOfFreedom.isFinite && t.isFinite && noncentrality.isFinite)
  let half = degreesOfFreedom / 2
  // the density of u is 2 (ν/2)^(ν/2) / Γ(ν/2) · e^(ν u − ν e^(2u) / 2)
  let front = lr_log(2) + half * lr_log(half) - lr_log_gamma(half)
  let root = degreesOfFreedom.squareRoot()
  // the density is about 1 / root wide, and Φ goes from 0 to 1 within about 1 / δ
  let step = min(0.12, 0.4 / root, 0.5 / max(abs(noncentrality), 1))
  let low = -(35 / degreesOfFreedom + 10 / root), high = min(10 / root, 3)
  var sum = 0.0
  for place in 0...Int(((high - low) / step).rounded(.up)) {
    let u = low + Double(place) * step, s = lr_exp(u)
    let density = lr_exp(front + degreesOfFreedom * u - half * s * s)
    if density > 1e-20 { sum += density * 0.5 * lr_erfc((noncentrality - t * s) / 2.0.squareRoot()) }
  }
  return min(max(sum * step, 0), 1)
}
