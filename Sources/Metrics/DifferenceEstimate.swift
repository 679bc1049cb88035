// What the paired scores of two methods say of their difference: over tasks where there are several, over seeds where there is one.

/// The mean difference of two methods with its intervals.
package struct DifferenceEstimate: Sendable, Equatable, Encodable {
  /// What the differences are independent draws of.
  package enum Unit: String, Sendable, Encodable {
    /// Tasks, and seeds within them.
    case tasks
    /// Seeds of the one task that there is: nothing is said of others.
    case seeds
  }

  /// What is counted.
  package let unit: Unit
  /// The mean of the tasks' means.
  package let mean: Double
  /// The 95 % interval, in which zero is where no difference is seen; nil where `lack` says why.
  package let interval: MeanInterval?
  /// The 90 % interval: two methods are level within a bound, by two one-sided tests at 0.05, where it lies within the bound (Schuirmann
  /// 1987); nil where `lack` says why.
  package let equivalenceInterval: MeanInterval?
  /// The standard error of the mean; nil where `lack` says why.
  package let standardError: Double?
  /// The degrees of freedom of the standard error; nil where `lack` says why.
  package let degreesOfFreedom: Int?
  /// How many units there are: tasks, or seeds of the one task.
  package let units: Int
  /// How the seeds of the one task lie on their axes; nil over several tasks.
  package let seedDesign: SeedDesign?
  /// Why there is no interval, and with it no verdict; nil where there is one.
  package let lack: IntervalLack?

  /// Estimates over the tasks that have a pair: by `HierarchicalBootstrap` for several, by `SeedMean` for the seeds of a single one.
  ///
  /// - Parameter tasks: for each task the differences of its seeds; tasks without any are left out.
  /// - Returns: nil without any difference, or where one or their sum is not finite.
  package init?(_ tasks: [[SeededValue]]) {
    let tasks = tasks.filter { !$0.isEmpty }
    guard tasks.count > 1 else {
      guard let seeds = tasks.first.flatMap(SeedMean.init) else { return nil }
      (unit, mean, units, seedDesign, lack) = (.seeds, seeds.mean, seeds.design.seeds, seeds.design, seeds.lack)
      (interval, equivalenceInterval) = (seeds.interval(), seeds.interval(confidence: 0.9))
      (standardError, degreesOfFreedom) = (seeds.standardError, seeds.degreesOfFreedom)
      return
    }
    let clusters = tasks.map { $0.map(\.value) }
    guard let bootstrap = HierarchicalBootstrap(clusters) else { return nil }
    let isEqual = isNegligible(bootstrap.standardError, beside: clusters.flatMap { $0 })
    (unit, mean, units, seedDesign, lack) = (.tasks, bootstrap.mean, tasks.count, nil, isEqual ? .equal : nil)
    interval = isEqual ? nil : bootstrap.interval(confidence: 0.95)
    equivalenceInterval = isEqual ? nil : bootstrap.interval(confidence: 0.9)
    (standardError, degreesOfFreedom) = isEqual ? (nil, nil) : (bootstrap.standardError, bootstrap.degreesOfFreedom)
  }

  /// Whether the methods are level within a bound: the 90 % interval lies within ±`bound`. Nil without an interval.
  package func isLevel(within bound: Double) -> Bool? {
    equivalenceInterval.map { -bound <= $0.low && $0.high <= bound }
  }
}
