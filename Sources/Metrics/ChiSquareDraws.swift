// Draws of χ², for intervals that are made by drawing.
import CKernels

extension ResamplingWords {
  /// A draw of χ² with so many degrees of freedom: two of them are −2 times the logarithm of an even draw, an odd one is the square of a
  /// normal draw (Box and Muller 1958).
  ///
  /// - Precondition: one degree or more.
  mutating func chiSquare(degreesOfFreedom: Int) -> Double {
    precondition(degreesOfFreedom > 0, "χ² of \(degreesOfFreedom) degrees of freedom")
    var sum = 0.0, product = 1.0
    for pair in 0..<degreesOfFreedom / 2 {
      product *= uniform()
      // one logarithm for several, as long as their product is far from the least number
      if pair % 16 == 15 { (sum, product) = (sum - 2 * lr_log(product), 1) }
    }
    sum -= 2 * lr_log(product)
    guard degreesOfFreedom % 2 == 1 else { return sum }
    let radius = -2 * lr_log(uniform()), cosine = lr_cos(2 * .pi * uniform())
    return sum + radius * cosine * cosine
  }

  /// An even draw between 0 and 1, neither of them: the middle of one of 2³² equal parts.
  private mutating func uniform() -> Double { (Double(next()) + 0.5) * 0x1p-32 }
}
