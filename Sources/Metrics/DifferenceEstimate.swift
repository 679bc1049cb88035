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
  /// The 95 % interval, in which zero is where no difference is seen; nil for one task and one seed.
  package let interval: MeanInterval?
  /// The 90 % interval: two methods are level within a bound, by two one-sided tests at 0.05, where it lies within the bound (Schuirmann
  /// 1987); nil for one task and one seed.
  package let equivalenceInterval: MeanInterval?
  /// The standard error of the mean, with one degree of freedom less than there are units; nil for one task and one seed.
  package let standardError: Double?
  /// How many units there are: tasks, or seeds of the one task.
  package let units: Int

  /// Estimates over the tasks that have a pair: by `HierarchicalBootstrap` for several, by Student's t over the seeds of a single one.
  ///
  /// - Parameter tasks: for each task the differences of its seeds; tasks without any are left out.
  /// - Returns: nil without any difference, or where one or their sum is not finite.
  package init?(_ tasks: [[Double]]) {
    let tasks = tasks.filter { !$0.isEmpty }
    guard tasks.count > 1 else {
      guard let differences = tasks.first, let centre = Metrics.mean(differences) else { return nil }
      (unit, mean, units) = (.seeds, centre, differences.count)
      interval = meanInterval(differences)
      equivalenceInterval = meanInterval(differences, confidence: 0.9)
      standardError = sampleStandardDeviation(differences).map { $0 / Double(differences.count).squareRoot() }
      return
    }
    guard let bootstrap = HierarchicalBootstrap(tasks) else { return nil }
    (unit, mean, units) = (.tasks, bootstrap.mean, tasks.count)
    interval = bootstrap.interval(confidence: 0.95)
    equivalenceInterval = bootstrap.interval(confidence: 0.9)
    standardError = bootstrap.standardError
  }

  /// Whether the methods are level within a bound: the 90 % interval lies within ±`bound`. Nil without an interval.
  package func isLevel(within bound: Double) -> Bool? {
    equivalenceInterval.map { -bound <= $0.low && $0.high <= bound }
  }
}
