// The Pareto front of things that have a cost and a value: those that nothing else beats in both.

/// Which of several things are on the Pareto front: no other costs at most as much and is worth at least as much, and differs in one
/// of the two. Things of equal cost and value stand on it together.
///
/// - Parameters:
///   - costs: of which less is better.
///   - values: of which more is better; as many as costs.
/// - Returns: for each whether it is on the front. What has no cost or no value, or not a finite one, is not, and beats nothing.
package func paretoFront(costs: [Double?], values: [Double?]) -> [Bool] {
  precondition(costs.count == values.count, "\(costs.count) costs of \(values.count) values")
  let known = costs.indices.filter { costs[$0]?.isFinite == true && values[$0]?.isFinite == true }
  // From the cheapest on, of equal costs the most valuable first: what comes later is on the front where it is worth more.
  let ordered = known.sorted { first, second in
    let (one, other) = ((costs[first] ?? 0, -(values[first] ?? 0)), (costs[second] ?? 0, -(values[second] ?? 0)))
    return one == other ? first < second : one < other
  }
  var isOnFront = costs.map { _ in false }
  var last: Int?
  for index in ordered {
    if let last, let best = values[last], let value = values[index] {
      let isEqual = costs[index] == costs[last] && value == best
      guard value > best || isEqual else { continue }
    }
    isOnFront[index] = true
    last = index
  }
  return isOnFront
}
