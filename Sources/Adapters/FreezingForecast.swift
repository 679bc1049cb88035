// How many parameters AFLoRA trains on average (its tables print that), before it is known which matrices freeze first.
import Layers

extension Freezing {
  /// The entries of units that still learn, averaged over all updates, where units of these sizes freeze along the schedule (Eq. 5): if
  /// the largest freeze first, on average over all orders, and if the smallest do.
  package func meanOpen(_ sizes: [Int]) -> (least: Double, expected: Double, greatest: Double) {
    guard totalSteps > 0, !sizes.isEmpty else { return (0, 0, 0) }
    let ascending = sizes.sorted()
    // sums[n] is the size of the n smallest
    let sums = ascending.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let total = sums[sizes.count]
    var (least, open, greatest) = (0, 0, 0)
    for step in 0..<totalSteps {
      // what is due after an update is frozen in the next one
      let left = sizes.count - frozenUnits(sizes.count, after: step)
      least += sums[left]
      open += left
      greatest += total - sums[sizes.count - left]
    }
    let steps = Double(totalSteps)
    return (
      Double(least) / steps, Double(open) * Double(total) / Double(sizes.count) / steps, Double(greatest) / steps
    )
  }
}

extension AFLoRA {
  /// By the schedule: exact where all units are of one size, else within the bounds that the order of freezing leaves.
  package var meanTrainable: (least: Double, expected: Double, greatest: Double) {
    let learning = unitSizes.reduce(0, +)
    let always = Double(parameters.filter(\.isTrainable).reduce(-learning) { $0 + $1.count })
    guard freezes else { return (always + Double(learning), always + Double(learning), always + Double(learning)) }
    let open = settings.meanOpen(unitSizes)
    return (always + open.least, always + open.expected, always + open.greatest)
  }
}
