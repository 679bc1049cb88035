// A claim of a notebook on two rows, and whether the results show it.
import Metrics

/// A claim as an opening mark states it: `claim table1 prilora > lora average`.
package struct RowClaim: Sendable, Equatable {
  /// How the first row stands to the other one.
  package enum Relation: String, Sendable, CaseIterable {
    case above = ">"
    case below = "<"
    /// Level within a bound.
    case level = "="
  }

  /// Which comparisons p is adjusted for.
  package enum Family: String, Sendable, CaseIterable {
    /// Those of all the table's rows with the other row.
    case rows
    /// None: it is the one comparison that was fixed before the runs.
    case one
  }

  /// The ids of both rows.
  package let row: String, other: String
  /// What is claimed of them.
  package let relation: Relation
  /// The task, by its id; nil: the average over the tasks.
  package let task: String?
  /// The bound of `.level` in points; nil: the manifest's.
  package let bound: Double?
  /// Which comparisons p is adjusted for.
  package let family: Family

  /// What the average over tasks is called in a mark.
  static let average = "average"
}

/// Whether results show a claim.
enum ClaimVerdict: Equatable {
  case holds
  /// The opposite is shown.
  case fails
  case notShown

  /// Judges a claim by the difference of its rows, the first less the other. One row is above another where the 95 % interval is above
  /// zero and, over tasks, the adjusted p is at most 0.05; it is level where the 90 % interval lies within the bound, and is not where the
  /// 95 % interval lies outside of it. Without an interval, or without one of the tasks, nothing is shown.
  /// - Parameters:
  ///   - taskCount: how many tasks the claim is of.
  ///   - bound: of `.level`, as a share.
  init(
    _ relation: RowClaim.Relation, _ difference: BaselineDifferences.Row, taskCount: Int, bound: Double, family: RowClaim.Family
  ) {
    self = .notShown
    guard difference.tasks.count == taskCount, let estimate = difference.estimate, let interval = estimate.interval else { return }
    let isTested = estimate.unit == .seeds || (difference.pValue(family) ?? 1) <= BaselineDifferences.level
    let isAbove = isTested && interval.low > 0, isBelow = isTested && interval.high < 0
    switch relation {
    case .above: if isAbove { self = .holds } else if isBelow { self = .fails }
    case .below: if isBelow { self = .holds } else if isAbove { self = .fails }
    case .level:
      if estimate.isLevel(within: bound) == true {
        self = .holds
      } else if interval.low > bound || interval.high < -bound {
        self = .fails
      }
    }
  }
}

extension BaselineDifferences.Row {
  /// The p-value that is adjusted for a family.
  func pValue(_ family: RowClaim.Family) -> Double? { family == .rows ? test?.adjustedPValue : test?.pValue }
}
