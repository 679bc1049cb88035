// The size of a plan in one line.
import Records
import Settings

/// The size of a plan in one line.
package struct PlanSummary: Sendable, Equatable {
  /// Runs of the plan.
  package let total: Int
  /// Runs whose records are there and in force.
  package let done: Int
  /// Different runs that are not done: rows may share one.
  package let toTrain: Int
  /// `5 methods × 4 tasks × 2 seeds = 40 runs, 16 done before, 24 to go`
  package let text: String

  /// Counts the runs by what `store` holds of them.
  package init(_ plan: [PlannedRun], store: RunStore) {
    total = plan.count
    done = plan.reduce(0) { $0 + (store.record($1.identity) == nil ? 0 : 1) }
    toTrain = Set(plan.filter { store.record($0.identity) == nil }.map(\.identity)).count
    text =
      "\(Self.axes(plan.map(\.specification))) = \(total) run\(total == 1 ? "" : "s"), \(done) done before, \(toTrain) to go"
      + (done + toTrain < total ? " (\(total - done - toTrain) shared)" : "")
  }

  /// `5 methods × 4 tasks × 2 seeds`, or `5 methods × 4 tasks × 3 initialisations × 2 orders`
  static func axes(_ runs: [RunSpecification]) -> String {
    func count(_ values: [some Hashable], _ name: String) -> String {
      let number = Set(values).count
      return "\(number) \(name)\(number == 1 ? "" : "s")"
    }
    let seeds = runs.map(\.seed)
    return
      ([count(runs.map(\.row), "method"), count(runs.map(\.task.id), "task")]
      + (seeds.areCrossed
        ? [count(seeds.initializations, "initialisation"), count(seeds.orders, "order")] : [count(seeds, "seed")]))
      .joined(separator: " × ")
  }
}
