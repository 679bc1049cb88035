// What a mean is without any one of its values: whether one task carries it.

/// The means of all values but the first, all but the second, and so on.
///
/// - Returns: one for each value; nothing for fewer than two values or where one is not finite.
package func meansWithoutOne(_ values: [Double]) -> [Double] {
  guard values.count > 1 else { return [] }
  let means = values.indices.compactMap { left in mean(values.indices.filter { $0 != left }.map { values[$0] }) }
  return means.count == values.count ? means : []
}
