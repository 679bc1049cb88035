// How many updates the rows of one table are trained with, and a sentence on it where they are not alike.

/// How much one run is trained.
package struct UpdateCount: Sendable, Equatable {
  /// The id of its row.
  package let row: String
  /// The id of its task.
  package let task: String
  /// Updates of training proper.
  package let updates: Int
  /// Updates on a sample before it, such as LoRA-drop's; 0 for most methods.
  package let preliminary: Int
  /// Examples of an update; the last of an epoch may have fewer.
  package let batch: Int

  /// Makes a count from its parts.
  package init(row: String, task: String, updates: Int, preliminary: Int = 0, batch: Int) {
    self.row = row
    self.task = task
    self.updates = updates
    self.preliminary = preliminary
    self.batch = batch
  }

  /// `780 × 64 = 49,920 examples`, and what went before; of several runs from the fewest updates to the most.
  static func phrase(_ runs: [UpdateCount]) -> String? {
    guard let first = runs.first else { return nil }
    func range(_ value: (UpdateCount) -> Int) -> String {
      let values = runs.map(value), least = values.min() ?? 0, most = values.max() ?? 0
      return least == most ? grouped(least) : "\(grouped(least)) to \(grouped(most))"
    }
    let most = runs.map(\.preliminary).max() ?? 0
    return "\(range(\.updates)) × \(first.batch) = \(range(\.examples)) examples"
      + (most > 0 ? " after \(range(\.preliminary)) updates on a sample" : "")
  }

  /// Examples seen, each as often as it was, where every update has a whole batch.
  private var examples: Int {
    let (product, isTooLarge) = updates.multipliedReportingOverflow(by: batch)
    return isTooLarge ? .max : product
  }

  /// A number with commas between thousands.
  private static func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude), groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "−" : "") + ([digits] + groups).joined(separator: ",")
  }
}
