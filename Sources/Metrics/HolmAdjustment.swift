// Holm's step-down adjustment of several p-values (Holm 1979; R's `p.adjust(method = "holm")`).

/// The p-values, each raised so that all of them together err with no more than the probability read off one.
///
/// - Returns: the adjusted values in the order given, each in 0...1.
package func holmAdjusted(_ pValues: [Double]) -> [Double] {
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  var adjusted = pValues
  var highest = 0.0
  for (rank, index) in order.enumerated() {
    highest = max(highest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = highest
  }
  return adjusted
}
